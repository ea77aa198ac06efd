//! `vitrina import`: documents in, every record's fate out.

use std::{
    convert::Infallible,
    io::{BufRead as _, IsTerminal as _, Write as _},
};

use indicatif::{ProgressBar, ProgressStyle};
use tokio::{sync::oneshot, task::JoinHandle};
use vitrina_app::{
    AppError,
    auth::Actor,
    follow::{self, Drained, Pace},
    import::{ImportRequest, Mode, Observer, Replace},
    record::Reference,
};
use vitrina_domain::{
    finding::Locale,
    id::RecordId,
    import::{Item, Outcome},
    record::Kind,
};
use vitrina_formats::read::Outline;

use super::{Context, say};
use crate::{
    args::{Import, ReportFormat},
    failure::{Exit, Failure},
    files::{self, Input},
    summary::{Summary, in_words},
    terminal,
    wiring::Catalog,
};

pub(super) async fn run(context: Context, import: &Import) -> Result<Exit, Failure> {
    let inputs = files::inputs(&import.paths)?;
    if import.replace && inputs.len() > 1 {
        return Err(Failure::usage(format!("--replace takes one document, and {} were named", inputs.len())).help(
            "it ends the records of a source that are not in the document: with several of them the last would win",
        ));
    }
    let catalog = Catalog::open(&context.settings).await?;
    let places = Places::find(&catalog, import).await?;
    let session = Session { catalog: &catalog, context: &context, import, places };
    let exit = if import.dry_run {
        session.import_all(&inputs).await?
    } else {
        // The index follows while records come in, on the other cores.
        let (end, ended) = oneshot::channel::<Infallible>();
        let follower = follow::spawn(&catalog.app, Pace::Leisurely, async { drop(ended.await) });
        let exit = session.import_all(&inputs).await;
        drop(end);
        index(&catalog, follower).await?;
        exit?
    };
    catalog.close().await;
    Ok(exit)
}

/// Searches find what was imported when the command ends, unless a server follows by itself.
async fn index(catalog: &Catalog, follower: JoinHandle<()>) -> Result<(), Failure> {
    if let Err(error) = follower.await {
        tracing::error!(%error, "the follower of the log died");
    }
    match catalog.app.drain().await {
        Ok(Drained::Reached(_) | Drained::LeftToOther) => Ok(()),
        Err(error) => Err(Failure::because("everything was imported, but the index cannot follow", error)
            .help("`vitrina index rebuild` makes it anew")),
    }
}

/// Where records go that do not say it themselves.
#[derive(Debug, Clone, Copy)]
struct Places {
    catalog_id: Option<RecordId>,
    organization_id: Option<RecordId>,
}

impl Places {
    async fn find(catalog: &Catalog, import: &Import) -> Result<Self, Failure> {
        let find = async |kind: Kind, flag: &str, name: &Option<String>| {
            let Some(name) = name else { return Ok(None) };
            match catalog.app.id_of(&Actor::Operator, kind, &Reference::from(name.as_str())).await {
                Ok(id) => Ok(Some(id)),
                Err(AppError::NotFound(_) | AppError::Gone(_)) => {
                    Err(Failure::usage(format!("there is no {kind} {name:?}"))
                        .help(format!("{flag} takes an id or a slug")))
                }
                Err(other) => Err(Failure::because(format!("cannot look up the {kind} {name:?}"), other)),
            }
        };
        Ok(Self {
            catalog_id: find(Kind::Catalog, "--catalog", &import.catalog).await?,
            organization_id: find(Kind::Organization, "--organization", &import.organization).await?,
        })
    }
}

/// The documents of one command, one after another.
struct Session<'a> {
    catalog: &'a Catalog,
    context: &'a Context,
    import: &'a Import,
    places: Places,
}

impl Session<'_> {
    async fn import_all(&self, inputs: &[Input]) -> Result<Exit, Failure> {
        let mut exit = Exit::Done;
        for input in inputs {
            if self.import(input).await?.has_refusals() {
                exit = Exit::Findings;
            }
        }
        Ok(exit)
    }

    async fn import(&self, input: &Input) -> Result<Summary, Failure> {
        if self.import.replace && !self.import.dry_run && !self.import.yes {
            self.confirm(input).await?;
        }
        let mode = if self.import.dry_run { Mode::DryRun } else { Mode::Apply };
        let summary = self.pass(input, mode).await?;
        self.print(&summary)?;
        Ok(summary)
    }

    /// Imports a document. A document that cannot be read does not keep the others out.
    async fn pass(&self, input: &Input, mode: Mode) -> Result<Summary, Failure> {
        let app = &self.catalog.app;
        let bytes = input.open()?;
        let spooled = {
            let app = app.clone();
            tokio::task::spawn_blocking(move || app.spool_all(bytes))
                .await
                .map_err(|error| Failure::because("reading broke off", error))?
                .map_err(|error| Failure::because(format!("cannot read {}", input.name()), error))?
        };
        let request = ImportRequest {
            source: self.import.source.clone(),
            fallback_source: input.stem(),
            catalog_id: self.places.catalog_id,
            organization_id: self.places.organization_id,
            fetched: app.now(),
            mode,
            replace: if self.import.replace { Replace::Tombstone } else { Replace::Keep },
        };
        let mut listener = Listener::new(input.name());
        let result = app.import(&Actor::Operator, request, spooled, &mut listener).await;
        let mut summary = listener.finish();
        match result {
            Ok(report) => {
                summary.source = Some(report.source);
                summary.format = Some(report.run.format);
                summary.run = (mode == Mode::Apply).then(|| report.run.id.to_string());
                for finding in report.run.findings {
                    summary.findings.add(finding);
                }
                Ok(summary)
            }
            Err(AppError::Unreadable(error)) => {
                summary.error = Some(error.explain());
                Ok(summary)
            }
            Err(error @ AppError::Parameter { .. }) => Err(Failure::usage(error.to_string())),
            Err(error) => Err(Failure::because(format!("cannot import {}", input.name()), error)
                .help("what was imported before stays; importing again goes on from there")),
        }
    }

    /// Asks before records end; where nobody can be asked, `--yes` must have been said.
    async fn confirm(&self, input: &Input) -> Result<(), Failure> {
        if *input == Input::Stdin {
            return Err(Failure::usage("--replace from standard input needs --yes")
                .help("there is nobody to ask; --dry-run tells what would end"));
        }
        let ended = self.pass(input, Mode::DryRun).await?.outcomes.get(Outcome::Deleted);
        if ended == 0 {
            return Ok(());
        }
        if !std::io::stdin().is_terminal() {
            return Err(Failure::usage(format!(
                "--replace would end {ended} records and nobody can be asked"
            ))
            .help("add --yes when that is meant; --dry-run tells which records these are"));
        }
        let locale = self.context.locale;
        let question = match locale {
            Locale::Es => format!("{ended} registros se darán de baja. ¿Seguir? [s/N] "),
            Locale::En => format!("{ended} records will end as tombstones. Go on? [y/N] "),
        };
        let mut err = std::io::stderr();
        err.write_all(question.as_bytes())?;
        err.flush()?;
        let mut answer = String::new();
        std::io::stdin().lock().read_line(&mut answer)?;
        if matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "s" | "si" | "sí") {
            return Ok(());
        }
        Err(Failure::usage(in_words(locale, "no se importó nada", "nothing was imported")))
    }

    fn print(&self, summary: &Summary) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        match self.import.format {
            ReportFormat::Text => summary.write_text(&mut out, self.context.locale)?,
            ReportFormat::Json => {
                serde_json::to_writer(&mut out, summary).map_err(std::io::Error::from)?;
                writeln!(out)?;
            }
        }
        drop(out);
        if self.import.dry_run && self.import.format == ReportFormat::Text {
            say(in_words(
                self.context.locale,
                "  (ensayo: no se guardó nada)",
                "  (dry run: nothing was stored)",
            ))?;
        }
        Ok(())
    }
}

/// Adds up what an import decides, and shows how far it is to whoever watches.
struct Listener {
    summary: Summary,
    bar: Option<ProgressBar>,
}

impl Listener {
    fn new(document: String) -> Self {
        Self { summary: Summary::of(document), bar: None }
    }

    fn finish(self) -> Summary {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
        self.summary
    }
}

impl Observer for Listener {
    fn recognised(&mut self, outline: &Outline) {
        self.summary.format = Some(outline.format.as_str().to_owned());
        if terminal::is_watched() && outline.items > 500 {
            let bar =
                ProgressBar::new(outline.items).with_message(terminal::line(&self.summary.document, 40));
            if let Ok(style) =
                ProgressStyle::with_template("{msg} {bar:30} {human_pos}/{human_len} {per_sec} {eta}")
            {
                bar.set_style(style);
            }
            self.bar = Some(bar);
        }
    }

    fn item(&mut self, item: &Item) {
        self.summary.add(item);
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }
}

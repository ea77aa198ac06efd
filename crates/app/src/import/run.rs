//! One import from its document to its report.

use std::{collections::HashSet, sync::Arc};

use futures_util::StreamExt as _;
use tokio::sync::mpsc;
use vitrina_domain::{
    canonical::Digest,
    finding::Bilingual,
    id::{RecordId, RunId, SourceId},
    import::{Item, Outcome, Run, RunState, Tally},
    record::{Kind, RawSpan, Source},
    time::Timestamp,
};
use vitrina_formats::read::{self, Limits, Outline, RawItem, ReadError};

use super::{
    Spooled,
    duplicate::Duplicates,
    organization::Organizations,
    prepare::{Candidate, candidate},
    settle::{Destination, Settled, settle},
};
use crate::{
    App, AppError,
    auth::{Action, Actor, Object, authorize},
    record::{Judge, deletion},
};

/// The kind of source that documents are imported into, by upload or from a disk.
const IMPORT_SOURCE: &str = "file";

/// How many records one transaction takes.
const BATCH: usize = 256;

/// Whether anything is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Yes.
    Apply,
    /// No: the report says what would happen.
    DryRun,
}

/// What happens to records of the source that the document does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replace {
    /// They stay.
    Keep,
    /// They get tombstones, once the whole document was read.
    Tombstone,
}

/// What to import and where to.
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// The name of the source; nothing means what the document calls itself.
    pub source: Option<String>,
    /// The name of the source for a document that does not name itself.
    pub fallback_source: String,
    /// The catalog of the records; nothing means the catalog of the source.
    pub catalog_id: Option<RecordId>,
    /// The organization of the records; nothing means their publishers.
    pub organization_id: Option<RecordId>,
    /// When the bytes were fetched: documents older than the last one applied are refused.
    pub fetched: Timestamp,
    /// Whether anything is written.
    pub mode: Mode,
    /// What happens to records that are not there any more.
    pub replace: Replace,
}

/// Hears of every item as it is decided.
pub trait Observer: Send {
    /// The document was recognised and holds this many items.
    fn recognised(&mut self, outline: &Outline);
    /// An item was decided.
    fn item(&mut self, item: &Item);
}

/// An observer that does not listen.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn recognised(&mut self, _outline: &Outline) {}
    fn item(&mut self, _item: &Item) {}
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportReport {
    /// The run; of a dry run nothing is kept.
    pub run: Run,
    /// The source's name.
    pub source: String,
}

impl App {
    /// Imports a document.
    pub async fn import(
        &self,
        actor: &Actor,
        request: ImportRequest,
        mut document: Spooled,
        observer: &mut dyn Observer,
    ) -> Result<ImportReport, AppError> {
        authorize(actor, Action::Import, &Object::OwnedBy(request.organization_id))?;
        self.check_places(request.organization_id, request.catalog_id).await?;
        let limits = Limits::default();
        let file = document.reopen().map_err(AppError::File)?;
        let outline = blocking(move || {
            let mut file = file;
            read::outline(&mut file, limits)
        })
        .await??;
        observer.recognised(&outline);
        let mut import = Import::new(self, actor, &request, &outline, document.digest());
        let name = import.destination.source.name.clone();
        import.open(&request, &outline, &mut document).await?;
        let result = import.read(&outline, limits, document, observer).await;
        let result = match result {
            Ok(()) if request.replace == Replace::Tombstone => import.tombstone_absent(observer).await,
            other => other,
        };
        import.close(&request, result).await.map(|run| ImportReport { run, source: name })
    }
}

/// An import under way.
struct Import<'a> {
    app: &'a App,
    actor: &'a Actor,
    destination: Destination,
    organizations: Organizations,
    run: Run,
    /// Records that the document holds: what `--replace` spares.
    seen: HashSet<RecordId>,
}

impl<'a> Import<'a> {
    fn new(
        app: &'a App,
        actor: &'a Actor,
        request: &ImportRequest,
        outline: &Outline,
        digest: Digest,
    ) -> Self {
        let name =
            request.source.as_ref().or(outline.source_name.as_ref()).unwrap_or(&request.fallback_source);
        let run = Run {
            id: RunId::new(app.new_id()),
            source_id: SourceId::new(app.new_id()),
            format: outline.format.as_str().to_owned(),
            raw: digest,
            actor: actor.audit_name(),
            fetched: request.fetched,
            started: app.now(),
            ended: None,
            state: RunState::Running,
            tally: Tally::default(),
            findings: outline.findings.clone(),
        };
        let destination = Destination {
            mode: request.mode,
            source: Source {
                id: run.source_id,
                kind: IMPORT_SOURCE.to_owned(),
                name: name.clone(),
                catalog_id: request.catalog_id,
                organization_id: request.organization_id,
                last_fetched: None,
            },
            catalog_id: request.catalog_id,
            organization_id: request.organization_id,
            raw: RawSpan { digest, encoding: outline.encoding.to_owned(), offset: 0, length: 0 },
        };
        Self { app, actor, destination, organizations: Organizations::default(), run, seen: HashSet::new() }
    }

    async fn begin(&self) -> Result<vitrina_store::Tx, AppError> {
        Ok(self.app.store().begin(&self.actor.audit_name(), self.app.now()).await?)
    }

    /// Settles source and catalog, keeps the raw bytes, opens the run.
    async fn open(
        &mut self,
        request: &ImportRequest,
        outline: &Outline,
        document: &mut Spooled,
    ) -> Result<(), AppError> {
        if self.destination.mode == Mode::Apply {
            self.app.keep(self.actor, document).await?;
        }
        let mut tx = self.begin().await?;
        let wanted = &self.destination.source;
        let mut source = tx.ensure_source(wanted.id, &wanted.name, &wanted.kind).await?;
        if source.kind != wanted.kind {
            let (name, kind) = (&source.name, &source.kind);
            let problem = Bilingual::new(
                format!("{name:?} se alimenta por {kind:?}"),
                format!("{name:?} is fed by {kind:?}"),
            );
            return Err(AppError::Parameter { name: "source", problem });
        }
        // A source that was used before belongs to whoever it belonged to, whatever this request says.
        let used = source.last_fetched.is_some() || source.organization_id.is_some();
        let owner = if used { source.organization_id } else { request.organization_id };
        authorize(self.actor, Action::Import, &Object::OwnedBy(owner))?;
        if let Some(applied) = source.last_fetched.filter(|applied| *applied > request.fetched) {
            return Err(AppError::Stale { applied });
        }
        source.organization_id = source.organization_id.or(request.organization_id);
        let catalog_id = match request.catalog_id.or(source.catalog_id) {
            Some(id) if outline.catalog.is_none() || request.catalog_id.is_some() => Some(id),
            _ => super::catalog::settle(self.app, &mut tx, &source, outline).await?,
        };
        source.catalog_id = source.catalog_id.or(catalog_id);
        source.last_fetched = Some(request.fetched);
        tx.update_source(&source).await?;
        self.run.source_id = source.id;
        self.destination.source = source;
        self.destination.catalog_id = catalog_id;
        tx.start_run(&self.run).await?;
        if self.destination.mode == Mode::Apply {
            tx.commit().await?;
        }
        Ok(())
    }

    /// Reads, prepares and settles every item, in the order of the document.
    async fn read(
        &mut self,
        outline: &Outline,
        limits: Limits,
        document: Spooled,
        observer: &mut dyn Observer,
    ) -> Result<(), AppError> {
        let document = Arc::new(document);
        let outline = Arc::new(outline.clone());
        let source: Arc<str> = self.destination.source.name.as_str().into();
        let duplicates = {
            let (document, outline, source) =
                (Arc::clone(&document), Arc::clone(&outline), Arc::clone(&source));
            Arc::new(blocking(move || Duplicates::scan(&document, &outline, limits, &source)).await??)
        };
        let (sender, receiver) = mpsc::channel(2);
        let reader = {
            let outline = Arc::clone(&outline);
            tokio::task::spawn_blocking(move || read_batches(&document, &outline, limits, &sender))
        };
        let raw_batches = futures_util::stream::unfold(receiver, |mut receiver| async move {
            receiver.recv().await.map(|batch| (batch, receiver))
        });
        let app = self.app.clone();
        let now = app.now();
        let mut batches = raw_batches
            .map(|batch: Vec<RawItem>| {
                let (app, outline) = (app.clone(), Arc::clone(&outline));
                let (source, duplicates) = (Arc::clone(&source), Arc::clone(&duplicates));
                blocking(move || prepare_batch(&app, now, &outline, batch, &source, &duplicates))
            })
            .buffered(2)
            .boxed();
        while let Some(batch) = batches.next().await {
            self.settle_batch(batch?, observer).await?;
        }
        reader.await.map_err(AppError::Task)??;
        Ok(())
    }

    async fn settle_batch(
        &mut self,
        batch: Vec<Candidate>,
        observer: &mut dyn Observer,
    ) -> Result<(), AppError> {
        let mut tx = self.begin().await?;
        let ids = self.app.parts.ids.as_ref();
        let settled = settle(&mut tx, ids, &mut self.organizations, &self.destination, batch).await;
        let Settled { items, seen } = settled?;
        if self.destination.mode == Mode::Apply {
            tx.add_items(self.run.id, &items).await?;
            tx.commit().await?;
            self.app.announce();
        }
        self.seen.extend(seen);
        self.report(&items, observer);
        Ok(())
    }

    /// Ends the records of the source that the document does not hold any more.
    async fn tombstone_absent(&mut self, observer: &mut dyn Observer) -> Result<(), AppError> {
        let mut after = None;
        let mut position = self.run.tally.total();
        loop {
            let mut tx = self.begin().await?;
            let page = tx
                .absent(
                    Kind::Dataset,
                    self.destination.source.id,
                    after,
                    u64::try_from(BATCH).unwrap_or(u64::MAX),
                )
                .await?;
            let Some(last) = page.last().copied() else { return Ok(()) };
            after = Some(last);
            let mut items = Vec::new();
            let mut writes = Vec::new();
            for id in page.into_iter().filter(|id| !self.seen.contains(id)) {
                let Some(record) = tx.record(Kind::Dataset, id).await? else { continue };
                let record = record.read()?;
                items.push(Item {
                    position,
                    pointer: String::new(),
                    identifier: Some(record.identifier.clone()),
                    title: record.metadata.title().pick(&["es", "en"]).map(|(_, title)| title.to_owned()),
                    outcome: Outcome::Deleted,
                    record_id: Some(id),
                    findings: Vec::new(),
                });
                position += 1;
                writes.push(deletion(record, "missing_at_source".to_owned()));
            }
            if self.destination.mode == Mode::Apply && !writes.is_empty() {
                tx.write(writes).await?;
                tx.add_items(self.run.id, &items).await?;
                tx.commit().await?;
                self.app.announce();
            }
            self.report(&items, observer);
        }
    }

    fn report(&mut self, items: &[Item], observer: &mut dyn Observer) {
        for item in items {
            self.run.tally.add(item.outcome);
            observer.item(item);
        }
    }

    /// Closes the run, whatever became of it.
    async fn close(mut self, request: &ImportRequest, result: Result<(), AppError>) -> Result<Run, AppError> {
        let ended = self.app.now();
        self.run.ended = Some(ended);
        self.run.state = match &result {
            Ok(()) => RunState::Finished,
            Err(error) => RunState::Failed { code: "import-failed".to_owned(), detail: error.to_string() },
        };
        if request.mode == Mode::Apply {
            let mut tx = self.begin().await?;
            tx.finish_run(self.run.id, &self.run.state, &self.run.tally, ended).await?;
            tx.commit().await?;
        }
        result.map(|()| self.run)
    }
}

fn read_batches(
    document: &Spooled,
    outline: &Outline,
    limits: Limits,
    sender: &mpsc::Sender<Vec<RawItem>>,
) -> Result<(), ReadError> {
    let mut batch = Vec::with_capacity(BATCH);
    let mut bytes = 0;
    for item in read::items(document.reopen()?, outline, limits)? {
        let item = item?;
        bytes += item.json.as_ref().map_or(0, Vec::len);
        batch.push(item);
        // Few records when they are large: what waits in memory is bounded by bytes, too.
        if batch.len() == BATCH || bytes > 4 << 20 {
            bytes = 0;
            if sender.blocking_send(std::mem::take(&mut batch)).is_err() {
                return Ok(());
            }
        }
    }
    if !batch.is_empty() && sender.blocking_send(batch).is_err() {
        tracing::debug!("the import ended before its document did");
    }
    Ok(())
}

fn prepare_batch(
    app: &App,
    now: Timestamp,
    outline: &Outline,
    batch: Vec<RawItem>,
    source: &str,
    duplicates: &Duplicates,
) -> Vec<Candidate> {
    let judge =
        Judge { validator: app.validator(), now, languages: &app.site().languages(app.site().language) };
    batch.into_iter().map(|item| candidate(judge, outline.format, item, source, duplicates)).collect()
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, AppError> {
    tokio::task::spawn_blocking(work).await.map_err(AppError::Task)
}

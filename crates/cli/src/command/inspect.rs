//! `vitrina inspect`: what data files are and hold, without storing them.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
    time::Duration,
};

use serde::Serialize;
use vitrina_app::ports::parser::{Archive, Inspection, ParseError, Refusal, Table, Work, WorkClass};
use vitrina_domain::finding::{Finding, Locale, Severity};

use super::Context;
use crate::{
    args::{Inspect, ReportFormat},
    failure::{Exit, Failure},
    summary::in_words,
    terminal, wiring,
};

/// How long one file may take: nobody else waits.
const PATIENCE: Duration = Duration::from_mins(10);

/// How many sheets, entries and findings are told to people; programs get all of them.
const TOLD: usize = 20;

/// What is said of one file.
#[derive(Debug, Serialize)]
struct Report {
    /// The file.
    document: String,
    /// What was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    inspection: Option<Inspection>,
    /// Why nothing was, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<Refusal>,
}

pub(super) async fn run(context: Context, inspect: &Inspect) -> Result<Exit, Failure> {
    let parser = wiring::parser(&context.settings)?;
    let mut exit = Exit::Done;
    for path in &inspect.files {
        let work = work(path)?;
        let document = path.display().to_string();
        let report = match parser.inspect(work).await {
            Ok(inspection) => Report { document, inspection: Some(inspection), refusal: None },
            Err(ParseError::Refused(refusal)) => {
                Report { document, inspection: None, refusal: Some(refusal) }
            }
            Err(error) => return Err(Failure::because(format!("cannot look into {document}"), error)),
        };
        if report.findings().any(|finding| finding.severity == Severity::Error) {
            exit = Exit::Findings;
        }
        let mut out = io::stdout().lock();
        match inspect.format {
            ReportFormat::Text => report.write_text(&mut out, context.locale)?,
            ReportFormat::Json => {
                serde_json::to_writer(&mut out, &report).map_err(io::Error::from)?;
                writeln!(out)?;
            }
        }
    }
    Ok(exit)
}

fn work(path: &Path) -> Result<Work, Failure> {
    let unreadable = |error: io::Error| Failure::usage(format!("cannot read {}: {error}", path.display()));
    let file = File::open(path).map_err(unreadable)?;
    if !file.metadata().map_err(unreadable)?.is_file() {
        return Err(Failure::usage(format!("{} is no file", path.display())));
    }
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    Ok(Work { file, extension, class: WorkClass::Bulk, patience: PATIENCE })
}

impl Report {
    fn findings(&self) -> impl Iterator<Item = &Finding> {
        let refused = self.refusal.iter().map(|refusal| &*refusal.finding);
        self.inspection.iter().flat_map(|inspection| &inspection.findings).chain(refused)
    }

    /// Writes the report for people.
    fn write_text(&self, out: &mut impl Write, locale: Locale) -> io::Result<()> {
        write!(out, "{}", terminal::line(&self.document, 100))?;
        if let Some(inspection) = &self.inspection {
            let Inspection { media_type, bytes, text, tables, archive, .. } = inspection;
            write!(out, "  ({media_type}, {bytes} bytes")?;
            if let Some(text) = text {
                write!(out, ", {}", text.encoding)?;
            }
            writeln!(out, ")")?;
            for table in tables.iter().take(TOLD) {
                write_table(out, table, locale)?;
            }
            if let Some(archive) = archive {
                write_archive(out, archive, locale)?;
            }
        } else {
            writeln!(out)?;
        }
        for finding in self.findings().take(TOLD) {
            let Finding { severity, code, pointer, message, .. } = finding;
            writeln!(out, "  {:<8} {code}  {}", severity.as_str(), terminal::line(pointer, 60))?;
            writeln!(out, "    {}", terminal::line(message.get(locale), 160))?;
        }
        Ok(())
    }
}

fn write_table(out: &mut impl Write, table: &Table, locale: Locale) -> io::Result<()> {
    let Table { name, rows, columns, header, .. } = table;
    let name = name.as_deref().unwrap_or(in_words(locale, "tabla", "table"));
    let (by, wide) = (in_words(locale, "filas", "rows"), in_words(locale, "columnas", "columns"));
    writeln!(out, "  {}: {rows} {by}, {columns} {wide}", terminal::line(name, 40))?;
    if let Some(header) = header {
        writeln!(out, "    {}", terminal::line(&header.join(" | "), 100))?;
    }
    Ok(())
}

fn write_archive(out: &mut impl Write, archive: &Archive, locale: Locale) -> io::Result<()> {
    let Archive { entries, unpacked_bytes } = archive;
    let words = in_words(locale, "entradas, bytes descomprimidas", "entries, bytes unpacked");
    writeln!(out, "  {} {words}: {unpacked_bytes}", entries.len())?;
    for entry in entries.iter().take(TOLD) {
        writeln!(out, "    {:<8} {}", entry.kind.as_str(), terminal::line(&entry.name, 80))?;
    }
    Ok(())
}

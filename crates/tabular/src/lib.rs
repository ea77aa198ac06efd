//! Data files: what they are, what is in them, and what their owner should know.
//!
//! Everything here reads bytes of strangers. No length that a file tells of itself is believed: what is unpacked is
//! counted while it is unpacked, and what is kept is bounded. That is not enough to trust the libraries below, so the
//! server runs this crate in a process of its own (the `parse-worker` of `cli`), where the worst input ends nothing
//! but that process.
//!
//! No I/O of its own: a reader is handed in, an [`Inspection`] is handed back.
//!
//! - To know another kind of file: a signature in `sniff`.
//! - To look for something else in workbooks: a sign in `told`, and how its parts (`package::carried`) or records
//!   (`compound::xls`) show it.

use std::io::{Read, Seek, SeekFrom};

use vitrina_app::ports::parser::{FileKind, Inspection};
use vitrina_domain::finding::{Bilingual, Finding, Severity};

mod archive;
mod budget;
mod cell;
mod compound;
mod error;
mod header;
mod limit;
mod package;
mod sniff;
mod table;
mod text;
mod told;
mod xml;

use budget::Budget;
pub use error::InspectError;
use sniff::Sniffed;

/// Says what a file is by its own bytes, and what is in it. `extension` is that of its name, in lower case.
pub fn inspect<R: Read + Seek>(mut file: R, extension: Option<&str>) -> Result<Inspection, InspectError> {
    let bytes = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    file.by_ref().take(limit::HEAD_BYTES).read_to_end(&mut head)?;
    let mut inspection = match sniff::binary(&head) {
        Some(sniffed) => binary(&mut file, bytes, sniffed)?,
        None => text::inspect(&mut file, bytes, extension)?,
    };
    inspection.findings.extend(misnamed(inspection.kind, extension));
    Ok(inspection)
}

fn binary<R: Read + Seek>(file: &mut R, bytes: u64, sniffed: Sniffed) -> Result<Inspection, InspectError> {
    let mut budget = Budget::new(bytes);
    file.seek(SeekFrom::Start(0))?;
    match sniffed.kind {
        FileKind::Zip => package::inspect(file, bytes, &mut budget),
        FileKind::Gzip => archive::gzip(file, bytes, &mut budget),
        FileKind::Xls => compound::inspect(file, bytes, &mut budget),
        _ => Ok(opaque(sniffed, bytes)),
    }
}

/// A file of which nothing is told but what it is.
fn opaque(sniffed: Sniffed, bytes: u64) -> Inspection {
    let Sniffed { kind, media_type } = sniffed;
    Inspection {
        kind,
        media_type: media_type.to_owned(),
        bytes,
        text: None,
        tables: Vec::new(),
        archive: None,
        findings: Vec::new(),
    }
}

/// The finding of a name that promises another kind of file.
fn misnamed(kind: FileKind, extension: Option<&str>) -> Option<Finding> {
    let extension = extension?;
    let promised = sniff::promised(extension)?;
    // What is one column of text may be called a table.
    let agrees = promised.contains(&kind) || (kind == FileKind::Text && promised.contains(&FileKind::Csv));
    if agrees {
        return None;
    }
    let kind = kind.as_str();
    let message = Bilingual::new(
        format!("el nombre termina en «.{extension}», pero el contenido es «{kind}»"),
        format!("the name ends in \".{extension}\", but the content is \"{kind}\""),
    );
    Some(Finding::new(Severity::Warning, "W-FILE-NAME", "/kind", message))
}

/// A warning about a place of the inspection.
fn warning(code: &str, pointer: impl Into<String>, es: impl Into<String>, en: impl Into<String>) -> Finding {
    Finding::new(Severity::Warning, code, pointer, Bilingual::new(es, en))
}

#[cfg(test)]
mod tests;

//! Files of old Microsoft Office: a file system in a file (MS-CFB), and the workbook in it (MS-XLS).
//!
//! Read here and not by the library for the other formats, which keeps a workbook whole: it makes room for the box that a
//! sheet says it has, and for the box around its cells; it follows chains of sectors without an end, and ends itself
//! where they lead nowhere.

use std::io::{BufReader, Read, Seek};

use vitrina_app::ports::parser::{FileKind, Inspection};
use vitrina_domain::finding::Finding;

use crate::{budget::Budget, error::InspectError, limit, opaque, package, sniff::Sniffed, told::Sign};

mod container;
mod directory;
mod record;
mod sector;
mod sheet;
mod strings;
mod summary;
mod xls;

use container::{Container, Entry};

/// Looks into a compound file, which may be a workbook.
pub(crate) fn inspect<R: Read + Seek>(
    file: &mut R,
    bytes: u64,
    budget: &mut Budget,
) -> Result<Inspection, InspectError> {
    let mut container = Container::open(file, bytes, budget)?;
    if container.entries().iter().any(|entry| entry.name == "EncryptedPackage") {
        return Err(package::locked().into());
    }
    // A workbook for two generations of Excel has both.
    let streams = ["Workbook", "Book"].map(|name| container.entries().iter().find(|entry| entry.is(name)));
    let Some(workbook) = streams.into_iter().flatten().next().cloned() else {
        let sniffed = Sniffed { kind: FileKind::Unknown, media_type: "application/x-ole-storage" };
        return Ok(opaque(sniffed, bytes));
    };
    let mut inspection =
        opaque(Sniffed { kind: FileKind::Xls, media_type: "application/vnd.ms-excel" }, bytes);
    let mut signs = carried(container.entries());
    let properties = container.entries().iter().find(|entry| entry.is("\u{5}SummaryInformation")).cloned();
    if let Some(properties) = properties
        && summary::has_author(container.stream(&properties))?
    {
        signs.push(Sign::AUTHOR);
    }
    let stream = BufReader::with_capacity(CHUNK, container.stream(&workbook));
    let found = xls::read(stream, &mut inspection)?;
    let more: Vec<Sign> = found.into_iter().filter(|sign| !signs.contains(sign)).collect();
    let mut findings: Vec<Finding> = signs.into_iter().chain(more).map(Sign::finding).collect();
    findings.append(&mut inspection.findings);
    findings.truncate(limit::FINDINGS);
    inspection.findings = findings;
    Ok(inspection)
}

/// How many bytes of a stream are read at a time.
const CHUNK: usize = 64 << 10;

/// What the names in the container are signs of.
fn carried(entries: &[Entry]) -> Vec<Sign> {
    let has = |found: fn(&str) -> bool| entries.iter().any(|entry| found(&entry.name));
    let signs = [
        (has(|name| matches!(name, "_VBA_PROJECT_CUR" | "VBA" | "Macros")), Sign::MACROS),
        (has(|name| name.starts_with("MBD") || name == "\u{1}Ole10Native"), Sign::EMBEDDED),
        (has(|name| name == "_SX_DB_CUR"), Sign::PIVOT_CACHE),
    ];
    signs.into_iter().filter(|(holds, _)| *holds).map(|(_, sign)| sign).collect()
}

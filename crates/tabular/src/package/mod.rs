//! Workbooks: packages of XML, looked over part by part before a library reads them.

use std::io::{Read, Seek, SeekFrom};

use vitrina_app::ports::parser::{FileKind, Inspection, Refusal, part_pointer};
use vitrina_domain::finding::Bilingual;
use zip::ZipArchive;

use crate::{
    archive,
    budget::Budget,
    error::{InspectError, damage, damaged},
    header, limit, opaque,
    sniff::Sniffed,
    warning,
    xml::Scan,
};

mod carried;
mod ods;
mod seen;
mod xlsx;

use seen::Seen;

/// How many bytes are looked over at a time.
const CHUNK: usize = 64 << 10;

/// Looks into an archive, which may be a workbook.
pub(crate) fn inspect<R: Read + Seek>(
    file: &mut R,
    bytes: u64,
    budget: &mut Budget,
) -> Result<Inspection, InspectError> {
    let mut archive = ZipArchive::new(&mut *file).map_err(|error| damaged("", &error))?;
    let Some(kind) = kind(&mut archive) else { return archive::zip(archive, bytes, budget) };
    let seen = look_over(&mut archive, budget)?;
    let headers = header::places(&mut archive);
    let mut inspection = opaque(Sniffed { kind, media_type: media_type(kind, &seen) }, bytes);
    inspection.findings = carried::findings(&archive, &seen);
    drop(archive);
    if header::differing(file, &headers)?.is_some() {
        let finding = header::finding("");
        return Err(Refusal::unreadable(&finding.code, "", finding.message).into());
    }
    file.seek(SeekFrom::Start(0))?;
    match kind {
        FileKind::Xlsx => xlsx::read(file, &seen, &mut inspection)?,
        FileKind::Ods => ods::read(file, &mut inspection)?,
        _ => inspection.findings.push(unread()),
    }
    inspection.findings.truncate(limit::FINDINGS);
    Ok(inspection)
}

/// Which kind of workbook an archive is; nothing when it is none.
pub(crate) fn kind<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Option<FileKind> {
    const ODS: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";
    if archive.index_for_name("xl/workbook.xml").is_some() {
        return Some(FileKind::Xlsx);
    }
    if archive.index_for_name("xl/workbook.bin").is_some() {
        return Some(FileKind::Xlsb);
    }
    let mut media_type = Vec::new();
    let entry = archive.by_name("mimetype").ok()?;
    let length = u64::try_from(ODS.len()).unwrap_or_default();
    entry.take(length).read_to_end(&mut media_type).ok()?;
    (media_type == ODS).then_some(FileKind::Ods)
}

fn media_type(kind: FileKind, seen: &Seen) -> &'static str {
    match kind {
        FileKind::Xlsx if seen.has_macros => "application/vnd.ms-excel.sheet.macroEnabled.12",
        FileKind::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        FileKind::Xlsb => "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
        _ => "application/vnd.oasis.opendocument.spreadsheet",
    }
}

/// Unpacks a package into nothing, so that what it takes is counted.
pub(crate) fn count<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    budget: &mut Budget,
    pointer: &str,
) -> Result<(), InspectError> {
    budget.take_entries(archive.len(), pointer)?;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|error| damaged(pointer, &error))?;
        let packed = entry.compressed_size();
        let mut counted = budget.counted(entry, packed, pointer.to_owned());
        std::io::copy(&mut counted, &mut std::io::sink()).map_err(|error| damaged(pointer, &error))?;
    }
    Ok(())
}

/// Looks over every part: what it takes, and what of it a parser stumbles over. A workbook that two programs would
/// read differently is read by none.
fn look_over<R: Read + Seek>(archive: &mut ZipArchive<R>, budget: &mut Budget) -> Result<Seen, InspectError> {
    budget.take_entries(archive.len(), "")?;
    if let Some(finding) = archive::layout_findings(archive).into_iter().next() {
        return Err(Refusal::unreadable(&finding.code, "", finding.message).into());
    }
    let mut seen = Seen::default();
    for index in 0..archive.len() {
        let told = archive.by_index_data(index).map_err(|error| damaged("", &error))?;
        if told.encrypted() {
            return Err(locked().into());
        }
        let name = String::from_utf8_lossy(told.name_raw()).into_owned();
        let (packed, bytes) = (told.compressed_size(), told.size());
        let pointer = part_pointer(&name);
        let entry = archive.by_index(index).map_err(|error| damaged(&pointer, &error))?;
        let mut part = budget.counted(entry, packed, pointer.clone());
        look_over_part(&mut part, &name, &mut seen).map_err(|error| match error {
            InspectError::Io(error) => damaged(&pointer, &error),
            refused @ InspectError::Refused(_) => refused,
        })?;
        if part.read_bytes() != bytes {
            return Err(damage(&pointer).into());
        }
        if seen.has_odd_address(&name) {
            let message = Bilingual::new(
                "una celda con una dirección que no existe",
                "a cell with an address that is none",
            );
            return Err(Refusal::unreadable("E-FILE-SHEET-GRID", pointer, message).into());
        }
    }
    Ok(seen)
}

fn look_over_part(mut part: impl Read, name: &str, seen: &mut Seen) -> Result<(), InspectError> {
    let mut scan = Scan::of(name);
    let mut chunk = vec![0; CHUNK];
    let mut is_xml = [".xml", ".rels", ".vml"].iter().any(|end| name.to_ascii_lowercase().ends_with(end));
    let mut is_first = true;
    seen.part(name);
    loop {
        let read = part.read(&mut chunk)?;
        let bytes = chunk.get(..read).unwrap_or_default();
        if bytes.is_empty() {
            return Ok(());
        }
        // A part of any name is given to a parser when another one refers to it.
        is_xml |= is_first && bytes.trim_ascii_start().starts_with(b"<");
        is_first = false;
        if is_xml {
            scan.feed(bytes, |tag| seen.tag(name, tag))?;
        }
    }
}

pub(crate) fn locked() -> Refusal {
    let message =
        Bilingual::new("el archivo está cifrado con contraseña", "the file is encrypted with a password");
    Refusal::unreadable("E-FILE-LOCKED", "", message)
}

/// The finding of a workbook whose sheets are not looked into.
pub(crate) fn unread() -> vitrina_domain::finding::Finding {
    warning(
        "W-FILE-NOT-READ",
        "/kind",
        "las hojas de este formato no se revisan; publíquelas como CSV, ODS o XLSX",
        "the sheets of this format are not looked into; publish them as CSV, ODS or XLSX",
    )
}

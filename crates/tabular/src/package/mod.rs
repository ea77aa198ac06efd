//! Workbooks: packages of XML, looked over part by part before a library reads them.

use std::io::{Read, Seek, SeekFrom};

use vitrina_app::ports::parser::{FileKind, Inspection, Refusal, part_pointer};
use vitrina_domain::finding::Bilingual;
use zip::ZipArchive;

use crate::{
    archive,
    budget::Budget,
    error::{InspectError, damaged},
    limit, opaque,
    sniff::Sniffed,
    warning,
    xml::Scan,
};

mod ods;
mod seen;
mod told;
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
    let Some(kind) = kind(&mut archive) else { return archive::zip(&mut archive, bytes, budget) };
    let seen = look_over(&mut archive, budget)?;
    let mut inspection = opaque(Sniffed { kind, media_type: media_type(kind, &seen) }, bytes);
    inspection.findings = told::findings(&archive, &seen);
    drop(archive);
    file.seek(SeekFrom::Start(0))?;
    match kind {
        FileKind::Xlsx => xlsx::read(file, &seen, &mut inspection)?,
        FileKind::Ods => ods::read(file, &mut inspection)?,
        _ => inspection.findings.push(unread()),
    }
    inspection.findings.truncate(limit::FINDINGS);
    Ok(inspection)
}

/// Looks into a file of the kind that old Microsoft Office wrote, and that encrypted workbooks have.
pub(crate) fn legacy<R: Read + Seek>(file: &mut R, bytes: u64) -> Result<Inspection, InspectError> {
    /// Where the header says in which sector the directory begins.
    const DIRECTORY: u64 = 48;
    let mut sector = [0; 4];
    file.seek(SeekFrom::Start(DIRECTORY))?;
    let has_directory = file.read_exact(&mut sector).is_ok();
    let mut directory = Vec::new();
    if has_directory {
        let start = (u64::from(u32::from_le_bytes(sector)) + 1).saturating_mul(512);
        file.seek(SeekFrom::Start(start))?;
        file.take(limit::HEAD_BYTES).read_to_end(&mut directory)?;
    }
    let names = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        directory.windows(name.len()).any(|part| part == name)
    };
    if names("EncryptedPackage") {
        return Err(locked().into());
    }
    let (kind, media_type) = if names("Workbook") || names("Book") {
        (FileKind::Xls, "application/vnd.ms-excel")
    } else {
        (FileKind::Unknown, "application/x-ole-storage")
    };
    let mut inspection = opaque(Sniffed { kind, media_type }, bytes);
    inspection.findings.extend((kind == FileKind::Xls).then(unread));
    if names("_VBA_PROJECT_CUR") {
        inspection.findings.push(told::macros());
    }
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
        let packed = told.compressed_size();
        let pointer = part_pointer(&name);
        let entry = archive.by_index(index).map_err(|error| damaged(&pointer, &error))?;
        let part = budget.counted(entry, packed, pointer.clone());
        look_over_part(part, &name, &mut seen).map_err(|error| match error {
            InspectError::Io(error) => damaged(&pointer, &error),
            refused @ InspectError::Refused(_) => refused,
        })?;
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

fn locked() -> Refusal {
    let message =
        Bilingual::new("el archivo está cifrado con contraseña", "the file is encrypted with a password");
    Refusal::unreadable("E-FILE-LOCKED", "", message)
}

/// The finding of a workbook whose sheets are not looked into.
fn unread() -> vitrina_domain::finding::Finding {
    warning(
        "W-FILE-NOT-READ",
        "/kind",
        "las hojas de este formato no se revisan; publíquelas como CSV, ODS o XLSX",
        "the sheets of this format are not looked into; publish them as CSV, ODS or XLSX",
    )
}

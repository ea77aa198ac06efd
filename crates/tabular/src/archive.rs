//! Archives: what is packed into them, counted by unpacking it into nothing.

use std::{
    borrow::Cow,
    io::{Cursor, Read, Seek, copy, sink},
};

use flate2::read::MultiGzDecoder;
use vitrina_app::ports::parser::{Archive, Entry, FileKind, Inspection, Refusal};
use vitrina_domain::finding::{Bilingual, Finding, Severity};
use zip::{CompressionMethod, ZipArchive};

use crate::{
    budget::{Budget, Counted},
    error::{InspectError, damaged},
    header, limit, opaque, package,
    sniff::{self, Sniffed},
    warning,
};

/// The pointer to what an archive holds.
const ARCHIVE: &str = "/archive";

/// Tells what is in an archive.
pub(crate) fn zip<R: Read + Seek>(
    archive: ZipArchive<R>,
    bytes: u64,
    budget: &mut Budget,
) -> Result<Inspection, InspectError> {
    let mut walk = Walk { budget, entries: Vec::new(), findings: Vec::new() };
    walk.archive(archive, "", 0)?;
    let Walk { budget, entries, mut findings } = walk;
    findings.truncate(limit::FINDINGS);
    let found = Archive { entries, unpacked_bytes: budget.unpacked() };
    let sniffed = Sniffed { kind: FileKind::Zip, media_type: "application/zip" };
    Ok(Inspection { archive: Some(found), findings, ..opaque(sniffed, bytes) })
}

/// Tells what is in a file that is compressed as a whole.
pub(crate) fn gzip<R: Read>(file: R, bytes: u64, budget: &mut Budget) -> Result<Inspection, InspectError> {
    let decoder = MultiGzDecoder::new(file);
    let name = decoder.header().and_then(|header| header.filename()).unwrap_or_default();
    let mut entry = Entry {
        name: String::from_utf8_lossy(name).into_owned(),
        kind: FileKind::Unknown,
        packed_bytes: bytes,
        bytes: None,
        depth: 0,
        refusals: Vec::new(),
    };
    let pointer = format!("{ARCHIVE}/entries/0");
    let mut findings = Vec::new();
    let mut counted = budget.counted(decoder, bytes, pointer.clone());
    if let Some(Content { kind, bytes, .. }) = unpack(&mut counted, &pointer, Nested::Passed)? {
        (entry.kind, entry.bytes) = (kind, Some(bytes));
    } else {
        findings.push(Refused::DAMAGED.of(&mut entry, &pointer));
    }
    let found = Archive { entries: vec![entry], unpacked_bytes: budget.unpacked() };
    let sniffed = Sniffed { kind: FileKind::Gzip, media_type: "application/gzip" };
    Ok(Inspection { archive: Some(found), findings, ..opaque(sniffed, bytes) })
}

/// Whether an archive within an archive is kept to look into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nested {
    Kept,
    Passed,
}

/// What came out of an entry.
struct Content {
    kind: FileKind,
    bytes: u64,
    /// The bytes of an archive that is looked into.
    kept: Vec<u8>,
}

/// Unpacks an entry to its end; nothing when it is damaged.
fn unpack<R: Read>(
    counted: &mut Counted<'_, R>,
    pointer: &str,
    nested: Nested,
) -> Result<Option<Content>, InspectError> {
    let mut head = Vec::new();
    let mut read = counted.by_ref().take(limit::HEAD_BYTES).read_to_end(&mut head).map(drop);
    let kind = sniff::entry(&head);
    let mut kept = Vec::new();
    if read.is_ok() {
        read = if kind == FileKind::Zip && nested == Nested::Kept {
            kept = head;
            counted.by_ref().take(limit::NESTED_BYTES).read_to_end(&mut kept).map(drop)
        } else {
            copy(counted, &mut sink()).map(drop)
        };
    }
    if let Err(error) = read {
        return match damaged(pointer, &error) {
            InspectError::Refused(refusal) if refusal.finding.code == "E-FILE-DAMAGED" => Ok(None),
            other => Err(other),
        };
    }
    if u64::try_from(kept.len()).unwrap_or(u64::MAX) > limit::NESTED_BYTES {
        let most = limit::NESTED_BYTES >> 20;
        let message = Bilingual::new(
            format!("un archivo comprimido dentro de otro pasa de {most} MiB"),
            format!("an archive within an archive is longer than {most} MiB"),
        );
        return Err(Refusal::too_complex("E-FILE-NESTED-SIZE", pointer, message).into());
    }
    Ok(Some(Content { kind, bytes: counted.read_bytes(), kept }))
}

/// Why an entry would not be unpacked to a disk.
struct Refused {
    code: &'static str,
    es: &'static str,
    en: &'static str,
}

impl Refused {
    const DAMAGED: Self = Self {
        code: "E-FILE-ENTRY-DAMAGED",
        es: "la entrada está dañada o incompleta",
        en: "the entry is damaged or cut short",
    };
    const LOCKED: Self = Self {
        code: "E-FILE-ENTRY-LOCKED",
        es: "la entrada está cifrada con contraseña",
        en: "the entry is encrypted with a password",
    };
    const PATH: Self = Self {
        code: "E-FILE-ENTRY-PATH",
        es: "el nombre de la entrada lleva fuera de la carpeta en que se descomprime",
        en: "the name of the entry leads out of the folder that it is unpacked to",
    };
    const LINK: Self = Self {
        code: "E-FILE-ENTRY-LINK",
        es: "la entrada es un enlace simbólico",
        en: "the entry is a symbolic link",
    };
    const METHOD: Self = Self {
        code: "E-FILE-ENTRY-METHOD",
        es: "la entrada está comprimida de un modo que pocos programas leen",
        en: "the entry is compressed in a way that few programs read",
    };

    /// Marks the entry, and gives the finding.
    fn of(&self, entry: &mut Entry, pointer: &str) -> Finding {
        entry.refusals.push(self.code.to_owned());
        let name: String = entry.name.chars().take(limit::SHOWN_CHARS).collect();
        let message = Bilingual::new(format!("{}: «{name}»", self.es), format!("{}: \"{name}\"", self.en));
        Finding::new(Severity::Error, self.code, pointer, message)
    }
}

/// Whether a name leads out of the folder that it is unpacked to, on any system.
fn leads_out(name: &str) -> bool {
    let has_drive = name.as_bytes().get(1) == Some(&b':');
    name.starts_with(['/', '\\'])
        || has_drive
        || name.contains('\0')
        || name.split(['/', '\\']).any(|part| part == "..")
}

/// A walk over an archive and those within it.
struct Walk<'a> {
    budget: &'a mut Budget,
    entries: Vec<Entry>,
    findings: Vec<Finding>,
}

impl Walk<'_> {
    fn archive<R: Read + Seek>(
        &mut self,
        mut archive: ZipArchive<R>,
        prefix: &str,
        depth: u8,
    ) -> Result<(), InspectError> {
        self.budget.take_entries(archive.len(), ARCHIVE)?;
        self.findings.extend(layout_findings(&mut archive));
        for index in 0..archive.len() {
            if let Some((name, kept)) = self.entry(&mut archive, index, prefix, depth)? {
                self.nested(kept, &name, depth)?;
            }
        }
        let places = header::places(&mut archive);
        let differs = header::differing(&mut archive.into_inner(), &places)?.is_some();
        self.findings.extend(differs.then(|| header::finding(ARCHIVE)));
        Ok(())
    }

    /// Unpacks an entry; gives its name and bytes when it is an archive to look into.
    fn entry<R: Read + Seek>(
        &mut self,
        archive: &mut ZipArchive<R>,
        index: usize,
        prefix: &str,
        depth: u8,
    ) -> Result<Option<(String, Vec<u8>)>, InspectError> {
        let pointer = format!("{ARCHIVE}/entries/{}", self.entries.len());
        let told = archive.by_index_data(index).map_err(|error| damaged(&pointer, &error))?;
        let own = told
            .name()
            .map_or_else(|_| String::from_utf8_lossy(told.name_raw()).into_owned(), Cow::into_owned);
        let name: String = prefix.chars().chain(own.chars()).take(limit::VALUE_BYTES).collect();
        let mut entry = Entry {
            name,
            kind: if told.is_dir() { FileKind::Folder } else { FileKind::Unknown },
            packed_bytes: told.compressed_size(),
            bytes: None,
            depth,
            refusals: Vec::new(),
        };
        let (declared, is_folder) = (told.size(), told.is_dir());
        let is_known = matches!(told.compression(), CompressionMethod::Stored | CompressionMethod::Deflated);
        let reasons = [
            (leads_out(&own), Refused::PATH),
            (told.is_symlink(), Refused::LINK),
            (told.encrypted(), Refused::LOCKED),
            (!told.encrypted() && !is_known, Refused::METHOD),
        ];
        let is_readable = !told.encrypted() && is_known;
        for (_, refused) in reasons.into_iter().filter(|(holds, _)| *holds) {
            self.findings.push(refused.of(&mut entry, &pointer));
        }
        let mut nested = None;
        if is_readable && !is_folder {
            nested = self.content(archive, index, &mut entry, declared, &pointer)?;
        }
        let name = entry.name.clone();
        self.entries.push(entry);
        Ok(nested.map(|kept| (name, kept)))
    }

    /// Unpacks what is in an entry; gives the bytes of an archive to look into.
    fn content<R: Read + Seek>(
        &mut self,
        archive: &mut ZipArchive<R>,
        index: usize,
        entry: &mut Entry,
        declared: u64,
        pointer: &str,
    ) -> Result<Option<Vec<u8>>, InspectError> {
        let unpacked = match archive.by_index(index) {
            Ok(packed) => {
                let mut counted = self.budget.counted(packed, entry.packed_bytes, pointer.to_owned());
                unpack(&mut counted, pointer, Nested::Kept)?
            }
            Err(_damaged) => None,
        };
        let Some(Content { kind, bytes, kept }) = unpacked else {
            self.findings.push(Refused::DAMAGED.of(entry, pointer));
            return Ok(None);
        };
        (entry.kind, entry.bytes) = (kind, Some(bytes));
        if bytes != declared {
            self.findings.push(warning(
                "W-FILE-ENTRY-SIZE",
                pointer,
                format!("la entrada dice medir {declared} bytes y mide {bytes}"),
                format!("the entry says that it has {declared} bytes, and has {bytes}"),
            ));
        }
        Ok((!kept.is_empty()).then_some(kept))
    }

    /// Looks into an archive within an archive. The parts of a workbook or document are counted and not told.
    fn nested(&mut self, kept: Vec<u8>, name: &str, depth: u8) -> Result<(), InspectError> {
        let pointer = format!("{ARCHIVE}/entries/{}", self.entries.len().saturating_sub(1));
        if depth + 1 >= limit::NESTING {
            let most = limit::NESTING;
            let message = Bilingual::new(
                format!("archivos comprimidos anidados a más de {most} niveles"),
                format!("archives nested deeper than {most} levels"),
            );
            return Err(Refusal::too_complex("E-FILE-NESTING", pointer, message).into());
        }
        let outer = self.budget.enter(u64::try_from(kept.len()).unwrap_or(u64::MAX));
        match ZipArchive::new(Cursor::new(kept)) {
            Ok(mut archive) => match package::kind(&mut archive) {
                Some(kind) => {
                    package::count(&mut archive, self.budget, &pointer)?;
                    if let Some(entry) = self.entries.last_mut() {
                        entry.kind = kind;
                    }
                }
                None => self.archive(archive, &format!("{name}!"), depth + 1)?,
            },
            Err(_damaged) => {
                if let Some(entry) = self.entries.last_mut() {
                    self.findings.push(Refused::DAMAGED.of(entry, &pointer));
                }
            }
        }
        self.budget.enter(outer);
        Ok(())
    }
}

/// What is odd about how the entries of an archive lie in it.
pub(crate) fn layout_findings<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut find = |code: &str, es: &str, en: &str| {
        findings.push(Finding::new(Severity::Error, code, ARCHIVE, Bilingual::new(es, en)));
    };
    if archive.has_duplicate_names() {
        find(
            "E-FILE-ENTRY-REPEATED",
            "dos entradas tienen el mismo nombre: unos programas leen una y otros la otra",
            "two entries have the same name: some programs read the one and some the other",
        );
    }
    // Where the place of an entry cannot be read, unpacking it says so.
    if archive.has_overlapping_entries().unwrap_or_default() {
        find(
            "E-FILE-ENTRY-OVERLAP",
            "unas entradas ocupan los mismos bytes que otras, como en una bomba de descompresión",
            "some entries take the same bytes as others, as in a decompression bomb",
        );
    }
    findings
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("datos/2026.csv", false)]
    #[case("datos..csv", false)]
    #[case("../datos.csv", true)]
    #[case("datos/../../x", true)]
    #[case("..\\x", true)]
    #[case("/etc/passwd", true)]
    #[case("C:\\x", true)]
    #[case("\\\\server\\x", true)]
    #[case("x\0.csv", true)]
    fn names_that_lead_out_are_told(#[case] name: &str, #[case] expected: bool) {
        assert_eq!(leads_out(name), expected);
    }
}

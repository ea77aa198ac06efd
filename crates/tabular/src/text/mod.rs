//! Text: how it is written down, and the table that it may be.

use std::io::{self, Read, Seek, SeekFrom};

use vitrina_app::ports::parser::{FileKind, Inspection, Refusal, TextForm};
use vitrina_domain::finding::Finding;
use vitrina_formats::read::{self, Encoded, ReadError};

use crate::{
    error::InspectError,
    sniff::{self, Sniffed},
    warning,
};

mod csv;
mod separator;

use separator::Separated;

/// How much text shows what stands between its values.
const SHOWN_BYTES: u64 = 64 << 10;

/// Looks into a file that is text.
pub(crate) fn inspect<R: Read + Seek>(
    file: &mut R,
    bytes: u64,
    extension: Option<&str>,
) -> Result<Inspection, InspectError> {
    let encoded = read::encoding(file).map_err(unreadable)?;
    file.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    read::decoded(file.by_ref(), encoded.name).take(SHOWN_BYTES).read_to_end(&mut head)?;
    let is_whole = u64::try_from(head.len()).unwrap_or(u64::MAX) < SHOWN_BYTES;
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut inspection = Inspection {
        kind: FileKind::Text,
        media_type: "text/plain".to_owned(),
        bytes,
        text: Some(TextForm { encoding: encoded.name.to_owned(), separator: None, quote: None }),
        tables: Vec::new(),
        archive: None,
        findings: encoding_findings(encoded),
    };
    if let Some(Sniffed { kind, media_type }) = sniff::text(&head) {
        inspection.kind = kind;
        media_type.clone_into(&mut inspection.media_type);
        return Ok(inspection);
    }
    if head.trim().is_empty() {
        inspection.findings.push(nothing());
        return Ok(inspection);
    }
    if let Some(separated) = separator::find(&head, is_whole, extension) {
        file.seek(SeekFrom::Start(0))?;
        let text = read::decoded(file.by_ref(), encoded.name);
        add_table(&mut inspection, text, separated)?;
    }
    Ok(inspection)
}

/// Adds the one table of a file with a separator.
fn add_table(inspection: &mut Inspection, text: impl Read, separated: Separated) -> Result<(), InspectError> {
    let (kind, media_type) = match separated.separator {
        b'\t' => (FileKind::Tsv, "text/tab-separated-values"),
        _ => (FileKind::Csv, "text/csv"),
    };
    inspection.kind = kind;
    media_type.clone_into(&mut inspection.media_type);
    let profile = csv::profile(text, separated)?;
    if let Some(form) = &mut inspection.text {
        form.separator = (profile.table.columns > 1).then_some(char::from(separated.separator));
        form.quote = profile.has_quotes.then_some('"');
    }
    if profile.table.rows == 0 {
        // Nothing stands behind the line that tells the separator.
        inspection.findings.push(nothing());
    }
    inspection.tables.push(profile.table);
    inspection.findings.extend(profile.findings);
    Ok(())
}

fn nothing() -> Finding {
    warning("W-FILE-EMPTY", "", "el archivo está vacío", "the file is empty")
}

fn encoding_findings(encoded: Encoded) -> Vec<Finding> {
    let Encoded { name, is_spoilt } = encoded;
    let mut findings = Vec::new();
    if is_spoilt {
        findings.push(warning(
            "W-FILE-ENCODING-MIXED",
            "/text/encoding",
            "el archivo está en UTF-8, salvo algunos bytes de otra codificación: esos caracteres se perdieron",
            "the file is in UTF-8 but for some bytes of another encoding: those characters are lost",
        ));
    } else if name != "UTF-8" {
        findings.push(warning(
            "W-FILE-ENCODING",
            "/text/encoding",
            format!("el archivo no está en UTF-8; se leyó como {name}"),
            format!("the file is not in UTF-8; it was read as {name}"),
        ));
    }
    findings
}

fn unreadable(error: ReadError) -> InspectError {
    match error {
        ReadError::Io(error) => error.into(),
        other => Refusal::unreadable("E-FILE-ENCODING", "/text/encoding", other.explain()).into(),
    }
}

/// Fills a buffer as far as the reader has bytes.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

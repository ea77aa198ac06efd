//! What a file is by its first bytes, whatever it is called.

use memchr::memchr_iter;
use vitrina_app::ports::parser::FileKind;
use vitrina_formats::signature;

/// What the first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sniffed {
    pub(crate) kind: FileKind,
    pub(crate) media_type: &'static str,
}

/// Nothing that is known.
const UNKNOWN: Sniffed = Sniffed { kind: FileKind::Unknown, media_type: "application/octet-stream" };

/// What bytes that are no text are; nothing for text.
pub(crate) fn binary(head: &[u8]) -> Option<Sniffed> {
    if let Some(media_type) = signature(head) {
        return Some(Sniffed { kind: signed(media_type), media_type });
    }
    // UTF-16 has a zero beside every letter of a Latin script; text in one byte for each has few or none.
    let zeros = memchr_iter(0, head).count();
    let rest = zeros.saturating_mul(3) < head.len();
    let controls = head.iter().filter(|b| matches!(b, 1..=8 | 14..=26 | 28..=31)).count();
    (controls.saturating_mul(20) > head.len() && rest).then_some(UNKNOWN)
}

/// The kind of what has such a signature.
fn signed(media_type: &str) -> FileKind {
    match media_type {
        "application/zip" => FileKind::Zip,
        "application/gzip" => FileKind::Gzip,
        "application/x-ole-storage" => FileKind::Xls,
        "application/pdf" => FileKind::Pdf,
        _ if media_type.starts_with("image/") => FileKind::Image,
        _ => FileKind::Unknown,
    }
}

/// What text is by its beginning, where its form says more than that it is text.
pub(crate) fn text(head: &str) -> Option<Sniffed> {
    let start = head.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let sniffed = |kind, media_type| Some(Sniffed { kind, media_type });
    if start.starts_with(['{', '[']) {
        return sniffed(FileKind::Json, "application/json");
    }
    if !start.starts_with('<') {
        return None;
    }
    let lower = start.to_ascii_lowercase();
    if ["<!doctype html", "<html", "<head", "<body", "<script"].iter().any(|tag| lower.starts_with(tag)) {
        return sniffed(FileKind::Html, "text/html");
    }
    if lower.starts_with("<svg") || (lower.starts_with("<?xml") && lower.contains("<svg")) {
        // A picture that can carry programs.
        return sniffed(FileKind::Image, "image/svg+xml");
    }
    if lower.starts_with("<?xml") && lower.contains("<html") {
        return sniffed(FileKind::Html, "application/xhtml+xml");
    }
    sniffed(FileKind::Xml, "application/xml")
}

/// What an entry of an archive is by its first bytes, without reading on.
pub(crate) fn entry(head: &[u8]) -> FileKind {
    match binary(head) {
        Some(sniffed) => sniffed.kind,
        None => text(&String::from_utf8_lossy(head)).map_or(FileKind::Text, |sniffed| sniffed.kind),
    }
}

/// The kinds of file that an extension promises; nothing for one that promises none that are known here.
pub(crate) fn promised(extension: &str) -> Option<&'static [FileKind]> {
    Some(match extension {
        "csv" => &[FileKind::Csv, FileKind::Tsv],
        "tsv" | "tab" => &[FileKind::Tsv, FileKind::Csv],
        "txt" => &[FileKind::Text, FileKind::Csv, FileKind::Tsv],
        "xlsx" | "xlsm" => &[FileKind::Xlsx],
        "xlsb" => &[FileKind::Xlsb],
        "xls" => &[FileKind::Xls],
        "ods" => &[FileKind::Ods],
        "zip" => &[FileKind::Zip],
        "gz" => &[FileKind::Gzip],
        "pdf" => &[FileKind::Pdf],
        "html" | "htm" => &[FileKind::Html],
        "xml" | "rdf" | "gml" | "kml" => &[FileKind::Xml],
        "json" | "geojson" | "jsonld" => &[FileKind::Json],
        "png" | "jpg" | "jpeg" | "gif" | "svg" | "tif" | "tiff" | "webp" => &[FileKind::Image],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(b"PK\x03\x04\x14\x00", FileKind::Zip)]
    #[case(b"%PDF-1.7", FileKind::Pdf)]
    #[case(b"\x1f\x8b\x08\x00", FileKind::Gzip)]
    #[case(b" <!DOCTYPE HTML><script>", FileKind::Html)]
    #[case(b"<?xml version='1.0'?><svg>", FileKind::Image)]
    #[case(b"<rdf:RDF>", FileKind::Xml)]
    #[case(b"[{}]", FileKind::Json)]
    #[case(b"a,b\n1,2\n", FileKind::Text)]
    #[case(b"\x01\x02\x03\x04", FileKind::Unknown)]
    fn first_bytes_say_what_it_is(#[case] head: &[u8], #[case] kind: FileKind) {
        assert_eq!(entry(head), kind);
    }

    #[test]
    fn utf_16_is_text() {
        let head: Vec<u8> = "clave;año\n09;2026\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(binary(&head), None);
    }
}

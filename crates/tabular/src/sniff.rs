//! What a file is by its first bytes, whatever it is called.

use memchr::memchr_iter;
use vitrina_app::ports::parser::FileKind;
use vitrina_formats::{FileType, signature};

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
    let form = FileType::of_form(head)?;
    let kind = match form {
        FileType::Json | FileType::NdJson | FileType::GeoJson => FileKind::Json,
        FileType::Html => FileKind::Html,
        // A picture that can carry programs.
        FileType::Svg => FileKind::Image,
        FileType::Xml | FileType::RdfXml | FileType::Kml => FileKind::Xml,
        _ => FileKind::Text,
    };
    Some(Sniffed { kind, media_type: form.media_type() })
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

    /// An upload and an inspection must not tell two stories of one file.
    #[rstest]
    #[case("<?xml version='1.0'?><a><script>x</script></a>", FileKind::Html, "text/html")]
    #[case("<?xml version='1.0'?><x:svg xmlns:x='s'/>", FileKind::Image, "image/svg+xml")]
    #[case("<datos><html/></datos>", FileKind::Html, "text/html")]
    #[case("<!-- <svg> --><datos/>", FileKind::Image, "image/svg+xml")]
    #[case("<kml/>", FileKind::Xml, "application/vnd.google-earth.kml+xml")]
    #[case("<rdf:RDF>", FileKind::Xml, "application/rdf+xml")]
    #[case("{\"a\":1}\n{\"a\":2}\n", FileKind::Json, "application/x-ndjson")]
    #[case("@prefix a: <b> .", FileKind::Text, "text/turtle")]
    #[case("<http://a> <http://b> <http://c> .", FileKind::Text, "text/turtle")]
    fn text_is_what_an_upload_says(
        #[case] text: &str,
        #[case] kind: FileKind,
        #[case] media_type: &'static str,
    ) {
        assert_eq!(super::text(text), Some(Sniffed { kind, media_type }));
        let upload = FileType::of(text.as_bytes(), "datos.csv").map(FileType::media_type);
        assert_eq!(upload, Some(media_type));
    }

    #[rstest]
    #[case("<10,10-20\n1,2\n")]
    #[case("< 5;5\n1;2\n")]
    #[case("MZA,LOTE\n1,2\n")]
    fn a_table_may_begin_with_anything(#[case] text: &str) {
        assert_eq!((binary(text.as_bytes()), super::text(text)), (None, None));
        assert_eq!(FileType::of(text.as_bytes(), ""), Some(FileType::Csv));
    }

    #[test]
    fn utf_16_is_text() {
        let head: Vec<u8> = "clave;año\n09;2026\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(binary(&head), None);
    }
}

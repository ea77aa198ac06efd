//! What a file is, told from its first bytes. The name helps only where bytes are text that could be several things.

use std::{fmt, str::FromStr};

use crate::signature::signature;

/// How many bytes from the beginning of a file are enough.
pub const SNIFFED: usize = 64 << 10;

/// The kind of a data file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileType {
    /// Values separated by commas, semicolons or bars.
    Csv,
    /// Values separated by tabs.
    Tsv,
    /// JSON.
    Json,
    /// JSON texts, one a line.
    NdJson,
    /// `GeoJSON`.
    GeoJson,
    /// XML of any kind that is not listed by itself.
    Xml,
    /// RDF in XML.
    RdfXml,
    /// Turtle.
    Turtle,
    /// Keyhole Markup Language.
    Kml,
    /// HTML.
    Html,
    /// Scalable Vector Graphics.
    Svg,
    /// Text that is nothing of the above.
    Text,
    /// PDF.
    Pdf,
    /// Office Open XML spreadsheet.
    Xlsx,
    /// Office Open XML text document.
    Docx,
    /// Open Document spreadsheet.
    Ods,
    /// Open Document text.
    Odt,
    /// Compound file: the older office formats.
    Compound,
    /// Apache Parquet.
    Parquet,
    /// `SQLite`, and so `GeoPackage`.
    Sqlite,
    /// ZIP of other files.
    Zip,
    /// One file compressed with gzip.
    Gzip,
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// TIFF, and so `GeoTIFF`.
    Tiff,
}

/// A word that names no kind of file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is no kind of file; known are {}", FileType::ALL.map(FileType::as_str).join(", "))]
pub struct InvalidFileType {
    word: String,
}

impl FileType {
    /// Every kind.
    pub const ALL: [Self; 25] = [
        Self::Csv,
        Self::Tsv,
        Self::Json,
        Self::NdJson,
        Self::GeoJson,
        Self::Xml,
        Self::RdfXml,
        Self::Turtle,
        Self::Kml,
        Self::Html,
        Self::Svg,
        Self::Text,
        Self::Pdf,
        Self::Xlsx,
        Self::Docx,
        Self::Ods,
        Self::Odt,
        Self::Compound,
        Self::Parquet,
        Self::Sqlite,
        Self::Zip,
        Self::Gzip,
        Self::Png,
        Self::Jpeg,
        Self::Tiff,
    ];

    /// The open formats that the field publishes data in.
    pub const OPEN: [Self; 16] = [
        Self::Csv,
        Self::Tsv,
        Self::Json,
        Self::NdJson,
        Self::GeoJson,
        Self::Xml,
        Self::RdfXml,
        Self::Turtle,
        Self::Kml,
        Self::Text,
        Self::Pdf,
        Self::Xlsx,
        Self::Ods,
        Self::Parquet,
        Self::Sqlite,
        Self::Zip,
    ];

    /// The word in settings and errors; also the usual extension.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Json => "json",
            Self::NdJson => "ndjson",
            Self::GeoJson => "geojson",
            Self::Xml => "xml",
            Self::RdfXml => "rdf",
            Self::Turtle => "ttl",
            Self::Kml => "kml",
            Self::Html => "html",
            Self::Svg => "svg",
            Self::Text => "txt",
            Self::Pdf => "pdf",
            Self::Xlsx => "xlsx",
            Self::Docx => "docx",
            Self::Ods => "ods",
            Self::Odt => "odt",
            Self::Compound => "xls",
            Self::Parquet => "parquet",
            Self::Sqlite => "gpkg",
            Self::Zip => "zip",
            Self::Gzip => "gz",
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Tiff => "tif",
        }
    }

    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Tsv => "text/tab-separated-values",
            Self::Json => "application/json",
            Self::NdJson => "application/x-ndjson",
            Self::GeoJson => "application/geo+json",
            Self::Xml => "application/xml",
            Self::RdfXml => "application/rdf+xml",
            Self::Turtle => "text/turtle",
            Self::Kml => "application/vnd.google-earth.kml+xml",
            Self::Html => "text/html",
            Self::Svg => "image/svg+xml",
            Self::Text => "text/plain",
            Self::Pdf => "application/pdf",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Ods => "application/vnd.oasis.opendocument.spreadsheet",
            Self::Odt => "application/vnd.oasis.opendocument.text",
            Self::Compound => "application/x-ole-storage",
            Self::Parquet => "application/vnd.apache.parquet",
            Self::Sqlite => "application/vnd.sqlite3",
            Self::Zip => "application/zip",
            Self::Gzip => "application/gzip",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Tiff => "image/tiff",
        }
    }

    /// What the first bytes of a file say that it is; nothing for bytes that are of no known kind, and for no bytes.
    pub fn of(head: &[u8], name: &str) -> Option<Self> {
        let head = head.get(..SNIFFED).unwrap_or(head);
        let Some(media_type) = signature(head) else {
            return text(head).map(|text| written(&text, name));
        };
        match Self::signed(media_type) {
            Some(Self::Zip) => Some(zipped(head)),
            known => known,
        }
    }

    /// What text is by the form of its beginning, whatever it is called; nothing for what may be a table or prose.
    ///
    /// Programs in what may be opened by a browser weigh more than what stands around them: markup with a script in it
    /// is a page.
    pub fn of_form(text: &str) -> Option<Self> {
        let body = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        match body.chars().next()? {
            '<' => markup(body),
            '{' | '[' => Some(json(body)),
            '@' if body.starts_with("@prefix") || body.starts_with("@base") => Some(Self::Turtle),
            _ => None,
        }
    }

    /// The kind that has a signature for such a media type; texts have none.
    fn signed(media_type: &str) -> Option<Self> {
        const SIGNED: [FileType; 9] = [
            FileType::Pdf,
            FileType::Parquet,
            FileType::Sqlite,
            FileType::Compound,
            FileType::Gzip,
            FileType::Zip,
            FileType::Png,
            FileType::Jpeg,
            FileType::Tiff,
        ];
        SIGNED.into_iter().find(|kind| kind.media_type() == media_type)
    }
}

impl fmt::Display for FileType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for FileType {
    type Err = InvalidFileType;

    fn from_str(word: &str) -> Result<Self, InvalidFileType> {
        let known = Self::ALL.into_iter().find(|kind| kind.as_str() == word);
        known.ok_or_else(|| InvalidFileType { word: word.to_owned() })
    }
}

/// Whose container a ZIP is, told by the names and the first bytes that stand in it plainly.
fn zipped(head: &[u8]) -> FileType {
    let holds = |needle: &[u8]| head.windows(needle.len()).any(|part| part == needle);
    // The first entry of an Open Document is called `mimetype`, and is not compressed.
    let first = head.get(30..).unwrap_or_default();
    if first.starts_with(b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet") {
        FileType::Ods
    } else if first.starts_with(b"mimetypeapplication/vnd.oasis.opendocument.text") {
        FileType::Odt
    } else if holds(b"[Content_Types].xml") && holds(b"xl/") {
        FileType::Xlsx
    } else if holds(b"[Content_Types].xml") && holds(b"word/") {
        FileType::Docx
    } else {
        FileType::Zip
    }
}

/// The bytes as text, in UTF-8, UTF-16 with its mark, or one of the older encodings of one byte; nothing for bytes that
/// no text has.
fn text(head: &[u8]) -> Option<String> {
    let (encoding, mark) = encoding_rs::Encoding::for_bom(head).unwrap_or((encoding_rs::WINDOWS_1252, 0));
    let (decoded, _) = encoding.decode_without_bom_handling(head.get(mark..).unwrap_or_default());
    let is_text = !decoded.trim().is_empty()
        && decoded.chars().all(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{80}'..));
    is_text.then(|| decoded.into_owned())
}

/// What a text is: by its form, else by its name, else by its lines.
fn written(text: &str, name: &str) -> FileType {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let named = |words: &[&str]| extension.as_deref().is_some_and(|extension| words.contains(&extension));
    let body = text.trim_start();
    if let Some(form) = FileType::of_form(text) {
        form
    } else if named(&["ttl"]) {
        FileType::Turtle
    } else if named(&["tsv", "tab"]) || (!named(&["txt"]) && is_even(body, '\t')) {
        FileType::Tsv
    } else if named(&["csv"]) || (!named(&["txt"]) && [',', ';', '|'].iter().any(|mark| is_even(body, *mark)))
    {
        FileType::Csv
    } else {
        FileType::Text
    }
}

/// What begins with `<`; nothing where no tag begins so, but a value that is less than another.
fn markup(body: &str) -> Option<FileType> {
    let head: String = body.chars().take(4_096).collect::<String>().to_ascii_lowercase();
    if ["<http:", "<https:", "<urn:"].iter().any(|start| head.starts_with(start)) {
        // The first term of a triple.
        return Some(FileType::Turtle);
    }
    let second = head.chars().nth(1)?;
    if !(second.is_alphabetic() || matches!(second, '!' | '?' | '/' | '_' | ':')) {
        return None;
    }
    let root = root(&head);
    let has = |needle: &str| head.contains(needle);
    Some(match root {
        "html" | "head" | "body" | "script" => FileType::Html,
        _ if has("<!doctype html") || has("<html") || has("<script") => FileType::Html,
        "svg" => FileType::Svg,
        _ if has("<svg") || root.ends_with(":svg") => FileType::Svg,
        "kml" => FileType::Kml,
        "rdf:rdf" => FileType::RdfXml,
        _ => FileType::Xml,
    })
}

/// The name of the first element after declarations and comments.
fn root(head: &str) -> &str {
    let mut rest = head;
    while let Some(at) = rest.find('<') {
        let element = rest.get(at + 1..).unwrap_or_default();
        let end = match element.as_bytes().first() {
            Some(b'?') => "?>",
            Some(b'!') if element.starts_with("!--") => "-->",
            Some(b'!') => ">",
            _ => {
                let name = element.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/'));
                return name.into_iter().next().unwrap_or_default();
            }
        };
        let Some((_, after)) = element.split_once(end) else { return "" };
        rest = after;
    }
    ""
}

fn json(body: &str) -> FileType {
    let mut lines = body.lines().map(str::trim).filter(|line| !line.is_empty());
    let is_whole = |line: &str| line.starts_with('{') && line.ends_with('}');
    let (first, second) = (lines.next().unwrap_or_default(), lines.next());
    if is_whole(first) && second.is_some_and(|line| line.starts_with('{')) {
        return FileType::NdJson;
    }
    let start: String = body.chars().filter(|c| !c.is_whitespace()).take(2_048).collect();
    let is_geographic =
        ["FeatureCollection", "Feature"].iter().any(|kind| start.contains(&format!("\"type\":\"{kind}\"")));
    if is_geographic { FileType::GeoJson } else { FileType::Json }
}

/// Whether the first lines have the same number of a mark, and have it at all.
fn is_even(body: &str, mark: char) -> bool {
    let mut counts = body.lines().take(5).map(|line| line.matches(mark).count());
    let Some(first) = counts.next().filter(|count| *count > 0) else { return false };
    // The last of the lines may be cut.
    let rest: Vec<usize> = counts.collect();
    rest.split_last().is_none_or(|(_, rest)| rest.iter().all(|count| *count == first))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(b"a,b\n1,2\n", "", Some(FileType::Csv))]
    #[case(b"\xef\xbb\xbfa\xc3\xb1o;b\n1;2\n3;4", "", Some(FileType::Csv))]
    #[case(b"a\xf1o;b\n1;2\n", "", Some(FileType::Csv))]
    #[case(b"solo\nuna\ncolumna\n", "columna.csv", Some(FileType::Csv))]
    #[case(b"a\tb\n1\t2\n", "", Some(FileType::Tsv))]
    #[case(b"\xff\xfea\0\t\0b\0\n\0", "", Some(FileType::Tsv))]
    #[case(b"Nota: hola, mundo\nsin tabla\ny ya\n", "nota.txt", Some(FileType::Text))]
    #[case(b"{\"a\": 1}", "a.csv", Some(FileType::Json))]
    #[case(b"{\"a\": 1}\n{\"a\": 2}\n", "", Some(FileType::NdJson))]
    #[case(b"{ \"type\" : \"FeatureCollection\"}", "", Some(FileType::GeoJson))]
    #[case(b"<?xml version='1.0'?><!-- <html> --><datos/>", "", Some(FileType::Html))]
    #[case(b"<?xml version='1.0'?><datos/>", "datos.csv", Some(FileType::Xml))]
    #[case(b"<?xml version='1.0'?>\n<rdf:RDF xmlns:rdf='x'>", "", Some(FileType::RdfXml))]
    #[case(b"<kml xmlns='x'>", "", Some(FileType::Kml))]
    #[case(b"\n <!DOCTYPE HTML><title>x", "datos.csv", Some(FileType::Html))]
    #[case(b"<?xml version='1.0'?><x:svg xmlns:x='s'/>", "", Some(FileType::Svg))]
    #[case(b"@prefix dct: <x> .", "", Some(FileType::Turtle))]
    #[case(b"%PDF-1.7", "a.csv", Some(FileType::Pdf))]
    #[case(b"PAR1\x15\x04\x15", "", Some(FileType::Parquet))]
    #[case(b"MZA,LOTE\n1,2\n", "", Some(FileType::Csv))]
    #[case(b"<10,10-20,>20\n1,2,3\n", "", Some(FileType::Csv))]
    #[case(b"< 5;5\n1;2\n", "", Some(FileType::Csv))]
    #[case(b"<http://a> <http://b> <http://c> .\n", "", Some(FileType::Turtle))]
    #[case(b"<?xml version='1.0'?><a><script>x</script></a>", "datos.xml", Some(FileType::Html))]
    #[case(b"\xef\xbb\xbf<?xml version='1.0'?><a/>", "datos.csv", Some(FileType::Xml))]
    #[case(b"GIF89a\x01\0\x01\0", "datos.csv", None)]
    #[case(b"SQLite format 3\0", "", Some(FileType::Sqlite))]
    #[case(b"PK\x03\x04------------------------nada.txt", "a.xlsx", Some(FileType::Zip))]
    #[case(b"PK\x03\x04[Content_Types].xml PK\x03\x04xl/workbook.xml", "", Some(FileType::Xlsx))]
    #[case(
        b"PK\x03\x04--------------------------mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
        "",
        Some(FileType::Ods)
    )]
    #[case(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.csv", Some(FileType::Compound))]
    #[case(b"\x7fELF\x02\x01\x01\0", "datos.csv", None)]
    #[case(b"MZ\x90\0\x03", "datos.csv", None)]
    #[case(b"a,b\n1,\0\n", "datos.csv", None)]
    #[case(b"", "datos.csv", None)]
    #[case(b" \n", "datos.csv", None)]
    fn bytes_say_what_they_are(#[case] head: &[u8], #[case] name: &str, #[case] kind: Option<FileType>) {
        assert_eq!(FileType::of(head, name), kind);
    }

    #[test]
    fn words_read_back_and_differ() {
        for kind in FileType::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        let error = "exe".parse::<FileType>().unwrap_err().to_string();
        assert!(error.contains("exe") && error.contains("csv, tsv"), "{error}");
        assert!(!FileType::OPEN.iter().any(|kind| matches!(kind, FileType::Html | FileType::Svg)));
    }
}

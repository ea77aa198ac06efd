//! Naming documents that are no JSON, from their first bytes.

use super::refusal::{ReadError, no_catalog, unsupported};

/// File signatures of what is not text.
const SIGNATURES: &[(&[u8], &str, &str)] = &[
    (
        b"PK\x03\x04",
        "un archivo ZIP o una hoja de cálculo (XLSX, ODS)",
        "a ZIP archive or a spreadsheet (XLSX, ODS)",
    ),
    (b"PK\x05\x06", "un archivo ZIP vacío", "an empty ZIP archive"),
    (
        b"\x1f\x8b",
        "un archivo comprimido con gzip; descomprímalo antes",
        "a file compressed with gzip; unpack it first",
    ),
    (
        b"\xfd7zXZ\x00",
        "un archivo comprimido con xz; descomprímalo antes",
        "a file compressed with xz; unpack it first",
    ),
    (
        b"BZh",
        "un archivo comprimido con bzip2; descomprímalo antes",
        "a file compressed with bzip2; unpack it first",
    ),
    (
        b"\x28\xb5\x2f\xfd",
        "un archivo comprimido con Zstandard; descomprímalo antes",
        "a file compressed with Zstandard; unpack it first",
    ),
    (b"7z\xbc\xaf\x27\x1c", "un archivo 7-Zip; descomprímalo antes", "a 7-Zip archive; unpack it first"),
    (b"Rar!\x1a\x07", "un archivo RAR; descomprímalo antes", "a RAR archive; unpack it first"),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "una hoja de cálculo o un documento de Microsoft Office antiguo (XLS, DOC)",
        "a spreadsheet or document of old Microsoft Office (XLS, DOC)",
    ),
];

/// File signatures of what will never be a catalog.
const FOREIGN: &[(&[u8], &str, &str)] = &[
    (b"%PDF", "un documento PDF", "a PDF document"),
    (b"SQLite format 3\x00", "una base de datos SQLite", "a SQLite database"),
    (b"PAR1", "un archivo Parquet", "a Parquet file"),
    (b"\x89PNG", "una imagen (PNG)", "an image (PNG)"),
    (b"\xff\xd8\xff", "una imagen (JPEG)", "an image (JPEG)"),
    (b"GIF8", "una imagen (GIF)", "an image (GIF)"),
];

/// Refuses what its first bytes show to be a binary format.
pub(super) fn refuse_binary(head: &[u8]) -> Result<(), ReadError> {
    if let Some((_, es, en)) = SIGNATURES.iter().find(|(signature, ..)| head.starts_with(signature)) {
        return Err(unsupported(*es, *en));
    }
    match FOREIGN.iter().find(|(signature, ..)| head.starts_with(signature)) {
        Some((_, es, en)) => Err(no_catalog(*es, *en)),
        None => Ok(()),
    }
}

/// Refuses text that is not JSON, saying what it is; `head` is its beginning, in UTF-8.
pub(super) fn refuse_other_text(head: &str) -> Result<(), ReadError> {
    let text = head.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if text.is_empty() {
        return Err(no_catalog("un archivo vacío", "an empty file"));
    }
    if text.starts_with(['{', '[']) {
        return Ok(());
    }
    if text.starts_with('<') {
        return Err(markup(text));
    }
    let lower = text.get(..text.floor_char_boundary(200)).unwrap_or_default().to_ascii_lowercase();
    if ["@prefix", "@base", "prefix ", "base <", "_:"].iter().any(|start| lower.starts_with(start)) {
        return Err(unsupported("RDF (Turtle, TriG o N-Triples)", "RDF (Turtle, TriG or N-Triples)"));
    }
    if let Some(columns) = columns(text) {
        return Err(unsupported(
            format!("una tabla de {columns} columnas (CSV)"),
            format!("a table of {columns} columns (CSV)"),
        ));
    }
    Ok(())
}

/// What a document that begins with `<` is.
fn markup(text: &str) -> ReadError {
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("<http") || lower.starts_with("<urn:") {
        return unsupported("RDF (N-Triples o Turtle)", "RDF (N-Triples or Turtle)");
    }
    if lower.starts_with("<!doctype html") || lower.contains("<html") {
        return no_catalog("una página web (HTML)", "a web page (HTML)");
    }
    if lower.contains("<rdf:rdf") || lower.contains("http://www.w3.org/1999/02/22-rdf-syntax-ns#") {
        return unsupported("RDF/XML", "RDF/XML");
    }
    match root_element(text) {
        Some(name) if name == "OAI-PMH" => {
            unsupported("una respuesta de OAI-PMH (XML)", "an answer of OAI-PMH (XML)")
        }
        Some(name) => no_catalog(
            format!("un documento XML con el elemento raíz <{name}>"),
            format!("an XML document with the root element <{name}>"),
        ),
        None => no_catalog("un documento XML", "an XML document"),
    }
}

/// The name of the first element.
fn root_element(text: &str) -> Option<String> {
    text.split('<').skip(1).find_map(|tag| {
        let name: String = tag.chars().take_while(|c| c.is_alphanumeric() || ":_-.".contains(*c)).collect();
        name.chars().next().filter(|first| first.is_alphabetic())?;
        Some(name)
    })
}

/// The number of columns, when the first lines have the same separator equally often.
fn columns(text: &str) -> Option<usize> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let (first, second) = (lines.next()?, lines.next());
    [',', ';', '\t', '|'].into_iter().find_map(|separator| {
        let count = |line: &str| {
            let mut quoted = false;
            line.chars()
                .filter(|c| {
                    quoted ^= *c == '"';
                    *c == separator && !quoted
                })
                .count()
        };
        let found = count(first);
        let agrees = second.is_none_or(|line| count(line) == found || line.contains('"'));
        (found > 0 && agrees).then_some(found + 1)
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("", "not a catalog: an empty file")]
    #[case(" \n\t", "not a catalog: an empty file")]
    #[case("<!DOCTYPE html><html>", "not a catalog: a web page (HTML)")]
    #[case(
        "<?xml version=\"1.0\"?>\n<!-- x --><registros a=\"1\"/>",
        "not a catalog: an XML document with the root element <registros>"
    )]
    #[case("<?xml version=\"1.0\"?><OAI-PMH xmlns=\"x\">", "not supported yet: an answer of OAI-PMH (XML)")]
    #[case("<rdf:RDF xmlns:rdf=\"x\">", "not supported yet: RDF/XML")]
    #[case(
        "@prefix dcat: <http://www.w3.org/ns/dcat#> .",
        "not supported yet: RDF (Turtle, TriG or N-Triples)"
    )]
    #[case("<http://a> <http://b> <http://c> .", "not supported yet: RDF (N-Triples or Turtle)")]
    #[case("título,descripción\nAgua,Pozos\n", "not supported yet: a table of 2 columns (CSV)")]
    #[case("\"título\";\"descripción\"\n\"a;b\";\"c\"\n", "not supported yet: a table of 2 columns (CSV)")]
    fn text_that_is_no_json_is_named(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(refuse_other_text(text).unwrap_err().to_string(), expected);
    }

    #[rstest]
    #[case(b"PK\x03\x04\x14", "not supported yet: a ZIP archive or a spreadsheet (XLSX, ODS)")]
    #[case(b"\xfd7zXZ\x00\x00", "not supported yet: a file compressed with xz; unpack it first")]
    #[case(b"%PDF-1.7", "not a catalog: a PDF document")]
    fn binary_files_are_named(#[case] head: &[u8], #[case] expected: &str) {
        assert_eq!(refuse_binary(head).unwrap_err().to_string(), expected);
    }

    #[rstest]
    #[case("{\"dataset\": []}")]
    #[case("\u{feff} [1]")]
    #[case("nothing in particular")]
    fn other_text_is_left_to_the_json_reader(#[case] text: &str) {
        assert!(refuse_other_text(text).is_ok());
    }
}

//! What stands in files that are called catalogs: each is read, or refused in words that name it.

use std::time::{Duration, Instant};

use crate::support::{parsed, read_all};
use rstest::rstest;
use serde_json::{Value, json};
use vitrina_domain::{
    metadata::NotADataset,
    record::{Kind, Metadata},
};
use vitrina_formats::read::{InputFormat, ItemError, Limits, ReadError, identity, parse};

fn refusal(bytes: &[u8]) -> String {
    read_all(bytes, Limits::default()).unwrap_err().to_string()
}

#[rstest]
#[case::zip(b"PK\x03\x04\x14\x00\x00\x00catalog/data.json", "a ZIP archive or a spreadsheet (XLSX, ODS)")]
#[case::gzip(b"\x1f\x8b\x08\x00\x00\x00\x00\x00", "compressed with gzip")]
#[case::pdf(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF document")]
#[case::html(b"\n<!DOCTYPE html>\n<html><body>404</body></html>", "a web page (HTML)")]
#[case::xml(b"<?xml version=\"1.0\"?>\n<catalogo><conjunto/></catalogo>", "the root element <catalogo>")]
#[case::csv(b"titulo,descripcion,url\nAgua,Pozos,https://example.org\n", "a table of 3 columns (CSV)")]
#[case::nothing(b"", "an empty file")]
#[case::blanks(b" \r\n\t\n", "an empty file")]
#[case::mark(b"\xef\xbb\xbf", "an empty file")]
#[case::wide_mark(b"\xff\xfe", "an empty file")]
#[case::null(b"null", "the JSON value null")]
#[case::word(b"\"catalogo\"", "a single JSON text")]
#[case::number(b"42", "a single JSON number")]
#[case::truth(b"true", "a single truth value of JSON")]
#[case::list(b"[]", "an empty list")]
#[case::object(b"{}", "a JSON object with no members")]
#[case::text_for_list(b"{\"dataset\": \"agua\"}", "whose member `dataset` is no list of datasets")]
fn what_is_no_catalog_is_named(#[case] bytes: &[u8], #[case] named: &str) {
    let said = refusal(bytes);
    assert!(said.contains(named), "{said}");
}

#[rstest]
#[case::in_a_text(b"{\"dataset\": [\n {\"title\": \"Agu", "a string is not closed", 2, 16, 29)]
#[case::in_a_record(b"{\"dataset\": [\n {\"title\": \"Agua\",", "the document ends too early", 2, 19, 32)]
#[case::between_records(
    b"{\"dataset\": [\n {\"title\": \"Agua\"},\n",
    "the document ends too early",
    3,
    1,
    34
)]
#[case::before_the_end(
    b"{\"dataset\": [\n {\"title\": \"Agua\"}]\n",
    "the document ends too early",
    3,
    1,
    34
)]
fn a_document_cut_off_says_where(
    #[case] bytes: &[u8],
    #[case] expected: &str,
    #[case] at_line: u64,
    #[case] at_column: u64,
    #[case] at_byte: u64,
) {
    match read_all(bytes, Limits::default()) {
        Err(ReadError::Json { reason, line, column, offset }) => {
            assert_eq!((reason.as_str(), line, column, offset), (expected, at_line, at_column, at_byte));
        }
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[case::latin_1(b"{\"dataset\": [{\"title\": \"Educaci\xf3n y ni\xf1ez\"}]}".to_vec(), "windows-1252", "Educación y niñez")]
#[case::utf_16("\u{feff}{\"dataset\": [{\"title\": \"Niñez\"}]}".encode_utf16().flat_map(u16::to_le_bytes).collect(), "UTF-16LE", "Niñez")]
#[case::utf_16_unmarked("{\"dataset\": [{\"title\": \"Niñez\"}]}".encode_utf16().flat_map(u16::to_be_bytes).collect(), "UTF-16BE", "Niñez")]
fn other_encodings_are_read_and_told(#[case] bytes: Vec<u8>, #[case] encoding: &str, #[case] title: &str) {
    let (outline, records) = read_all(&bytes, Limits::default()).unwrap();
    assert_eq!(outline.encoding, encoding);
    assert_eq!(outline.findings.first().unwrap().code, "W-GEN-ENCODING");
    let read = parsed(outline.format, records.first().unwrap());
    assert_eq!(read.document.get("title"), Some(&json!(title)));
}

/// What the reader makes of one record between two good ones.
fn between_good_ones(record: &str) -> Result<Value, ItemError> {
    let document = format!("{{\"dataset\": [{{\"title\": \"a\"}},\n{record},\n{{\"title\": \"c\"}}]}}");
    let (outline, records) = read_all(document.as_bytes(), Limits::default()).unwrap();
    assert_eq!(records.len(), 3);
    let mut outcomes: Vec<Result<Value, ItemError>> =
        records.into_iter().map(|item| Ok(parse(outline.format, &item.json?)?.document)).collect();
    assert!(outcomes.remove(2).is_ok() && outcomes.remove(0).is_ok());
    outcomes.remove(0)
}

#[rstest]
#[case::surrogate(r#"{"title": "\ud800"}"#, "hex escape")]
#[case::trailing_surrogate(r#"{"title": "a\udc00b"}"#, "lone leading surrogate")]
#[case::surrogate_in_a_name(r#"{"title": "b", "\ud800": 1}"#, "hex escape")]
#[case::nul("{\"title\": \"a\0b\"}", "control character")]
#[case::nul_outside("{\"title\": \"b\", \0}", "key must be a string")]
#[case::not_a_number(r#"{"title": "b", "byteSize": NaN}"#, "expected value")]
#[case::number_as_name(r#"{"title": "b", 123456789012345678901234567890: 1}"#, "key must be a string")]
fn broken_json_in_a_record_is_only_its_failure(#[case] record: &str, #[case] expected: &str) {
    match between_good_ones(record) {
        Err(ItemError::Json { reason, .. }) => assert!(reason.contains(expected), "{reason}"),
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[case::escaped_nul(r#"{"title": "a\u0000b"}"#, json!({"title": "a\u{0}b"}))]
#[case::pair(r#"{"title": "\ud83d\ude00"}"#, json!({"title": "😀"}))]
#[case::text_for_list(r#"{"title": "b", "keyword": "agua", "distribution": "x"}"#,
    json!({"title": "b", "keyword": "agua", "distribution": "x"}))]
#[case::large_exponent(r#"{"title": "b", "byteSize": 1e400}"#, json!({"title": "b", "byteSize": "1e400"}))]
#[case::thirty_figures(r#"{"title": "b", "identifier": 123456789012345678901234567890}"#,
    json!({"title": "b", "identifier": "123456789012345678901234567890"}))]
#[case::exact(r#"{"title": "b", "byteSize": 9007199254740992}"#,
    json!({"title": "b", "byteSize": 9_007_199_254_740_992_u64}))]
#[case::not_exact(r#"{"title": "b", "byteSize": 9007199254740993}"#,
    json!({"title": "b", "byteSize": "9007199254740993"}))]
#[case::twice(r#"{"title": "b", "title": "c"}"#, json!({"title": "c"}))]
fn odd_values_survive(#[case] record: &str, #[case] expected: Value) {
    assert_eq!(between_good_ones(record), Ok(expected));
}

#[rstest]
#[case::text_for_list(r#"{"title": "b", "keyword": "agua"}"#, "keyword", json!({"und": ["agua"]}))]
#[case::text_for_texts(r#"{"title": "b", "language": "es"}"#, "language", json!(["es"]))]
fn a_text_where_a_list_is_due_is_one_value_or_kept(
    #[case] record: &str,
    #[case] member: &str,
    #[case] expected: Value,
) {
    let document = between_good_ones(record).unwrap();
    let (metadata, _) = Metadata::from_document(Kind::Dataset, document).unwrap();
    assert_eq!(metadata.to_document().get(member), Some(&expected));
}

#[test]
fn a_text_where_the_files_are_due_is_what_the_record_hangs_on() {
    let document = between_good_ones(r#"{"title": "b", "distribution": "x"}"#).unwrap();
    let refused = Metadata::from_document(Kind::Dataset, document).unwrap_err();
    assert_eq!(refused, NotADataset::Unreadable("distribution"));
}

#[rstest]
#[case(r#"{"title": "b", "title": "c"}"#, InputFormat::DataJson, "W-GEN-REPEATED", "/title")]
#[case(
    r#"{"title": "b", "distribution": [{"format": "a", "format": "b"}]}"#,
    InputFormat::DataJson,
    "W-GEN-REPEATED",
    "/distribution/0/format"
)]
#[case(
    r#"{"name": "b", "resources": [{"url": "a", "url": "b"}]}"#,
    InputFormat::CkanPackage,
    "W-GEN-REPEATED",
    "/ckan/resources/0/url"
)]
#[case(
    r#"{"title": "b", "distribution": [{"byteSize": 1e999}]}"#,
    InputFormat::Ndjson,
    "W-GEN-NUMBER",
    "/distribution/0/byteSize"
)]
#[case(
    r#"{"name": "b", "resources": [{"size": 123456789012345678901}]}"#,
    InputFormat::CkanPackage,
    "W-GEN-NUMBER",
    "/ckan/resources/0/size"
)]
fn what_reading_loses_or_changes_is_told(
    #[case] record: &str,
    #[case] format: InputFormat,
    #[case] code: &str,
    #[case] pointer: &str,
) {
    let findings = parse(format, record.as_bytes()).unwrap().findings;
    let told: Vec<_> = findings.iter().map(|one| (one.code.as_str(), one.pointer.as_str())).collect();
    assert_eq!(told, [(code, pointer)]);
}

#[test]
fn identifiers_of_many_figures_stay_apart() {
    let named = |figures: &str| {
        identity(InputFormat::DataJson, format!("{{\"identifier\": {figures}}}").as_bytes()).identifier
    };
    assert_eq!(named("12345678901234567890123").as_deref(), Some("12345678901234567890123"));
    assert_ne!(named("12345678901234567890123"), named("12345678901234567890124"));
}

#[test]
fn a_name_of_a_megabyte_is_read_in_a_record_and_refused_around_records() {
    let name = "n".repeat(1 << 20);
    let document = between_good_ones(&format!("{{\"title\": \"b\", \"{name}\": 1}}")).unwrap();
    assert_eq!(document.get(&name), Some(&json!(1)));
    let around = format!("{{\"{name}\": 1, \"dataset\": [{{\"title\": \"a\"}}]}}");
    assert!(refusal(around.as_bytes()).contains("the member name is too long"));
}

/// Lists inside each other in a record.
fn nested(levels: usize) -> String {
    format!("{{\"dataset\": [{{\"title\": \"a\", \"x\": {}{}}}]}}", "[".repeat(levels), "]".repeat(levels))
}

#[test]
fn ten_thousand_levels_are_refused_with_their_place_before_any_tree_is_built() {
    match read_all(nested(10_000).as_bytes(), Limits::default()) {
        Err(ReadError::TooDeep { limit: 64, line: 1, column, offset }) => {
            // Object, list and record stand around the list that is one too many.
            let first = nested(1).find("[]").unwrap();
            assert_eq!((usize::try_from(offset).unwrap(), column), (first + 61, offset + 1));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn without_the_guard_the_same_levels_pass_and_only_the_readers_own_limit_is_left() {
    let unguarded = Limits { depth: 20_000, ..Limits::default() };
    let (outline, records) = read_all(nested(10_000).as_bytes(), unguarded).unwrap();
    assert_eq!(outline.items, 1);
    let record = records.first().unwrap().json.as_ref().unwrap();
    assert!(record.len() > 20_000);
    match parse(outline.format, record) {
        Err(ItemError::Json { reason, .. }) => assert_eq!(reason, "recursion limit exceeded"),
        other => panic!("{other:?}"),
    }
    // A hundred levels are within that limit: what keeps them out is the guard alone.
    let (outline, records) = read_all(nested(100).as_bytes(), unguarded).unwrap();
    assert!(parse(outline.format, records.first().unwrap().json.as_ref().unwrap()).is_ok());
    assert!(matches!(
        read_all(nested(100).as_bytes(), Limits::default()),
        Err(ReadError::TooDeep { limit: 64, .. })
    ));
}

#[test]
fn many_keywords_are_read_in_bounded_time_and_more_values_than_a_record_may_hold_are_not() {
    let words = |count: usize| {
        let words: Vec<String> = (0..count).map(|number| format!("palabra, {number}")).collect();
        json!({"dataset": [{"title": "Agua", "keyword": words}, {"title": "Otra"}]}).to_string()
    };
    let started = Instant::now();
    let (outline, records) = read_all(words(262_000).as_bytes(), Limits::default()).unwrap();
    let read = parsed(outline.format, records.first().unwrap());
    let (metadata, _) = Metadata::from_document(Kind::Dataset, read.document).unwrap();
    assert_eq!(metadata.as_dataset().unwrap().keyword.iter().count(), 262_000);
    // Seconds in a debug build, and more on a busy machine; what grows with the square of the words takes hours.
    assert!(started.elapsed() < Duration::from_mins(5), "{:?}", started.elapsed());
    // A million of them are more values than a record may have, and only that record is refused.
    let (_, records) = read_all(words(1_000_000).as_bytes(), Limits::default()).unwrap();
    let kept: Vec<bool> = records.iter().map(|item| item.json.is_ok()).collect();
    assert_eq!(kept, [false, true]);
    assert_eq!(records[0].json, Err(ItemError::TooMany { limit: 1 << 18 }));
}

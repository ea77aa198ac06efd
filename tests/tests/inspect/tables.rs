//! Tables in text: encodings, separators, quotes, shapes, and what spreadsheets would run.

use vitrina_tests::packing::Packing;

use crate::{Case, inspect, server, try_all};

fn utf_16(text: &str, mark: &[u8], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    mark.iter().copied().chain(text.encode_utf16().flat_map(bytes)).collect()
}

/// Text in windows-1252, whose letters of western Europe have the numbers of Unicode.
fn latin(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
}

const TEXT: &str = "año;población;niñez\n2025;1,5;señal\n2026;1,6;mañana\n";

#[tokio::test]
async fn encodings_are_told_and_read() {
    let mixed = [TEXT.repeat(10).as_bytes(), b"2027;1,7;ma\xf1ana\n"].concat();
    let marked = [b"\xef\xbb\xbf".as_slice(), TEXT.as_bytes()].concat();
    try_all([
        Case::found("UTF-8", TEXT, "csv", &[]),
        Case::found("UTF-8 with a mark", marked, "csv", &[]),
        Case::found(
            "UTF-16 with a mark",
            utf_16(TEXT, b"\xff\xfe", u16::to_le_bytes),
            "csv",
            &["W-FILE-ENCODING"],
        ),
        Case::found(
            "UTF-16, big end first",
            utf_16(TEXT, b"\xfe\xff", u16::to_be_bytes),
            "csv",
            &["W-FILE-ENCODING"],
        ),
        Case::found("windows-1252", latin(TEXT), "csv", &["W-FILE-ENCODING"]),
        Case::found("mixed", mixed, "csv", &["W-FILE-ENCODING-MIXED"]),
        Case::found("overlong", b"a,b\n\xc0\x80,2\n3,4\n".as_slice(), "csv", &[]),
        Case::found("a lone surrogate", b"a,b\n\xed\xa0\x80,2\n3,4\n".as_slice(), "csv", &[]),
        Case::found("a cut sequence", b"a,b\n1,2\n3,\xc3".as_slice(), "csv", &[]),
        Case::found("a null", "a,b\n1,\u{0}\n", "csv", &["W-FILE-NUL"]),
        Case::found("an escape", "a,b\n1,\u{1b}[2J\n", "csv", &["W-FILE-CONTROL"]),
    ])
    .await;
}

#[tokio::test]
async fn shapes_of_any_kind_are_counted() {
    let wide = format!("{0}\n{0}\n", vec!["x"; 100_000].join(","));
    let unclosed = format!("a,b\n1,\"{}", "x,y\n".repeat(1 << 20));
    let field = format!("a,b\n1,{}\n", "x".repeat(16 << 20));
    let ragged = format!("a,b\n{}1,{}\n", "1,2\n".repeat(5), "3,".repeat(10_000));
    let header = format!("{},b\n1,2\n", "ñ".repeat(1 << 19));
    try_all([
        Case::found("nothing", "", "text", &["W-FILE-EMPTY"]).called("csv"),
        Case::found("blanks", " \n\t\n", "text", &["W-FILE-EMPTY"]).called("csv"),
        Case::found("a separator and nothing else", "sep=:\n", "csv", &["W-FILE-EMPTY"]),
        Case::found("a header alone", "a,b,c\n", "csv", &[]),
        Case::found("one column", "clave\n09\n10\n", "csv", &[]).called("csv"),
        Case::found("tabs", "a\tb\n1\t2\n", "tsv", &[]),
        Case::found("bars", "a|b\n1|2\n", "csv", &[]),
        Case::found("a told separator", "sep=;\na;b\n1,5;2\n", "csv", &[]),
        Case::found("carriage returns", "a,b\r1,2\r", "csv", &[]),
        Case::found("columns", wide, "csv", &[]),
        Case::found("a long value", field, "csv", &["W-FILE-VALUE-LONG"]).called("csv"),
        Case::found("a long name", header, "csv", &["W-FILE-VALUE-LONG"]).called("csv"),
        Case::found("an open quotation mark", unclosed, "csv", &["W-FILE-QUOTES", "W-FILE-VALUE-LONG"])
            .called("csv"),
        Case::found("ragged", ragged, "csv", &["W-FILE-RAGGED"]).called("csv"),
        Case::found("repeated names", "a,A ,b\n1,2,3\n", "csv", &["W-FILE-HEADER-REPEATED"]),
        Case::found("a missing name", "a,,b\n1,2,3\n", "csv", &["W-FILE-HEADER-EMPTY"]),
        Case::found("names of programs", "__proto__,constructor\n1,2\n", "csv", &["W-FILE-HEADER-RESERVED"]),
        Case::found("names turned around", "a\u{202e}b,c\n1,2\n", "csv", &["W-FILE-HEADER-UNSEEN"]),
    ])
    .await;
}

#[tokio::test]
async fn what_is_called_a_table_and_is_none_is_told() {
    let archive = Packing::new().file("a", b"x").finish();
    try_all([
        Case::found("a page", "<!DOCTYPE html><script>x</script>", "html", &["W-FILE-NAME"]).called("csv"),
        Case::found("a document", "%PDF-1.7\na,b\n", "pdf", &["W-FILE-NAME"]).called("csv"),
        Case::found("an archive", archive, "zip", &["W-FILE-NAME"]).called("csv"),
        Case::found("a program", b"\x7fELF\x02\x01\x01".as_slice(), "unknown", &["W-FILE-NAME"])
            .called("csv"),
        Case::found("a picture", "<svg onload=\"x\"/>", "image", &["W-FILE-NAME"]).called("csv"),
        Case::found("prose", "Hola, mundo.\nNo es una tabla.\n", "text", &[]),
    ])
    .await;
}

#[tokio::test]
async fn keys_keep_their_zeros_and_formulas_are_shown_as_text() {
    let (_setup, _program, http) = server().await;
    for start in
        ["=1+1", "+SUM(A1)", "-2+3", "@SUM(1)", "|calc", "\tx", "＝1", " =HYPERLINK(1)", "=cmd|'/C calc'!A0"]
    {
        let file = format!("clave,valor\n09,\"{start}\"\n19,-5\n");
        let answer = inspect(&http, file.as_bytes(), "csv").await.expect(200).unwrap().json();
        let expected = serde_json::json!([["09", format!("'{start}")], ["19", "-5"]]);
        assert_eq!(answer["tables"][0]["sample"], expected, "{start:?}");
        let found = &answer["findings"][0];
        assert_eq!(
            (&found["code"], &found["pointer"]),
            (&"W-FILE-FORMULA-TEXT".into(), &"/tables/0/cells/B2".into())
        );
    }
}

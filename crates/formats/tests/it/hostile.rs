//! Documents made to break readers.

use std::io::Cursor;

use crate::support::{fixture, read_all};
use proptest::prelude::*;
use rstest::rstest;
use vitrina_formats::read::{
    InputFormat, ItemError, Limits, ReadError, identity, outline, parse, source_pointer,
};

fn nested(levels: usize) -> String {
    format!("{{\"dataset\": [{{\"title\": \"a\", \"x\": {}{}}}]}}", "[".repeat(levels), "]".repeat(levels))
}

#[rstest]
#[case(61, true)]
#[case(62, false)]
#[case(100_000, false)]
fn nesting_is_limited_everywhere(#[case] levels: usize, #[case] fits: bool) {
    let outcome = read_all(nested(levels).as_bytes(), Limits::default());
    assert_eq!(outcome.is_ok(), fits);
    assert!(fits || matches!(outcome, Err(ReadError::TooDeep { limit: 64, .. })));
}

#[rstest]
#[case("[".repeat(10_000_000))]
#[case("{\"a\":".repeat(1_000_000))]
fn ten_megabytes_of_brackets_are_refused(#[case] text: String) {
    assert!(matches!(
        outline(&mut Cursor::new(text.into_bytes()), Limits::default()),
        Err(ReadError::TooDeep { .. })
    ));
}

#[rstest]
#[case(b"{\"dataset\": [{\"title\": \"sin cierre}]}".to_vec())]
#[case(b"{\"dataset\": [{\"title\": \"a\"}]".to_vec())]
#[case(b"{\"dataset\": [{\"title\": \"a\"]]}".to_vec())]
#[case(b"{\"dataset\": []}\0".to_vec())]
#[case(b"\0\0\0\0".to_vec())]
#[case(b"{\"dataset\": [] \0 }".to_vec())]
#[case(b"{\"\\ud800\": [], \"dataset\": []}".to_vec())]
#[case(b"\xff\xfe".to_vec())]
#[case(b"\xff".to_vec())]
#[case(b"{".to_vec())]
#[case(b"\"".to_vec())]
#[case(b"\\".to_vec())]
fn broken_documents_are_errors(#[case] bytes: Vec<u8>) {
    assert!(read_all(&bytes, Limits::default()).is_err());
}

#[test]
fn lone_surrogates_and_nul_spoil_only_their_record() {
    let json = b"{\"dataset\": [{\"title\": \"\\ud800\"}, {\"title\": \"a\0b\"}, {\"title\": \"bien\"}]}";
    let (outline, records) = read_all(json, Limits::default()).unwrap();
    let outcomes: Vec<bool> =
        records.iter().map(|item| parse(outline.format, item.json.as_ref().unwrap()).is_ok()).collect();
    assert_eq!(outcomes, [false, false, true]);
}

#[test]
fn a_list_given_twice_is_read_whole_with_a_finding() {
    let json = b"{\"dataset\": [{\"title\": \"a\"}], \"title\": \"x\", \"dataset\": [{\"title\": \"b\"}]}";
    let (outline, records) = read_all(json, Limits::default()).unwrap();
    assert_eq!((outline.items, records.len()), (2, 2));
    assert_eq!(outline.findings.first().unwrap().code, "W-GEN-REPEATED");
}

#[test]
fn a_record_too_long_does_not_stop_the_others() {
    let limits = Limits { item_bytes: 1000, ..Limits::default() };
    let long = format!("{{\"title\": \"{}\"}}", "x".repeat(200_000));
    for json in [
        format!("{{\"dataset\": [{{\"title\": \"a\"}}, {long}, {{\"title\": \"c\"}}]}}"),
        format!("{{\"title\": \"a\"}}\n{long}\n{{\"title\": \"c\"}}\n"),
    ] {
        let (outline, records) = read_all(json.as_bytes(), limits).unwrap();
        assert_eq!(outline.items, 3);
        let long: Vec<bool> =
            records.iter().map(|item| item.json == Err(ItemError::TooLong { limit: 1000 })).collect();
        assert_eq!(long, [false, true, false]);
    }
}

#[test]
fn members_around_the_records_are_bounded_in_number() {
    let members = |count: usize, name: &dyn Fn(usize) -> String| {
        let members: Vec<String> = (0..count).map(|n| format!("\"{}\":1", name(n))).collect();
        format!("{{{},\"dataset\":[]}}", members.join(","))
    };
    let many: [&dyn Fn(usize) -> String; 2] = [&|_| "same".to_owned(), &|n| format!("name{n}")];
    for name in many {
        assert!(read_all(members(1_000, name).as_bytes(), Limits::default()).is_ok());
        let error = read_all(members(50_000, name).as_bytes(), Limits::default()).unwrap_err();
        assert!(matches!(error, ReadError::TooLarge { .. }), "{error}");
    }
}

#[test]
fn a_document_too_large_is_refused_unread() {
    let limits = Limits { document_bytes: 10, ..Limits::default() };
    let error = outline(&mut Cursor::new(fixture("data.json")), limits).unwrap_err();
    assert!(matches!(error, ReadError::TooLarge { limit: 10, .. }));
}

#[rstest]
#[case::a_list("{\"dataset\": [{\"title\": \"a\"}, {\"title\": \"b\"}, {}]}")]
#[case::lines("{\"title\": \"a\"}\n{\"title\": \"b\"}\n{\"title\": \"c\"}\n")]
fn a_document_of_too_many_records_is_refused(#[case] text: &str) {
    let limited = |items| outline(&mut Cursor::new(text), Limits { items, ..Limits::default() });
    assert_eq!(limited(3).unwrap().items, 3);
    let error = limited(2).unwrap_err();
    assert!(matches!(error, ReadError::TooMany { items: 3, limit: 2 }), "{error}");
}

#[test]
fn a_line_nested_too_deep_is_only_its_own_failure() {
    let text = format!("{}\n{{\"title\": \"b\", \"keyword\": []}}\n", nested(100));
    let (outline, records) = read_all(text.as_bytes(), Limits::default()).unwrap();
    let outcomes: Vec<bool> = records.iter().map(|item| item.json.is_ok()).collect();
    assert_eq!((outline.format, outcomes), (InputFormat::Ndjson, vec![false, true]));
}

#[rstest]
#[case("data.json")]
#[case("ckan-search.json")]
#[case("mixed.ndjson")]
#[case("utf-16.json")]
#[case("latin-1.json")]
fn a_document_cut_anywhere_never_panics(#[case] name: &str) {
    let bytes = fixture(name);
    for end in 0..bytes.len() {
        let cut = &bytes[..end];
        if let Ok((outline, records)) = read_all(cut, Limits::default()) {
            assert_eq!(usize::try_from(outline.items).unwrap(), records.len(), "{name} cut at {end}");
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _outcome = read_all(&bytes, Limits::default());
        for format in [InputFormat::DataJson, InputFormat::CkanPackage, InputFormat::Ndjson] {
            let _parsed = parse(format, &bytes);
            identity(format, &bytes);
        }
    }

    #[test]
    fn a_flipped_byte_is_read_or_refused(place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        for name in ["data.json", "ckan-show.json", "mixed.ndjson", "adela.json"] {
            let mut bytes = fixture(name);
            let place = place.index(bytes.len());
            bytes[place] = byte;
            if let Ok((outline, records)) = read_all(&bytes, Limits::default()) {
                prop_assert_eq!(usize::try_from(outline.items).unwrap(), records.len());
                for item in records.iter().filter_map(|item| item.json.as_ref().ok()) {
                    let _parsed = parse(outline.format, item);
                }
            }
        }
    }

    #[test]
    fn any_pointer_is_translated(pointer in "(/[a-zA-Z0-9@~]{0,12}){0,5}") {
        let translated = source_pointer(InputFormat::CkanPackage, &pointer);
        prop_assert!(translated.is_empty() || translated.starts_with('/'));
    }
}

//! Documents: what is read is written again, whatever was in it.
#![expect(clippy::unwrap_used, reason = "helpers of tests may stop them")]

use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Map, Value, json};
use vitrina_domain::{
    metadata::{Dataset, Distribution, Document as _, NotADataset},
    record::{Kind, Metadata},
};

fn read(document: Value) -> Dataset {
    Dataset::from_document(document).unwrap().0
}

#[rstest]
#[case::untagged_title(json!({"title": "Agua"}), json!({"title": {"und": "Agua"}}))]
#[case::numeric_title(json!({"title": 2026}), json!({"title": {"und": "2026"}}))]
#[case::languages(json!({"title": {"es": "Agua", "en": "Water"}}), json!({"title": {"es": "Agua", "en": "Water"}}))]
#[case::empty_is_absent(json!({"title": "A", "description": "  "}), json!({"title": {"und": "A"}}))]
#[case::single_for_list(json!({"title": "A", "language": "es"}), json!({"title": {"und": "A"}, "language": ["es"]}))]
#[case::list_for_single(json!({"title": "A", "license": ["CC0"]}), json!({"title": {"und": "A"}, "license": "CC0"}))]
#[case::keywords(json!({"title": "A", "keyword": ["a", "b"]}), json!({"title": {"und": "A"}, "keyword": {"und": ["a", "b"]}}))]
#[case::interval(
    json!({"title": "A", "temporal": "2020/2021-06"}),
    json!({"title": {"und": "A"}, "temporal": [{"startDate": "2020", "endDate": "2021-06"}]})
)]
#[case::repeating_date_stays(json!({"title": "A", "modified": "R/P1D"}), json!({"title": {"und": "A"}, "modified": "R/P1D"}))]
#[case::bad_date_stays(json!({"title": "A", "issued": "31/12/2020"}), json!({"title": {"und": "A"}, "issued": "31/12/2020"}))]
#[case::bad_list_stays(json!({"title": "A", "keyword": ["a", {"b": 1}]}), json!({"title": {"und": "A"}, "keyword": ["a", {"b": 1}]}))]
#[case::mailto(
    json!({"title": "A", "contactPoint": {"fn": "C", "hasEmail": "mailto:c@example.org"}}),
    json!({"title": {"und": "A"}, "contactPoint": [{"fn": {"und": "C"}, "hasEmail": "c@example.org"}]})
)]
#[case::bare_geojson(
    json!({"title": "A", "spatial": {"type": "Point", "coordinates": [-100.3, 25.7]}}),
    json!({"title": {"und": "A"}, "spatial": [{"type": "Point", "coordinates": [-100.3, 25.7]}]})
)]
#[case::byte_size_as_text(
    json!({"title": "A", "distribution": {"byteSize": "5120"}}),
    json!({"title": {"und": "A"}, "distribution": [{"byteSize": 5120}]})
)]
#[case::unknown(json!({"title": "A", "xyz": {"a": [null]}}), json!({"title": {"und": "A"}, "xyz": {"a": [null]}}))]
fn normalises(#[case] document: Value, #[case] expected: Value) {
    assert_eq!(read(document).to_document(), expected);
}

#[test]
fn server_owned_names_are_ignored_with_a_finding() {
    let (dataset, findings) =
        Dataset::from_document(json!({"title": "A", "id": "1", "state": "published", "seq": 9})).unwrap();
    assert!(dataset.additional.is_empty());
    let pointers: Vec<_> = findings.iter().map(|finding| finding.pointer.as_str()).collect();
    assert_eq!(pointers, ["/id", "/state", "/seq"]);
}

#[rstest]
#[case(json!([]), NotADataset::NotAnObject)]
#[case(json!({"description": "x"}), NotADataset::Nameless)]
#[case(json!({"title": ""}), NotADataset::Nameless)]
#[case(json!({"title": ["a", "b"]}), NotADataset::Unreadable("title"))]
#[case(json!({"title": "A", "distribution": 7}), NotADataset::Unreadable("distribution"))]
#[case(json!({"title": "A", "identifier": {"x": 1}}), NotADataset::Unreadable("identifier"))]
fn refuses(#[case] document: Value, #[case] error: NotADataset) {
    assert_eq!(Dataset::from_document(document).unwrap_err(), error);
}

/// JSON of any shape, with the names of real members among its keys.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-z :/@.-]{0,12}".prop_map(Value::from),
        Just(json!("2020-01-01/2021")),
        Just(json!("mailto:a@example.org")),
        Just(json!("https://example.org/x")),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        let name = prop_oneof![
            "[a-z@-]{1,8}",
            prop::sample::select(vec![
                "es",
                "und",
                "@id",
                "name",
                "title",
                "prefLabel",
                "notation",
                "startDate"
            ])
            .prop_map(str::to_owned),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn document(members: &'static [&'static str]) -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec((prop::sample::select(members), json_value()), 0..12)
        .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

proptest! {
    #[test]
    fn writing_and_reading_again_changes_nothing(mut object in document(Dataset::MEMBERS), distribution in document(Distribution::MEMBERS)) {
        object.insert("identifier".to_owned(), json!("x"));
        object.insert("title".to_owned(), json!("A"));
        object.insert("distribution".to_owned(), json!([distribution]));
        let names: Vec<String> = object.iter().filter(|(_, v)| has_content(v)).map(|(k, _)| k.clone()).collect();
        let first = read(Value::Object(object)).to_document();
        for name in &names {
            prop_assert!(first.get(name).is_some(), "{name} was lost");
        }
        let again = Dataset::from_document(first.clone()).unwrap();
        prop_assert_eq!(again.0.to_document(), first.clone());
        let coerced: Vec<_> = again.1.iter().filter(|f| f.code == "W-GEN-COERCED").collect();
        prop_assert!(coerced.is_empty(), "the written form is the exact one: {coerced:?}");
    }

    #[test]
    fn every_kind_reads_every_document_without_panic(value in json_value(), kind in prop::sample::select(&Kind::ALL[..])) {
        if let Ok((metadata, _)) = Metadata::from_document(kind, value) {
            let written = metadata.to_document();
            let (again, _) = Metadata::from_document(kind, written.clone()).unwrap();
            prop_assert_eq!(again.to_document(), written);
        }
    }
}

/// Whether a value says anything: empty lists, texts and maps are the same as absent.
fn has_content(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(items) => items.iter().any(has_content),
        Value::Object(members) => members.values().any(has_content),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

//! A document that is written and read again is the same document.

use std::{fs, path::Path};

use crate::support::{dataset, fixture, folder, parsed, read_all, record, vocabularies};
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Map, Value, json};
use vitrina_domain::record::{Kind, Metadata};
use vitrina_formats::{
    read::{InputFormat, Limits, parse},
    write::{Beside, data_json_dataset, json_record},
};

/// Reads what the writers write and compares; what differs is told.
fn check(metadata: &Metadata) -> Result<(), String> {
    let document = metadata.to_document();
    let entry = data_json_dataset(metadata.as_dataset().unwrap(), &["es", "en"], vocabularies());
    let line =
        json_record(&record(metadata.clone()).stored(), "https://datos.example.org", &Beside::default());
    let line = serde_json::from_slice(&line).unwrap();
    for (format, written) in [(InputFormat::DataJson, entry), (InputFormat::Ndjson, line)] {
        let bytes = serde_json::to_vec(&written).unwrap();
        let read = parse(format, &bytes).unwrap().document;
        let (again, _) = Metadata::from_document(Kind::Dataset, read).map_err(|error| error.to_string())?;
        if again.digest() != metadata.digest() {
            return Err(format!(
                "{format:?}\nbefore {document}\nwritten {written}\nafter {}",
                again.to_document()
            ));
        }
    }
    Ok(())
}

fn check_file(path: &Path) -> usize {
    let Ok(bytes) = fs::read(path) else { return 0 };
    let Ok((outline, records)) = read_all(&bytes, Limits::default()) else { return 0 };
    let mut checked = 0;
    for item in records.iter().filter(|item| item.json.is_ok()) {
        let read = parsed(outline.format, item);
        if let Ok((metadata, _)) = Metadata::from_document(Kind::Dataset, read.document) {
            check(&metadata).unwrap_or_else(|error| panic!("{} {}: {error}", path.display(), item.pointer));
            checked += 1;
        }
    }
    checked
}

#[test]
fn every_fixture_comes_back() {
    let checked: usize =
        fs::read_dir(folder("fixtures")).unwrap().map(|entry| check_file(&entry.unwrap().path())).sum();
    assert!(checked >= 15, "{checked}");
    check(&crate::support::full()).unwrap();
}

#[test]
fn every_real_catalog_comes_back() {
    let Some(cases) = crate::support::cases() else { return };
    let checked: usize = crate::support::files_below(&cases).iter().map(|path| check_file(path)).sum();
    assert!(checked > 1000, "{checked}");
    println!("{checked} datasets came back the same");
}

#[test]
fn every_spelling_of_a_listed_value_comes_back() {
    let lists = vocabularies();
    for (member, list) in [
        ("accrualPeriodicity", &lists.frequency),
        ("language", &lists.language),
        ("license", &lists.licence),
        ("theme", &lists.theme),
    ] {
        for term in list.terms() {
            let known = [&term.code, &term.label.es, &term.label.en].into_iter().chain(&term.iri);
            for spelling in known.chain(&term.aliases) {
                let mut document = json!({"identifier": "1", "title": "Agua"});
                document[member] = spelling.as_str().into();
                check(&Metadata::from_document(Kind::Dataset, document).unwrap().0).unwrap();
            }
        }
    }
}

#[test]
fn names_that_readers_change_come_back() {
    let document = json!({
        "identifier": "1", "title": {"und": "Agua", "es": "Agua"}, "@type": "dcat:Dataset", "vitrina": 7,
        "keywords": ["x"], "opennessRating": 2, "landingPage": "", "temporal": [], "theme": [{"und": "x"}],
        "spatial": {"type": "Point", "coordinates": [1, 2]}, "keyword": {"es": []}, "publisher": "Agua",
        "distribution": [{"@type": "x", "vitrina": {"title": "no"}, "format": {"notation": "CSV"}, "accessUrl": "y"}]
    });
    let (metadata, _) = Metadata::from_document(Kind::Dataset, document).unwrap();
    check(&metadata).unwrap();
}

/// A record alone in a file, with members that its source made up.
#[rstest]
#[case::package(json!({"resources": [{"url": "https://example.org/a.csv"}], "extras": []}))]
#[case::catalog(json!({"dataset": [{"title": "Aire"}]}))]
#[case::list(json!({"catalog": {}, "items": []}))]
#[case::answer(json!({"success": true, "result": {}}))]
#[case::schema(json!({"type": "object", "properties": {}}))]
#[case::graph(json!({"@graph": []}))]
#[case::newer_profile(json!({"conformsTo": "DCAT-US 3"}))]
fn a_lone_record_of_ours_is_nothing_else(#[case] members: Value) {
    let mut document = json!({"identifier": "1", "title": "Agua"});
    document.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let metadata = dataset(document);
    let base = "https://datos.example.org";
    let line = json_record(&record(metadata.clone()).stored(), base, &Beside::default());
    let (outline, records) = read_all(&line, Limits::default()).unwrap();
    assert_eq!(outline.format, InputFormat::Ndjson);
    assert_eq!(dataset(parsed(outline.format, &records[0]).document).digest(), metadata.digest());
}

/// JSON of any shape, with the names and texts that readers and writers treat specially.
fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        Just("es".to_owned()),
        Just("https://example.org/a".to_owned()),
        Just("2024-01-01".to_owned()),
        Just("2024/2025".to_owned()),
        Just(String::new()),
        Just("a@b.mx".to_owned()),
        ".{0,6}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    let name = prop_oneof![
        Just("und".to_owned()),
        Just("es".to_owned()),
        Just("@id".to_owned()),
        Just("@type".to_owned()),
        Just("prefLabel".to_owned()),
        Just("title".to_owned()),
        Just("vitrina".to_owned()),
        Just("id".to_owned()),
        Just("startDate".to_owned()),
        Just("name".to_owned()),
        Just("notation".to_owned()),
    ];
    leaf.prop_recursive(3, 24, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(name.clone(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_document() -> impl Strategy<Value = Value> {
    let full: Map<String, Value> = match serde_json::from_slice(&fixture("full.json")).unwrap() {
        Value::Object(full) => full,
        other => panic!("{other}"),
    };
    let mut names: Vec<String> = full.keys().filter(|name| *name != "distribution").cloned().collect();
    names.extend(["vitrina", "@type", "keywords", "url", "periodicity", "otro"].map(str::to_owned));
    let mut file_names: Vec<String> =
        full.get("distribution").unwrap().get(0).unwrap().as_object().unwrap().keys().cloned().collect();
    file_names.extend(["vitrina", "@type", "id", "fields", "codelist_link"].map(str::to_owned));
    let members = proptest::collection::btree_map(proptest::sample::select(names), any_json(), 0..8);
    let file = proptest::collection::btree_map(proptest::sample::select(file_names), any_json(), 0..6);
    (members, proptest::collection::vec(file, 0..3)).prop_map(|(members, files)| {
        let mut document: Map<String, Value> = members.into_iter().collect();
        document.insert("identifier".to_owned(), "1".into());
        document.insert("title".to_owned(), "Agua".into());
        let files = files.into_iter().map(|file| Value::Object(file.into_iter().collect())).collect();
        document.insert("distribution".to_owned(), files);
        Value::Object(document)
    })
}

proptest! {
    #[test]
    fn every_document_comes_back(document in any_document()) {
        if let Ok((metadata, _)) = Metadata::from_document(Kind::Dataset, document) {
            prop_assert_eq!(check(&metadata), Ok(()));
        }
    }
}

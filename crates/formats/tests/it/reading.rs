//! Reading the fixtures: what they are, what they hold, what is said of them.

use std::io::Cursor;

use crate::support::{dataset, fixture, parsed, read_all};
use rstest::rstest;
use serde_json::{Value, json};
use vitrina_formats::read::{InputFormat, ItemError, Limits, identity, outline, parse};

#[rstest]
#[case("data.json", InputFormat::DataJson, 3, Some("https://agua.example.org/data.json"))]
#[case("data-middle.json", InputFormat::DataJson, 1, Some("https://agua.example.org"))]
#[case("argentina.json", InputFormat::DataJsonArgentina, 1, Some("https://datos.example.org"))]
#[case("adela.json", InputFormat::DataJsonAdela, 1, Some("http://dependencia.example.org"))]
#[case("lone-dataset.json", InputFormat::DataJson, 1, None)]
#[case("ckan-package.json", InputFormat::CkanPackage, 1, None)]
#[case("ckan-list.json", InputFormat::CkanPackageList, 2, None)]
#[case("ckan-show.json", InputFormat::CkanPackage, 1, Some("https://ckan.example.org"))]
#[case("ckan-dkan.json", InputFormat::CkanPackage, 1, Some("https://dkan.example.org"))]
#[case("ckan-search.json", InputFormat::CkanSearch, 3, Some("https://ckan.example.org"))]
#[case("ckan-organization.json", InputFormat::CkanPackageList, 1, Some("https://ckan.example.org"))]
#[case("mixed.ndjson", InputFormat::Ndjson, 3, None)]
#[case("latin-1.json", InputFormat::DataJson, 1, None)]
#[case("utf-16.json", InputFormat::DataJson, 1, None)]
fn documents_are_recognised(
    #[case] name: &str,
    #[case] format: InputFormat,
    #[case] count: u64,
    #[case] source: Option<&str>,
) {
    let (outline, records) = read_all(&fixture(name), Limits::default()).unwrap();
    assert_eq!((outline.format, outline.items, outline.source_name.as_deref()), (format, count, source));
    assert_eq!(u64::try_from(records.len()).unwrap(), count);
    for item in records.iter().filter(|item| item.json.is_ok()) {
        let read = parsed(format, item);
        let named = identity(format, item.json.as_ref().unwrap());
        assert_eq!(named.identifier.as_deref(), read.document.get("identifier").and_then(Value::as_str));
        assert_eq!(named.landing_page.as_deref(), read.document.get("landingPage").and_then(Value::as_str));
        assert_eq!(named.iri.as_deref(), read.document.get("@id").and_then(Value::as_str));
        assert_eq!(named.title.as_deref(), read.document.get("title").and_then(Value::as_str));
        dataset(read.document);
    }
}

#[test]
fn records_carry_their_place() {
    let bytes = fixture("data.json");
    let (_, records) = read_all(&bytes, Limits::default()).unwrap();
    for (index, item) in records.iter().enumerate() {
        assert_eq!(item.pointer, format!("/dataset/{index}"));
        let start = usize::try_from(item.offset).unwrap();
        assert!(bytes[start..].starts_with(item.json.as_ref().unwrap()));
    }
    let pointers = |name: &str| -> Vec<String> {
        read_all(&fixture(name), Limits::default()).unwrap().1.into_iter().map(|item| item.pointer).collect()
    };
    assert_eq!(pointers("ckan-list.json"), ["/0", "/1"]);
    assert_eq!(pointers("ckan-search.json"), ["/result/results/0", "/result/results/1", "/result/results/2"]);
    assert_eq!(pointers("ckan-organization.json"), ["/result/packages/0"]);
    assert_eq!(pointers("ckan-show.json"), ["/result"]);
    assert_eq!(pointers("ckan-dkan.json"), ["/result/0"]);
    assert_eq!(pointers("ckan-package.json"), [""]);
    assert_eq!(pointers("lone-dataset.json"), ["/dataset"]);
    assert_eq!(pointers("mixed.ndjson"), ["/1", "/3", "/4"]);
}

#[test]
fn a_broken_line_spoils_no_other() {
    let (outline, records) = read_all(&fixture("mixed.ndjson"), Limits::default()).unwrap();
    let outcomes: Vec<bool> = records.iter().map(|item| item.json.is_ok()).collect();
    assert_eq!(outcomes, [true, false, true]);
    assert!(matches!(records[1].json, Err(ItemError::Json { .. })));
    let package = parsed(outline.format, &records[2]);
    assert_eq!(package.document.get("description"), Some(&json!("Contratos de obra")));
}

#[test]
fn the_members_around_the_records_describe_the_catalog() {
    let catalog = |name: &str| read_all(&fixture(name), Limits::default()).unwrap().0.catalog;
    let middle = catalog("data-middle.json").unwrap();
    assert_eq!(
        middle,
        json!({"title": "Agua de prueba", "homepage": "https://agua.example.org", "publisher": {"name": "Servicios"}})
    );
    assert!(catalog("argentina.json").unwrap().get("themeTaxonomy").is_some_and(Value::is_array));
    assert_eq!(catalog("ckan-search.json"), None);
}

#[rstest]
#[case("latin-1.json", "windows-1252")]
#[case("utf-16.json", "UTF-16LE")]
fn other_encodings_are_read_and_noted(#[case] name: &str, #[case] encoding: &str) {
    let (outline, records) = read_all(&fixture(name), Limits::default()).unwrap();
    assert_eq!(outline.encoding, encoding);
    assert_eq!(outline.findings.first().unwrap().code, "W-GEN-ENCODING");
    let item = records.first().unwrap();
    assert_eq!(parsed(outline.format, item).document.get("title"), Some(&json!("Niñez en la región")));
}

#[test]
fn a_lone_dataset_is_a_list_of_one_with_a_finding() {
    let (outline, _) = read_all(&fixture("lone-dataset.json"), Limits::default()).unwrap();
    let findings: Vec<(&str, &str)> =
        outline.findings.iter().map(|finding| (finding.code.as_str(), finding.pointer.as_str())).collect();
    assert_eq!(findings, [("W-GEN-NOT-A-LIST", "/dataset")]);
}

#[rstest]
#[case("", "not a catalog: an empty file")]
#[case("[]", "not a catalog: an empty list")]
#[case("7", "not a catalog: a single JSON number")]
#[case("hola", "not JSON: expected value at line 1, column 1 (byte 0)")]
#[case("{\"dataset\": null}", "not a catalog: a catalog whose member `dataset` is null")]
#[case("{\"dataset\": 5}", "not a catalog: a JSON object whose member `dataset` is no list of datasets")]
#[case(
    "{\"title\": \"Agua\",\n \"publisher\": {}, \"superThemeTaxonomy\": \"x\"}",
    "without the member `dataset`"
)]
#[case(
    "[{\"title\": \"Agua\", \"accessLevel\": \"public\"}]",
    "not supported yet: Project Open Data 1.0 (a bare list of datasets)"
)]
#[case(
    "{\"@type\": \"Catalog\", \"conformsTo\": {\"title\": \"DCAT-US 3.0\"}, \"dataset\": []}",
    "not supported yet: DCAT-US 3"
)]
#[case(
    "{\"@type\": \"Catalog\", \"dataset\": [{\"@type\": \"Dataset\", \"title\": \"a\"}]}",
    "not supported yet: DCAT-US 3"
)]
#[case("{\"@context\": {}, \"@graph\": []}", "not supported yet: RDF (JSON-LD with @graph)")]
#[case("{\n\"title\": \"Agua\",\n\"keyword\": [\"agua\"]}", "not a catalog: a single dataset; to import it")]
#[case(
    "{\"$schema\": \"http://json-schema.org/draft-07/schema#\", \"properties\": {\"dataset\": {}}}",
    "not a catalog: a JSON Schema"
)]
#[case("{\"name\": \"agua\", \"resources\": [{\"path\": \"a.csv\"}]}", "not supported yet: a Data Package")]
#[case("{\"type\": \"FeatureCollection\", \"features\": []}", "not a catalog: geographic data")]
#[case(
    "{\"help\": \"https://x/api/3/action/help_show?name=package_create\", \"success\": true, \"result\": {\"id\": \"1\", \"title\": \"a\", \"resources\": []}}",
    "not a catalog: the answer of CKAN's package_create, which lists no datasets"
)]
#[case(
    "{\"help\": \"https://x/help_show?name=package_list\", \"success\": true, \"result\": [\"a\", \"b\"]}",
    "not a catalog: the answer of CKAN's package_list, which lists no datasets"
)]
#[case(
    "{\"success\": false, \"error\": {\"__type\": \"Not Found Error\", \"message\": \"No encontrado\"}}",
    "not a catalog: an answer of CKAN, which failed: Not Found Error: No encontrado"
)]
#[case(
    "{\"instituciones\": [{\"nombre\": \"x\"}]}",
    "not a catalog: a JSON object with the members instituciones"
)]
#[case("{\"a\": 1}\n{\"a\": 2}\n", "not a catalog: 2 lines of JSON objects with the members a")]
#[case("{\"dataset\": [{\"title\": \"a\"},]}", "not JSON: expected a value at line 1, column 29 (byte 28)")]
#[case("{\"title\": ,\n \"dataset\": []}", "not JSON: expected a value at line 1, column 11 (byte 10)")]
#[case(
    "{\"title\": tru,\n \"dataset\": []}",
    "not JSON: the value is not complete at line 1, column 13 (byte 12)"
)]
fn what_is_no_catalog_is_named(#[case] text: &str, #[case] expected: &str) {
    let error = outline(&mut Cursor::new(text.as_bytes()), Limits::default()).unwrap_err().to_string();
    assert!(error.contains(expected), "{error}");
}

#[test]
fn one_record_on_one_line_is_a_list_of_records() {
    let (outline, records) =
        read_all(b"{\"title\": \"Agua\", \"keyword\": [\"agua\"]}\n", Limits::default()).unwrap();
    assert_eq!((outline.format, records.len()), (InputFormat::Ndjson, 1));
}

#[test]
fn a_broken_record_inside_a_catalog_is_only_its_own_failure() {
    let json = b"{\"dataset\": [{\"title\": \"a\"}, {\"title\": , \"x\": 1}, 7, {\"title\": \"c\"}]}";
    let (outline, records) = read_all(json, Limits::default()).unwrap();
    let outcomes: Vec<bool> =
        records.iter().map(|item| parse(outline.format, item.json.as_ref().unwrap()).is_ok()).collect();
    assert_eq!(outcomes, [true, false, true, true]);
    assert_eq!(parsed(outline.format, &records[2]).document, json!(7));
    let error = parse(outline.format, records[1].json.as_ref().unwrap()).unwrap_err();
    assert_eq!(
        error.within(records[1].offset),
        ItemError::Json { reason: "expected value".to_owned(), offset: 39 }
    );
}

#[test]
fn ckan_packages_lose_nothing() {
    let (outline, records) = read_all(&fixture("ckan-show.json"), Limits::default()).unwrap();
    let read = parsed(outline.format, records.first().unwrap());
    insta::assert_json_snapshot!("ckan-package", read.document);
}

#[test]
fn adela_names_become_the_models() {
    let (outline, records) = read_all(&fixture("adela.json"), Limits::default()).unwrap();
    let read = parsed(outline.format, records.first().unwrap());
    let file = read.document.pointer("/distribution/0").unwrap();
    assert_eq!(file.get("codelistLink"), Some(&json!("https://example.org/marco")));
    assert_eq!((file.get("id"), file.get("codelist_link")), (None, None));
    assert!(read.findings.iter().any(|finding| finding.code == "W-GEN-RENAMED"));
    let metadata = dataset(read.document);
    let dataset = metadata.as_dataset().unwrap();
    assert_eq!(dataset.openness_rating, Some(3));
    assert_eq!(dataset.publisher.as_ref().unwrap().position.as_deref(), Some("Directora"));
}

#[test]
fn types_that_say_nothing_are_dropped_and_others_kept() {
    let json = br#"{"@type": "dcat:Dataset", "title": "a", "publisher": {"@type": "org:Organization", "name": "b",
        "subOrganizationOf": {"@type": "org:Organization", "name": "c"}}, "contactPoint": {"@type": "vcard:Individual"},
        "distributions": [{"@type": "dcat:Distribution", "title": "d"}]}"#;
    let read = parse(InputFormat::DataJson, json).unwrap();
    assert_eq!(
        read.document,
        json!({"title": "a", "publisher": {"name": "b", "subOrganizationOf": {"name": "c"}},
            "contactPoint": {"@type": "vcard:Individual"}, "distribution": [{"title": "d"}]})
    );
}

#[rstest]
#[case(r#"{"identifier": 7, "title": 1.5}"#, Some("7"), Some("1.5"))]
#[case(r#"{"identifier": " ", "title": {"en": "a", "es": "b"}}"#, None, Some("b"))]
#[case(r#"{"identifier": {"@id": "x"}, "title": "a"}"#, None, Some("a"))]
#[case(r#"{"identifier": "1", "identifier": "2", "title": "a"}"#, Some("2"), Some("a"))]
#[case("not json", None, None)]
fn identities_are_read_loosely(
    #[case] json: &str,
    #[case] identifier: Option<&str>,
    #[case] title: Option<&str>,
) {
    let read = identity(InputFormat::DataJson, json.as_bytes());
    assert_eq!((read.identifier.as_deref(), read.title.as_deref()), (identifier, title));
}

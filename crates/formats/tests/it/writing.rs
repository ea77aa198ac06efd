//! What each writer writes, compared with golden files, and read back.

use std::fs;

use crate::support::{catalog, dataset, folder, full, parsed, read_all, record, vocabularies};
use oxrdf::{NamedOrBlankNode, Term};
use oxttl::TurtleParser;
use rstest::rstest;
use serde_json::{Value, json};
use vitrina_domain::record::{Kind, Metadata};
use vitrina_formats::{
    Format,
    read::{InputFormat, Limits, parse},
    write::{self, Beside, Context, ListWriter, data_json_dataset, json_record},
};

const BASE: &str = "https://datos.example.org";

fn with_context<T>(run: impl FnOnce(Context<'_>) -> T) -> T {
    let catalog = catalog();
    run(Context { base_url: BASE, catalog: &catalog, vocabularies: vocabularies(), languages: &["es", "en"] })
}

fn list(format: Format, records: &[Metadata]) -> String {
    with_context(|context| {
        let mut out = Vec::new();
        let mut writer = ListWriter::new(format, context);
        writer.begin(&mut out);
        for metadata in records {
            writer.record(record(metadata.clone()).stored(), &mut out).unwrap();
        }
        writer.end(&mut out);
        String::from_utf8(out).unwrap()
    })
}

/// Compares with a golden file; `BLESS=1` writes it.
fn golden(name: &str, written: &str) {
    let path = folder("golden").join(name);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, written).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == written,
        "{name} differs from what is written now; BLESS=1 writes it anew\n{written}"
    );
}

#[rstest]
#[case(Format::Json, "full.json")]
#[case(Format::Ndjson, "full.ndjson")]
#[case(Format::Csv, "full.csv")]
#[case(Format::DataJson, "full.data.json")]
#[case(Format::Turtle, "full.ttl")]
fn the_full_record_is_written_as_before(#[case] format: Format, #[case] name: &str) {
    let second = dataset(json!({"identifier": "agua-2", "title": "Presas: nivel diario", "license": "cc-by",
        "theme": ["Energía y Medio Ambiente"], "distribution": [{"downloadURL": "https://agua.example.org/2.csv"}]}));
    let written = list(format, &[full(), second]);
    golden(name, &written);
    assert_eq!(written, list(format, &[full(), written_again()]), "the same state gives the same bytes");
}

fn written_again() -> Metadata {
    dataset(json!({"identifier": "agua-2", "title": "Presas: nivel diario", "license": "cc-by",
        "theme": ["Energía y Medio Ambiente"], "distribution": [{"downloadURL": "https://agua.example.org/2.csv"}]}))
}

#[rstest]
#[case(Format::Json)]
#[case(Format::DataJson)]
fn lists_are_json_however_long(#[case] format: Format) {
    for count in [0, 1, 3] {
        let written = list(format, &vec![full(); count]);
        let value: Value = serde_json::from_str(&written).unwrap();
        let key = if format == Format::Json { "items" } else { "dataset" };
        assert_eq!(value.get(key).and_then(Value::as_array).map(Vec::len), Some(count));
    }
}

#[rstest]
#[case(Format::Json)]
#[case(Format::Ndjson)]
#[case(Format::DataJson)]
fn what_is_written_is_read_back_the_same(#[case] format: Format) {
    let written = list(format, &[full()]);
    let (outline, records) = read_all(written.as_bytes(), Limits::default()).unwrap();
    let read = parsed(outline.format, records.first().unwrap());
    let (metadata, findings) = Metadata::from_document(Kind::Dataset, read.document).unwrap();
    assert_eq!(metadata.to_document(), full().to_document());
    assert_eq!(metadata.digest(), full().digest());
    assert!(!findings.iter().any(|finding| finding.code == "W-GEN-SERVER-OWNED"), "{findings:?}");
}

#[test]
fn data_json_is_valid_where_the_model_says_more() {
    let full = full();
    let entry = data_json_dataset(full.as_dataset().unwrap(), &["es"], vocabularies());
    for (pointer, expected) in [
        ("/title", json!("Consumo de agua por pozo")),
        ("/keyword", json!(["agua", "pozos"])),
        ("/temporal", json!("2024-01-01/2024-03-31")),
        ("/spatial", json!("Monterrey")),
        ("/license", json!("http://datos.gob.mx/libreusomx/")),
        ("/publisher/@type", json!("org:Organization")),
        ("/publisher/name", json!("Servicios de Agua de Prueba")),
        ("/publisher/subOrganizationOf/@type", json!("org:Organization")),
        ("/contactPoint/@type", json!("vcard:Contact")),
        ("/contactPoint/hasEmail", json!("mailto:datos@agua.example.org")),
        ("/conformsTo", json!("https://agua.example.org/norma")),
        ("/theme", json!(["ENVI", "agua"])),
        ("/isPartOf", json!("agua-0")),
        ("/distribution/0/@type", json!("dcat:Distribution")),
        ("/distribution/0/title", json!("Consumo por pozo")),
        ("/distribution/0/conformsTo", json!("https://agua.example.org/esquema.json")),
        ("/vitrina/title/en", json!("Water use per well")),
    ] {
        assert_eq!(entry.pointer(pointer), Some(&expected), "{pointer}");
    }
}

#[test]
fn a_plain_record_needs_nothing_beside_the_profile() {
    let plain = dataset(
        json!({"identifier": "1", "title": "Agua", "description": "Pozos", "keyword": ["agua"],
        "modified": "2024-05-31", "publisher": {"name": "Agua"}, "contactPoint": {"fn": "x", "hasEmail": "mailto:a@b.mx"},
        "accessLevel": "public", "temporal": "2024-01-01/2024-02-01", "distribution": [{"title": "CSV"}]}),
    );
    let entry = data_json_dataset(plain.as_dataset().unwrap(), &["es"], vocabularies());
    assert_eq!(entry.get("vitrina"), None, "{entry}");
    assert_eq!(entry.pointer("/distribution/0/vitrina"), None);
}

const FREQUENCIES: &str = "http://publications.europa.eu/resource/authority/frequency";

#[rstest]
#[case("R/P1Y", "R/P1Y", Some("ANNUAL"))]
#[case("ANNUAL", "R/P1Y", Some("ANNUAL"))]
#[case("http://publications.europa.eu/resource/authority/frequency/ANNUAL", "R/P1Y", Some("ANNUAL"))]
#[case("Anual", "R/P1Y", Some("ANNUAL"))]
#[case("RP1Y", "R/P1Y", Some("ANNUAL"))]
#[case("R/P12M", "R/P12M", Some("ANNUAL"))]
#[case("realtime", "R/PT1S", Some("UPDATE_CONT"))]
#[case("WEEKLY_5", "R/P7D", Some("WEEKLY_5"))]
#[case("según se requiera", "irregular", Some("AS_NEEDED"))]
#[case("irregular", "irregular", Some("IRREG"))]
#[case("R/P1X", "R/P1X", None)]
#[case("cuando haya tiempo", "cuando haya tiempo", None)]
fn a_known_frequency_is_a_duration_in_data_json_and_an_authority_in_turtle(
    #[case] spelling: &str,
    #[case] duration: &str,
    #[case] authority: Option<&str>,
) {
    let odd = dataset(json!({"identifier": "1", "title": "Agua", "accrualPeriodicity": spelling}));
    let entry = data_json_dataset(odd.as_dataset().unwrap(), &["es"], vocabularies());
    assert_eq!(entry.get("accrualPeriodicity"), Some(&json!(duration)));
    let whole = (spelling != duration).then(|| json!(spelling));
    assert_eq!(entry.pointer("/vitrina/accrualPeriodicity"), whole.as_ref());
    let written = list(Format::Turtle, &[odd]);
    let object = triples(&written)
        .into_iter()
        .find(|(_, predicate, _)| predicate.ends_with("accrualPeriodicity"))
        .map(|(_, _, object)| object.to_string());
    let expected = authority.map(|code| format!("<{FREQUENCIES}/{code}>"));
    match expected {
        Some(expected) => assert_eq!(object, Some(expected)),
        None => assert!(object.unwrap().starts_with(&format!("<{BASE}/id/dataset/"))),
    }
}

#[rstest]
#[case("/language", json!(["SPA", "es-MX", "ENG", "tepehua"]), json!(["es", "es-MX", "en", "tepehua"]))]
#[case("/language", json!(["http://publications.europa.eu/resource/authority/language/SPA"]), json!(["es"]))]
#[case("/license", json!("cc-by-4.0"), json!("https://creativecommons.org/licenses/by/4.0/"))]
#[case("/license", json!({"notation": "x", "prefLabel": {"es": "Libre Uso MX"}}), json!("https://datos.gob.mx/libreusomx"))]
#[case("/license", json!("http://datos.gob.mx/libreusomx/"), json!("http://datos.gob.mx/libreusomx/"))]
#[case("/license", json!("notspecified"), json!("notspecified"))]
#[case("/license", json!("una de ellas"), json!("una de ellas"))]
#[case("/distribution/0/mediaType", json!("https://www.iana.org/assignments/media-types/text/csv"), json!("text/csv"))]
#[case("/distribution/0/mediaType", json!("CSV"), json!("text/csv"))]
#[case("/distribution/0/mediaType", json!("text/csv; charset=utf-8"), json!("text/csv; charset=utf-8"))]
#[case("/theme", json!(["ENVI", "Energía y Medio Ambiente"]), json!(["ENVI", "Energía y Medio Ambiente"]))]
fn listed_values_are_spelt_as_the_profile_asks_and_come_back_as_they_were(
    #[case] pointer: &str,
    #[case] value: Value,
    #[case] expected: Value,
) {
    let mut document = json!({"identifier": "1", "title": "Agua", "distribution": [{"title": "a"}]});
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    document.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(name.to_owned(), value);
    let before = dataset(document);
    let entry = data_json_dataset(before.as_dataset().unwrap(), &["es"], vocabularies());
    assert_eq!(entry.pointer(pointer), Some(&expected));
    let read = parse(InputFormat::DataJson, &serde_json::to_vec(&entry).unwrap()).unwrap().document;
    let (after, _) = Metadata::from_document(Kind::Dataset, read).unwrap();
    assert_eq!(after.to_document(), before.to_document());
}

fn triples(turtle: &str) -> Vec<(NamedOrBlankNode, String, Term)> {
    TurtleParser::new()
        .for_slice(turtle)
        .map(|triple| triple.unwrap())
        .map(|triple| (triple.subject, triple.predicate.into_string(), triple.object))
        .collect()
}

#[test]
fn turtle_has_no_blank_nodes_and_lists_its_records() {
    let written = list(Format::Turtle, &[full()]);
    let triples = triples(&written);
    assert!(triples.iter().all(|(subject, _, object)| subject.is_named_node() && !object.is_blank_node()));
    let dataset = format!("<{BASE}/id/dataset/0190b6a5-7e2a-7c3e-8f10-000000000001>");
    let says = |subject: &str, predicate: &str, object: &str| {
        triples
            .iter()
            .any(|(s, p, o)| s.to_string() == subject && p.ends_with(predicate) && o.to_string() == object)
    };
    assert!(says("<https://datos.example.org/>", "dcat#dataset", &dataset));
    assert!(says(&dataset, "terms/identifier", "\"agua-1\""));
    assert!(says(&dataset, "terms/title", "\"Consumo de agua por pozo\"@es"));
    assert!(says(
        &dataset,
        "terms/accrualPeriodicity",
        "<http://publications.europa.eu/resource/authority/frequency/QUARTERLY>"
    ));
    let file = format!("<{BASE}/id/distribution/0190b6a5-7e2a-7c3e-8f10-000000001000>");
    assert!(says(&dataset, "dcat#distribution", &file));
    assert!(says(&file, "dcat#byteSize", "\"12345\"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger>"));
    assert!(says(&file, "dcat#mediaType", "<https://www.iana.org/assignments/media-types/text/csv>"));
    for predicate in ["hasEmail", "mbox"] {
        assert!(triples.iter().any(|(_, p, o)| p.ends_with(predicate) && o.to_string() == "<mailto:datos@agua.example.org>"));
    }
}

#[test]
fn values_that_rdf_cannot_hold_are_left_out_with_a_finding() {
    let odd = dataset(
        json!({"identifier": "1", "title": "Agua \"limpia\" \\ <b>\n\u{7}", "landingPage": "no es dirección",
        "modified": "ayer", "temporalResolution": "diaria", "spatialResolutionInMeters": "mucha",
        "keyword": ["a", ""], "distribution": [{"accessURL": "sin esquema", "byteSize": -1}]}),
    );
    let (bytes, findings) =
        with_context(|context| write::record(Format::Turtle, context, record(odd).stored()).unwrap());
    let pointers: Vec<&str> = findings.iter().map(|finding| finding.pointer.as_str()).collect();
    assert_eq!(
        pointers,
        [
            "/modified",
            "/spatialResolutionInMeters",
            "/temporalResolution",
            "/landingPage",
            "/distribution/0/accessURL",
            "/distribution/0/byteSize"
        ]
    );
    let triples = triples(&String::from_utf8(bytes).unwrap());
    assert!(triples.iter().any(|(_, _, object)| matches!(object, Term::Literal(text) if text.value() == "Agua \"limpia\" \\ <b>\n\u{7}")));
}

#[test]
fn one_record_is_written_alone_in_every_format() {
    for format in Format::ALL {
        let (bytes, findings) =
            with_context(|context| write::record(*format, context, record(full()).stored()).unwrap());
        assert!(!bytes.is_empty() && findings.is_empty(), "{format:?} {findings:?}");
        assert!(!with_context(|context| write::catalog(*format, context)).is_empty());
    }
}

#[test]
fn our_json_says_what_the_server_knows() {
    let written = json_record(&record(full()).stored(), BASE, &Beside::default());
    let json: Value = serde_json::from_slice(&written).unwrap();
    for (name, expected) in [
        ("id", json!("0190b6a5-7e2a-7c3e-8f10-000000000001")),
        ("kind", json!("dataset")),
        ("visibility", json!("published")),
        ("revision", json!(3)),
        ("created_at", json!("2026-01-02T03:04:05.000000Z")),
        ("url", json!("https://datos.example.org/dataset/consumo-de-agua-por-pozo")),
        ("iri", json!("https://datos.example.org/id/dataset/0190b6a5-7e2a-7c3e-8f10-000000000001")),
    ] {
        assert_eq!(json.get(name), Some(&expected), "{name}");
    }
    assert_eq!((json.get("reason"), json.get("organization_id")), (None, None));
    assert_eq!(json.pointer("/distribution/0/id"), Some(&json!("0190b6a5-7e2a-7c3e-8f10-000000001000")));
}

#[test]
fn our_json_is_one_object_whatever_is_shown_of_it() {
    let bare = dataset(json!({"identifier": "1"}));
    let only_files = dataset(json!({"title": "Agua", "distribution": [{}, {"title": "}{\"\u{7}"}]}));
    for metadata in [full(), bare, only_files] {
        let all = metadata.as_dataset().unwrap().distribution.len();
        let stored = record(metadata.clone()).stored();
        for most in [None, Some(0), Some(1), Some(99)] {
            let members =
                [("reason_for_this", json!({"a": [1]}))].map(|(name, value)| (name.to_owned(), value));
            let beside = Beside { members: members.into_iter().collect(), distributions: most };
            let written = json_record(&stored, BASE, &beside);
            let mut shown: Value = serde_json::from_slice(&written).unwrap();
            let object = shown.as_object_mut().unwrap();
            assert_eq!(object.remove("reason_for_this"), Some(json!({"a": [1]})));
            let files = object.remove("distribution").unwrap_or_else(|| json!([]));
            assert_eq!(files.as_array().unwrap().len(), all.min(most.unwrap_or(usize::MAX)));
            let document = metadata.to_document();
            let members = document.as_object().unwrap().iter().filter(|(name, _)| *name != "distribution");
            assert!(members.into_iter().all(|(name, value)| object.get(name) == Some(value)));
        }
    }
}

#[test]
fn the_table_has_a_cell_for_every_column() {
    let written = list(Format::Csv, &[full(), dataset(json!({"title": "=cmd()", "identifier": "2"}))]);
    let mut reader = csv::Reader::from_reader(written.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    assert!(written.ends_with("\r\n") && rows[1].iter().any(|cell| cell == "'=cmd()"));
}

//! Each fixture of `valid/` has no finding; each of `invalid/` has exactly the one it is named after.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use serde_json::{Value, json};
use vitrina_domain::{
    finding::{Finding, Severity},
    guideline::Guidelines,
    record::{Kind, Metadata},
    time::Timestamp,
    vocabulary::Vocabularies,
};
use vitrina_validation::{MOST_FINDINGS, Shape, Validator};

/// Codes that no single small document can have: tested below.
const WITHOUT_FIXTURE: &[&str] = &["W-GEN-TRUNCATED", "E-DS-9"];

/// The code for keywords that no schema uses now; it is there for schemas laid over ours.
const UNUSED: &[&str] = &["E-GEN-SCHEMA"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixture {
    kind: Kind,
    pointer: Option<String>,
    profile: Option<String>,
    document: Value,
}

fn validator() -> Validator {
    Validator::embedded(&Vocabularies::embedded().unwrap(), &Guidelines::embedded().unwrap()).unwrap()
}

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn fixtures(profile: &str, group: &str) -> BTreeMap<String, Fixture> {
    let folder: PathBuf =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(profile).join(group);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    files
        .map(|entry| {
            let path = entry.unwrap().path();
            let fixture = serde_json::from_slice(&fs::read(&path).unwrap())
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (path.file_stem().unwrap().to_str().unwrap().to_owned(), fixture)
        })
        .collect()
}

fn places(findings: &[Finding]) -> Vec<(&str, &str)> {
    findings.iter().map(|finding| (finding.code.as_str(), finding.pointer.as_str())).collect()
}

#[test]
fn valid_documents_have_no_findings() {
    let validator = validator();
    for profile in validator.profiles() {
        let valid = fixtures(&profile.id, "valid");
        assert!(valid.len() >= 3, "{}", profile.id);
        for (name, fixture) in valid {
            let found = validator.check(&profile.id, fixture.kind, &fixture.document, now());
            assert_eq!(places(&found), [], "{} {name}: {found:#?}", profile.id);
        }
    }
}

#[test]
fn invalid_documents_have_exactly_the_finding_they_are_named_after() {
    let validator = validator();
    for profile in validator.profiles() {
        for (code, fixture) in fixtures(&profile.id, "invalid") {
            let name = fixture.profile.as_deref().unwrap_or(&profile.id);
            let found = validator.check(name, fixture.kind, &fixture.document, now());
            assert_eq!(
                places(&found),
                [(code.as_str(), fixture.pointer.as_deref().unwrap())],
                "{}",
                profile.id
            );
            for text in [&found[0].message.es, &found[0].message.en] {
                assert!(!text.contains('{') && !text.contains("\"\""), "{code}: {text}");
            }
        }
    }
}

#[test]
fn every_code_has_a_fixture() {
    let validator = validator();
    let mut shared = BTreeSet::new();
    let mut shared_with_fixture = BTreeSet::new();
    for profile in validator.profiles() {
        let with_fixture: BTreeSet<String> = fixtures(&profile.id, "invalid").into_keys().collect();
        for rule in &profile.rules {
            if rule.code.contains("-GEN-") {
                shared.insert(rule.code.clone());
            } else {
                let tested =
                    with_fixture.contains(&rule.code) || WITHOUT_FIXTURE.contains(&rule.code.as_str());
                assert!(tested, "{} has no fixture for {}", profile.id, rule.code);
            }
        }
        shared_with_fixture.extend(with_fixture.into_iter().filter(|code| code.contains("-GEN-")));
    }
    let others = WITHOUT_FIXTURE.iter().chain(UNUSED).filter(|code| code.contains("-GEN-"));
    shared_with_fixture.extend(others.map(|code| (*code).to_owned()));
    assert_eq!(shared, shared_with_fixture);
}

#[test]
fn what_is_valid_is_read_by_the_domain_and_written_as_it_was() {
    let validator = validator();
    for profile in validator.profiles().iter().filter(|profile| profile.shape == Shape::Core) {
        for (name, fixture) in fixtures(&profile.id, "valid") {
            let (metadata, findings) =
                Metadata::from_document(fixture.kind, fixture.document.clone()).unwrap();
            assert_eq!(findings, [], "{name}");
            let written = metadata.to_document();
            let again = validator.check(&profile.id, fixture.kind, &written, now());
            assert_eq!(places(&again), [], "{name}: {written}");
        }
    }
}

#[test]
fn rules_on_open_data_are_advice_for_records_that_claim_nothing() {
    let validator = validator();
    for (code, mut fixture) in
        fixtures("lgtaip2025", "invalid").into_iter().filter(|(code, _)| code.starts_with("E-DS-"))
    {
        let severity =
            |document: &Value| validator.check("lgtaip2025", fixture.kind, document, now())[0].severity;
        assert_eq!(severity(&fixture.document), Severity::Error, "{code}");
        fixture.document.as_object_mut().unwrap().remove("isOpenData");
        let found = validator.check("lgtaip2025", fixture.kind, &fixture.document, now());
        assert_eq!((found.len(), found[0].severity), (1, Severity::Warning), "{code}");
    }
}

#[test]
fn an_identifier_that_is_not_unique_is_told_with_the_other_place() {
    let validator = validator();
    let told = |profile: &str, document: &Value| {
        let finding = validator.not_unique(profile, document, "/dataset/7")?;
        assert_eq!(finding.pointer, "/identifier");
        assert!(finding.message.es.contains("agua-1") && finding.message.en.contains("/dataset/7"));
        Some((finding.code, finding.severity))
    };
    let (open, other) =
        (json!({"identifier": "agua-1", "isOpenData": true}), json!({"identifier": "agua-1"}));
    assert_eq!(told("base", &open), Some(("E-DS-9".to_owned(), Severity::Error)));
    assert_eq!(told("base", &other), Some(("E-DS-9".to_owned(), Severity::Warning)));
    assert_eq!(told("data.json", &other), Some(("E-UC-3".to_owned(), Severity::Error)));
    assert_eq!(told("no such profile", &other), None);
}

#[test]
fn a_million_keywords_are_checked_in_bounded_time() {
    let words: Vec<String> = (0..1_000_000).map(|number| format!("palabra {number}")).collect();
    let document = json!({"identifier": "1", "title": {"es": "Agua"}, "keyword": {"es": words}});
    let entry = json!({"identifier": "1", "title": "Agua", "keyword": words});
    let validator = validator();
    let started = std::time::Instant::now();
    let of_keywords = |profile: &str, document: &Value| {
        let found = validator.check(profile, Kind::Dataset, document, now());
        assert!(found.len() <= MOST_FINDINGS + 1);
        found.into_iter().filter(|finding| finding.pointer.starts_with("/keyword")).count()
    };
    assert_eq!(of_keywords("base", &document), 0);
    // DCAT-US 1.1 allows a thousand.
    assert_eq!(of_keywords("data.json", &entry), 1);
    assert!(started.elapsed() < std::time::Duration::from_mins(5), "{:?}", started.elapsed());
}

#[test]
fn a_profile_answers_to_its_aliases() {
    let validator = validator();
    let document = json!({"title": {"es": "x"}, "isOpenData": true});
    let own = validator.check("lgtaip2025", Kind::Dataset, &document, now());
    assert!(own.len() > 5);
    assert_eq!(validator.check("base", Kind::Dataset, &document, now()), own);
}

#[test]
fn all_findings_come_at_once_in_the_order_of_places_and_once_each() {
    let document = json!({
        "title": 7, "keyword": {"es": ["a"]}, "isOpenData": true,
        "distribution": (0..12).map(|_| json!({"title": {"es": "x"}, "byteSize": -1})).collect::<Vec<_>>(),
    });
    let found = validator().check("base", Kind::Dataset, &document, now());
    let mut unique: Vec<_> = places(&found);
    let sizes: Vec<&str> =
        unique.iter().filter(|(code, _)| *code == "E-GEN-RANGE").map(|(_, pointer)| *pointer).collect();
    let expected: Vec<String> = (0..12).map(|index| format!("/distribution/{index}/byteSize")).collect();
    assert_eq!(sizes, expected);
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), found.len());
}

#[test]
fn messages_name_the_member_and_the_types() {
    let document = json!({"title": [1], "distribution": [{"byteSize": "diez"}], "language": "es"});
    let found = validator().check("base", Kind::Dataset, &document, now());
    let message = |pointer: &str| {
        let finding =
            found.iter().find(|finding| finding.pointer == pointer && finding.code == "E-GEN-TYPE").unwrap();
        (finding.message.es.as_str(), finding.message.en.as_str())
    };
    assert_eq!(message("/title").0, "«title»: se esperaba un texto o un objeto y se encontró una lista");
    assert_eq!(message("/distribution/0/byteSize").1, "\"byteSize\": expected a whole number, found a text");
    assert_eq!(message("/language").1, "\"language\": expected a list, found a text");
}

#[test]
fn a_near_name_is_offered_for_an_unknown_member() {
    let document = json!({"tittle": "x", "zzz": 1, "distribution": [{"downloadUrl": "x"}]});
    let found = validator().check("base", Kind::Dataset, &document, now());
    let hint = |pointer: &str| {
        let finding = found.iter().find(|finding| finding.pointer == pointer).unwrap();
        assert_eq!(finding.code, "W-GEN-UNKNOWN");
        finding.hint.as_ref().map(|hint| hint.en.clone())
    };
    assert_eq!(hint("/tittle").as_deref(), Some("Did you mean \"title\"?"));
    assert_eq!(hint("/distribution/0/downloadUrl").as_deref(), Some("Did you mean \"downloadURL\"?"));
    assert_eq!(hint("/zzz"), None);
}

#[test]
fn hostile_documents_are_only_found_wanting() {
    let validator = validator();
    let deep = |leaf: Value, name: &str| {
        (0..64).fold(leaf, |inner, _| if name.is_empty() { json!([inner]) } else { json!({name: inner}) })
    };
    let documents = [
        json!(null),
        json!(1),
        json!("x"),
        json!([]),
        json!([{}]),
        json!({}),
        deep(json!("x"), ""),
        deep(json!("x"), "subOrganizationOf"),
        deep(json!({}), "distribution"),
        json!({"publisher": deep(json!({"name": 1}), "subOrganizationOf")}),
        json!({"spatial": deep(json!([1, 2]), "coordinates"), "temporal": ["/", "2024/", "//", ""]}),
        json!({"": "", "/": 1, "~": {"~1": 2}, "title": {"": "x", "\u{0}": "y", "es MX": "z"}}),
        json!({"modified": "-9999999999-01-01", "accrualPeriodicity": {"@id": 1, "prefLabel": {"es": ["R/P1Y"]}}}),
        json!({"distribution": [null, 1, "x", [], {"downloadURL": "https://", "field": [null, {"title": 1}], "format": {}}]}),
        json!({"keyword": {"es": "x".repeat(1_000_000)}, "title": {"es": "\u{202e}{member}".repeat(10_000)}}),
    ];
    for document in &documents {
        for profile in ["lgtaip2025", "dcat-us-1.1"] {
            for kind in Kind::ALL {
                for finding in validator.check(profile, kind, document, now()) {
                    assert!(finding.message.es.len() < 2_000, "{}", finding.code);
                    assert!(document.pointer(&finding.pointer).is_some() || !finding.pointer.is_empty());
                }
            }
        }
    }
}

#[test]
fn a_document_with_very_many_faults_gets_a_bounded_report() {
    let strange: serde_json::Map<String, Value> =
        (0..100_000).map(|index| (format!("descripcion{index}"), json!(index))).collect();
    let document =
        json!({"keyword": {"es": vec![json!(1); 100_000]}, "publisher": strange, "isOpenData": true});
    let found = validator().check("base", Kind::Dataset, &document, now());
    assert_eq!(found.len(), MOST_FINDINGS + 1);
    let last = found.last().unwrap();
    assert_eq!(last.code, "W-GEN-TRUNCATED");
    assert!(last.message.en.contains("200"), "{}", last.message.en);
}

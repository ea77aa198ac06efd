//! The verdicts on real `data.json` files equal those of an independent JSON Schema tool.
//!
//! The files are not part of the project: `VITRINA_CASES` names their folder, and without it these tests
//! have nothing to compare.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use vitrina_domain::{
    finding::{Finding, Severity},
    guideline::Guidelines,
    record::Kind,
    time::Timestamp,
    vocabulary::Vocabularies,
};
use vitrina_validation::Validator;

/// The codes of members that are missing: they have the pointer that a wrong value would have.
const MISSING: &[&str] = &["E-US-1", "E-US-13"];

fn cases() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "the test material stands where the developer says")]
    let stated = std::env::var("VITRINA_CASES").ok().map(PathBuf::from);
    let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cases");
    stated.or_else(|| usual.is_dir().then_some(usual))
}

fn validator() -> Validator {
    Validator::embedded(&Vocabularies::embedded().unwrap(), &Guidelines::embedded().unwrap()).unwrap()
}

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
        .unwrap()
}

/// The records of a file: those of a catalog, or the file itself.
fn records(document: &Value) -> Vec<&Value> {
    match document.get("dataset").and_then(Value::as_array) {
        Some(records) => records.iter().collect(),
        None => vec![document],
    }
}

fn errors(validator: &Validator, record: &Value) -> Vec<Finding> {
    let mut findings = validator.check("dcat-us-1.1", Kind::Dataset, record, now());
    findings.retain(|finding| finding.severity == Severity::Error);
    findings
}

/// The oracle's place of an error as the beginning of a pointer.
fn pointer(error: &Value) -> String {
    let path = error.get("path").and_then(Value::as_str).unwrap();
    let property = error.get("property").and_then(Value::as_str).unwrap_or_default();
    let path = path.trim_start_matches('$').replace(['.', '['], "/").replace(']', "");
    [path.as_str(), property]
        .iter()
        .filter(|part| !part.is_empty())
        .fold(String::new(), |all, part| format!("{all}/{part}"))
}

fn under(found: &str, place: &str) -> bool {
    found == place || found.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'))
}

/// Compares one file; gives what differs.
fn compare(validator: &Validator, file: &Path, oracle: &Value) -> Vec<String> {
    let document = read(file);
    let mut differences = Vec::new();
    let found: Vec<Vec<Finding>> =
        records(&document).iter().map(|record| errors(validator, record)).collect();
    let count = |name: &str| oracle.get(name).and_then(Value::as_u64).unwrap();
    let valid = found.iter().filter(|errors| errors.is_empty()).count();
    let counted = (count("valid"), count("invalid"));
    if (u64::try_from(valid), u64::try_from(found.len() - valid)) != (Ok(counted.0), Ok(counted.1)) {
        differences.push(format!("{} valid of {}, oracle {}", valid, found.len(), count("valid")));
        let mut by_place: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for finding in found.iter().flatten() {
            *by_place.entry((&finding.code, &finding.pointer)).or_default() += 1;
        }
        differences.push(format!("{by_place:?}"));
    }
    for error in oracle.get("invalid_records_by_error").and_then(Value::as_array).unwrap() {
        let place = pointer(error);
        let wants_missing = error.get("keyword").and_then(Value::as_str) == Some("required");
        let same = |finding: &Finding| {
            under(&finding.pointer, &place) && MISSING.contains(&finding.code.as_str()) == wants_missing
        };
        let here = found.iter().filter(|errors| errors.iter().any(same)).count();
        if u64::try_from(here).ok() != error.get("records").and_then(Value::as_u64) {
            differences.push(format!("{here} records with an error at {place}, oracle {error}"));
        }
    }
    differences
}

fn compare_all(validator: &Validator, folder: &Path, oracles: &Value) -> (usize, Vec<String>) {
    let mut differences = Vec::new();
    let mut compared = 0;
    for (name, oracle) in oracles.as_object().unwrap() {
        let Some(oracle) = oracle.pointer("/non-federal_dataset/with_format") else { continue };
        compared += 1;
        let of_file = compare(validator, &folder.join(name), oracle);
        differences.extend(of_file.into_iter().map(|difference| format!("{name}: {difference}")));
    }
    (compared, differences)
}

#[test]
fn verdicts_on_state_and_city_portals_equal_the_oracle() {
    let Some(folder) = cases().map(|cases| cases.join("geobtaa-latest")) else { return };
    let expected = read(&folder.join("expected.json"));
    let oracles = expected.pointer("/jsonschema_oracle/files").unwrap();
    let (compared, differences) = compare_all(&validator(), &folder, oracles);
    assert!(compared >= 20, "{compared}");
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn verdicts_on_the_federal_harvesters_examples_equal_the_oracle() {
    let Some(folder) = cases().map(|cases| cases.join("datagov-harvester")) else { return };
    let expected = read(&folder.join("expected.json"));
    let (compared, differences) =
        compare_all(&validator(), &folder, expected.get("jsonschema_oracle").unwrap());
    assert!(compared >= 12, "{compared}");
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn error_paths_of_the_harvesters_own_tests_are_found() {
    let Some(folder) = cases().map(|cases| cases.join("datagov-harvester")) else { return };
    let validator = validator();
    let document = read(&folder.join("example_data/dcatus/dcatus_multiple_invalid.json"));
    let found = errors(&validator, records(&document)[0]);
    let pointers: Vec<&str> = found.iter().map(|finding| finding.pointer.as_str()).collect();
    assert_eq!(pointers, ["/contactPoint/hasEmail", "/distribution/0/accessURL", "/license"]);
}

#[test]
fn every_real_catalog_is_checked_without_harm() {
    let Some(cases) = cases() else { return };
    let validator = validator();
    for folder in ["argentina-datajson", "pydatajson", "mx-adela", "project-open-data"] {
        let mut folders = vec![cases.join(folder)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if let Some(document) =
                    fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok())
                {
                    for record in records(&document) {
                        for profile in ["lgtaip2025", "dcat-us-1.1"] {
                            for finding in validator.check(profile, Kind::Dataset, record, now()) {
                                assert!(
                                    !finding.message.es.contains('{') || record.to_string().contains('{')
                                );
                                assert!(finding.pointer.is_empty() || finding.pointer.starts_with('/'));
                            }
                        }
                    }
                }
            }
        }
    }
}

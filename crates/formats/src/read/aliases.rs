//! Other names that catalogs give to the members of the model.

use serde_json::{Map, Value};
use vitrina_domain::finding::{Bilingual, Finding, Severity, pointer_segment};

/// Names of dataset members found in the field, with the model's name.
pub(super) const DATASET: &[(&str, &str)] = &[
    ("distributions", "distribution"),
    ("keywords", "keyword"),
    ("opennessRating", "openessRating"),
    ("landingpage", "landingPage"),
    ("accesslevel", "accessLevel"),
    ("contactpoint", "contactPoint"),
    ("periodicity", "accrualPeriodicity"),
    ("url", "landingPage"),
];

/// Names of distribution members found in the field, with the model's name.
pub(super) const DISTRIBUTION: &[(&str, &str)] = &[
    ("codelist_link", "codelistLink"),
    ("accessUrl", "accessURL"),
    ("downloadUrl", "downloadURL"),
    ("downloadurl", "downloadURL"),
    ("accessurl", "accessURL"),
    ("bytesize", "byteSize"),
    ("fields", "field"),
    ("id", "identifier"),
];

/// Gives members the model's names, where those are free; how many levels down is in `pointer`.
pub(super) fn rename(object: &mut Map<String, Value>, names: &[(&str, &str)], pointer: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (alias, name) in names {
        if object.contains_key(*name) {
            continue;
        }
        if let Some(value) = object.remove(*alias) {
            object.insert((*name).to_owned(), value);
            findings.push(Finding::new(
                Severity::Warning,
                "W-GEN-RENAMED",
                format!("{pointer}/{}", pointer_segment(name)),
                Bilingual::new(
                    format!("«{alias}» se leyó como «{name}»"),
                    format!("\"{alias}\" was read as \"{name}\""),
                ),
            ));
        }
    }
    findings
}

//! The schemas of `schemas/core` and the documents of the domain name the same members.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeSet;

use serde_json::Value;
use vitrina_domain::metadata::{
    Activity, Address, Agent, Attribution, Catalog, Checksum, Column, Concept, ContactPoint, DataService,
    Dataset, DatasetSeries, Distribution, Document, Identifier, LegalResource, Location, Organization,
    PeriodOfTime, Reference, Relationship, Restriction,
};
use vitrina_validation::schemas;

fn properties(file: &str, definition: &str) -> serde_json::Map<String, Value> {
    let text =
        schemas::schema(&format!("core/{file}.schema.json")).unwrap_or_else(|| panic!("no schema {file}"));
    let schema: Value = serde_json::from_str(text).unwrap();
    let pointer = if definition.is_empty() {
        "/properties".to_owned()
    } else {
        format!("/$defs/{definition}/properties")
    };
    schema
        .pointer(&pointer)
        .and_then(Value::as_object)
        .unwrap_or_else(|| panic!("{file} {definition}"))
        .clone()
}

fn assert_same_members<D: Document>(file: &str, definition: &str) {
    let schema: BTreeSet<String> = properties(file, definition).keys().cloned().collect();
    let model: BTreeSet<String> = D::MEMBERS.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(schema, model, "{file} {definition}");
}

#[test]
fn records_have_the_members_of_their_schema() {
    assert_same_members::<Dataset>("dataset", "");
    assert_same_members::<Distribution>("distribution", "");
    assert_same_members::<Catalog>("catalog", "");
    assert_same_members::<DataService>("data-service", "");
    assert_same_members::<DatasetSeries>("dataset-series", "");
    assert_same_members::<Organization>("organization", "");
}

#[test]
fn nodes_have_the_members_of_their_schema() {
    assert_same_members::<Activity>("node", "Activity");
    assert_same_members::<Address>("node", "Address");
    assert_same_members::<Agent>("node", "Agent");
    assert_same_members::<Attribution>("node", "Attribution");
    assert_same_members::<Checksum>("node", "Checksum");
    assert_same_members::<Column>("node", "Column");
    assert_same_members::<Concept>("node", "Concept");
    assert_same_members::<ContactPoint>("node", "ContactPoint");
    assert_same_members::<Identifier>("node", "Identifier");
    assert_same_members::<LegalResource>("node", "LegalResource");
    assert_same_members::<Location>("node", "Location");
    assert_same_members::<PeriodOfTime>("node", "PeriodOfTime");
    assert_same_members::<Reference>("node", "Reference");
    assert_same_members::<Relationship>("node", "Relationship");
    assert_same_members::<Restriction>("node", "Restriction");
}

#[test]
fn every_member_is_described_and_typed() {
    for file in schemas::schemas().filter(|file| file.name.starts_with("core/")) {
        let schema: Value = serde_json::from_str(file.text).unwrap();
        let definitions = schema.get("$defs").and_then(Value::as_object).into_iter().flatten();
        for holder in definitions.map(|(_, definition)| definition).chain([&schema]) {
            for (name, member) in holder.get("properties").and_then(Value::as_object).into_iter().flatten() {
                for text in ["title", "x-es", "description"] {
                    let filled =
                        member.get(text).and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty());
                    assert!(filled, "{} {name} has no {text}", file.name);
                }
                assert!(
                    member.get("type").or(member.get("$ref")).is_some(),
                    "{} {name} has no type",
                    file.name
                );
            }
        }
    }
}

#[test]
fn metadata_documents_are_open() {
    for file in ["dataset", "distribution", "catalog", "data-service", "dataset-series", "organization"] {
        let text = schemas::schema(&format!("core/{file}.schema.json")).unwrap();
        let schema: Value = serde_json::from_str(text).unwrap();
        assert_ne!(schema.get("additionalProperties"), Some(&Value::Bool(false)), "{file}");
        assert_eq!(schema.get("unevaluatedProperties"), None, "{file}");
    }
}

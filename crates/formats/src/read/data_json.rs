//! DCAT-US 1.1 `data.json` and its dialects, brought into the shape of the model.

use serde_json::{Map, Value};
use vitrina_domain::finding::Finding;

use super::aliases;
use crate::full;

/// Members that only say that a document is a `data.json`.
const CONTEXT: &str = "@context";

/// The `@type` that each kind of node has in DCAT-US 1.1, dropped because it says nothing.
mod kind {
    pub(super) const CATALOG: &str = "dcat:Catalog";
    pub(super) const DATASET: &str = "dcat:Dataset";
    pub(super) const DISTRIBUTION: &str = "dcat:Distribution";
    pub(super) const ORGANIZATION: &str = "org:Organization";
    pub(super) const CONTACT: &str = "vcard:Contact";
}

/// One dataset.
pub(super) fn dataset(mut object: Map<String, Value>) -> (Map<String, Value>, Vec<Finding>) {
    let full = full::take(&mut object);
    drop_type(&mut object, kind::DATASET);
    let mut findings = aliases::rename(&mut object, aliases::DATASET, "");
    drop_node_types(&mut object);
    match object.get_mut("distribution") {
        Some(Value::Array(files)) => {
            for (index, file) in files.iter_mut().enumerate() {
                findings.extend(read_file(file, &format!("/distribution/{index}")));
            }
        }
        Some(file @ Value::Object(_)) => findings.extend(read_file(file, "/distribution")),
        _ => {}
    }
    object.extend(full);
    (object, findings)
}

/// One distribution; `pointer` is its place in the document.
pub(super) fn distribution(
    mut file: Map<String, Value>,
    pointer: &str,
) -> (Map<String, Value>, Vec<Finding>) {
    let full = full::take(&mut file);
    drop_type(&mut file, kind::DISTRIBUTION);
    let findings = aliases::rename(&mut file, aliases::DISTRIBUTION, pointer);
    // A second name for a file: the store gives each its own id.
    file.remove("id");
    file.extend(full);
    (file, findings)
}

fn read_file(value: &mut Value, pointer: &str) -> Vec<Finding> {
    let Value::Object(file) = value else { return Vec::new() };
    let (read, findings) = distribution(std::mem::take(file), pointer);
    *file = read;
    findings
}

fn drop_type(object: &mut Map<String, Value>, expected: &str) {
    if object.get("@type").and_then(Value::as_str) == Some(expected) {
        object.remove("@type");
    }
}

/// Drops the constant types of the nodes on a dataset or catalog.
fn drop_node_types(object: &mut Map<String, Value>) {
    for (name, expected) in [("publisher", kind::ORGANIZATION), ("contactPoint", kind::CONTACT)] {
        match object.get_mut(name) {
            Some(Value::Object(node)) => drop_types_upward(node, expected),
            Some(Value::Array(nodes)) => {
                for node in nodes.iter_mut().filter_map(Value::as_object_mut) {
                    drop_types_upward(node, expected);
                }
            }
            _ => {}
        }
    }
}

/// Drops the type of an organization and of those above it.
fn drop_types_upward(node: &mut Map<String, Value>, expected: &str) {
    drop_type(node, expected);
    let mut above = node.get_mut("subOrganizationOf");
    while let Some(Value::Object(parent)) = above {
        drop_type(parent, expected);
        above = parent.get_mut("subOrganizationOf");
    }
}

/// The description of the catalog, from the members around its records.
pub(super) fn catalog(mut header: Map<String, Value>) -> Option<Value> {
    header.remove(CONTEXT);
    drop_type(&mut header, kind::CATALOG);
    drop_node_types(&mut header);
    for name in ["help", "success", "result"] {
        header.remove(name);
    }
    header.retain(|_, value| !value.is_null());
    let says_something = header.keys().any(|name| !matches!(name.as_str(), "conformsTo" | "describedBy"));
    says_something.then_some(Value::Object(header))
}

/// What a document calls its source: `@id`, `homepage`, or the address of the CKAN site that answered.
pub(super) fn source_name(header: &Map<String, Value>) -> Option<String> {
    let text =
        |name: &str| header.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let site = || {
        let help = text("help").filter(|help| help.starts_with("http"))?;
        Some(help.split_once("/api/")?.0)
    };
    let address = |name: &str| text(name).filter(|text| text.contains("://"));
    address("@id").or_else(|| address("homepage")).or_else(site).map(str::to_owned)
}

//! Our own JSON: the document, and beside it what the server says of the record.

use serde_json::{Map, Value};
use vitrina_domain::record::{Kind, Record};

/// The members that stand beside the document's own; readers take them out again.
pub(crate) const SERVED: &[&str] = &[
    "id",
    "kind",
    "slug",
    "revision",
    "visibility",
    "reason",
    "created_at",
    "updated_at",
    "source_id",
    "catalog_id",
    "organization_id",
    "hash",
    "url",
    "iri",
];

/// The permanent IRI of a record.
pub(super) fn iri(record: &Record, base_url: &str) -> String {
    format!("{base_url}/id/{}/{}", record.kind().as_str(), record.id)
}

/// The address of the page about a record.
pub(super) fn page(record: &Record, base_url: &str) -> String {
    let segment = match record.kind() {
        Kind::Dataset => "dataset",
        Kind::Catalog => "catalog",
        Kind::Organization => "organization",
        Kind::DataService => "data-service",
        Kind::DatasetSeries => "series",
    };
    format!("{base_url}/{segment}/{}", record.slug)
}

/// The record with its document.
pub(super) fn record(record: &Record, base_url: &str) -> Value {
    let Value::Object(mut object) = record.metadata.to_document() else { return Value::Null };
    if let Some(Value::Array(files)) = object.get_mut("distribution") {
        for (file, id) in files.iter_mut().zip(&record.distribution_ids) {
            if let Value::Object(file) = file {
                file.insert("id".to_owned(), id.to_string().into());
            }
        }
    }
    object.extend(served(record, base_url));
    Value::Object(object)
}

fn served(record: &Record, base_url: &str) -> Map<String, Value> {
    let mut served: Map<String, Value> = [
        ("id", record.id.to_string()),
        ("kind", record.kind().as_str().to_owned()),
        ("slug", record.slug.to_string()),
        ("visibility", record.visibility.state().to_owned()),
        ("created_at", record.created.to_string()),
        ("updated_at", record.updated.to_string()),
        ("source_id", record.source_id.to_string()),
        ("hash", record.hash.to_string()),
        ("url", page(record, base_url)),
        ("iri", iri(record, base_url)),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), Value::String(value)))
    .collect();
    served.insert("revision".to_owned(), record.revision.into());
    let optional = [
        ("catalog_id", record.catalog_id.map(|id| id.to_string())),
        ("organization_id", record.organization_id.map(|id| id.to_string())),
        ("reason", record.visibility.reason().map(str::to_owned)),
    ];
    served.extend(
        optional
            .into_iter()
            .filter_map(|(name, value)| value.map(|value| (name.to_owned(), Value::String(value)))),
    );
    served
}

/// Appends compact JSON.
pub(super) fn append(value: &Value, out: &mut Vec<u8>) {
    // Writing a `Value` into memory cannot fail: its keys are strings and its numbers finite.
    let _infallible = serde_json::to_writer(out, value);
}

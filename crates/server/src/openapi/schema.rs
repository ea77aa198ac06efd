//! The schemas of `schemas/core` as components of the document.

use serde_json::{Map, Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{Ref, RefOr, schema::Schema},
};
use vitrina_domain::record::Kind;

/// A schema file: its name, the component it becomes, and its text.
#[derive(Debug, Clone, Copy)]
pub struct Core {
    /// The name in `/api/v1/schemas/{name}`.
    pub name: &'static str,
    /// The component's name.
    pub component: &'static str,
    /// The text of the file.
    pub text: &'static str,
}

macro_rules! core {
    ($($name:literal = $component:literal,)*) => {
        /// The schemas that we own.
        pub const CORE: &[Core] = &[$(Core {
            name: $name,
            component: $component,
            text: include_str!(concat!("../../../../schemas/core/", $name, ".schema.json")),
        }),*];
    };
}

core! {
    "dataset" = "Dataset",
    "distribution" = "Distribution",
    "catalog" = "Catalog",
    "organization" = "Organization",
    "data-service" = "DataService",
    "dataset-series" = "DatasetSeries",
    "change" = "Change",
    "finding" = "Finding",
    "report" = "Report",
    "import-run" = "ImportRun",
    "import-item" = "ImportItem",
    "node" = "Node",
}

/// A schema by its name.
pub fn core(name: &str) -> Option<&'static str> {
    CORE.iter().find(|core| core.name == name).map(|core| core.text)
}

/// Every schema and every definition as a component, with references rewritten.
pub(super) fn components() -> Map<String, Value> {
    let mut components = Map::new();
    for core in CORE {
        let Ok(Value::Object(mut schema)) = serde_json::from_str::<Value>(core.text) else { continue };
        schema.remove("$schema");
        schema.remove("$id");
        if let Some(Value::Object(definitions)) = schema.remove("$defs") {
            for (name, mut definition) in definitions {
                rewrite(&mut definition);
                components.insert(name, definition);
            }
        }
        // A file of definitions only describes nothing by itself.
        if schema.contains_key("properties") {
            let mut schema = Value::Object(schema);
            rewrite(&mut schema);
            components.insert(core.component.to_owned(), schema);
        }
    }
    components
}

/// Points references between files at components.
fn rewrite(schema: &mut Value) {
    let mut pending = vec![schema];
    while let Some(value) = pending.pop() {
        match value {
            Value::Object(object) => {
                if let Some(Value::String(reference)) = object.get_mut("$ref") {
                    *reference = component_of(reference);
                }
                pending.extend(object.values_mut());
            }
            Value::Array(values) => pending.extend(values),
            _ => {}
        }
    }
}

fn component_of(reference: &str) -> String {
    let (file, pointer) = reference.split_once('#').unwrap_or((reference, ""));
    let name = pointer.strip_prefix("/$defs/").unwrap_or_else(|| {
        let stem = file.rsplit('/').next().unwrap_or_default().trim_end_matches(".schema.json");
        CORE.iter().find(|core| core.name == stem).map_or(stem, |core| core.component)
    });
    format!("#/components/schemas/{name}")
}

/// Records: a document with the members that the server keeps beside it.
///
/// What a source wrote is served as it came, also where it does not fit the shape of its member (a date that is none):
/// such a member has any value, so that no reader who trusts the contract fails on a real catalog.
pub(super) fn records(documents: &Map<String, Value>) -> Map<String, Value> {
    let embedded = record(documents, "Distribution", &served_distribution());
    let mut records = Map::from_iter([("DistributionRecord".to_owned(), embedded)]);
    for document in ["Dataset", "Catalog", "Organization", "DataService", "DatasetSeries"] {
        let mut schema = record(documents, document, &served());
        if document == "Dataset"
            && let Some(distribution) = schema.pointer_mut("/properties/distribution")
        {
            *distribution = json!({
                "type": "array",
                "description": "Its files and services; at most 25 are embedded, and `distributions` tells where all of them are.",
                "items": {"$ref": "#/components/schemas/DistributionRecord"},
            });
        }
        records.insert(format!("{document}Record"), schema);
    }
    records
}

/// A document whose members are loosened, and what the server says of it.
fn record(documents: &Map<String, Value>, document: &str, served: &Value) -> Value {
    let mut properties = Map::new();
    let known = documents.get(document).and_then(|schema| schema["properties"].as_object());
    // Generators cannot keep `@id` and `id` apart: both are called id in most languages.
    for (name, shape) in known.into_iter().flatten().filter(|(name, _)| *name != "@id") {
        properties.insert(name.clone(), loosened(shape));
    }
    properties.extend(served.as_object().cloned().unwrap_or_default());
    let description = format!(
        "A `{document}` with what the server says of it. A member has the shape that is told for it, or any other \
         where its source wrote something else; members that are not listed stay as they came, `@id` (the \
         IRI that its source gave it) among them. With `fields`, only \
         `id` and what it names."
    );
    json!({"type": "object", "description": description, "required": ["id"], "properties": properties})
}

/// The shape of a member, or anything.
fn loosened(shape: &Value) -> Value {
    let mut shape = shape.clone();
    let words: Map<String, Value> = ["title", "description", "x-es"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), shape.as_object_mut()?.remove(name)?)))
        .collect();
    let mut loose = Value::Object(words);
    loose["anyOf"] = json!([shape, {}]);
    loose
}

/// Findings reach readers in their own language, not in both.
pub(super) fn speak_one_language(schemas: &mut Map<String, Value>) {
    for (member, text) in [
        ("message", "What is wrong, in the reader's language."),
        ("hint", "How to mend it, in the reader's language."),
    ] {
        if let Some(shape) = schemas
            .get_mut("Finding")
            .and_then(|finding| finding.pointer_mut(&format!("/properties/{member}")))
        {
            *shape = json!({"type": "string", "description": text});
        }
    }
}

/// The members that stand beside a document; they are ignored where a document is sent.
fn served() -> Value {
    json!({
        "id": told("The permanent id.", Some("uuid")),
        "kind": {"type": "string", "readOnly": true, "description": "The kind of record.", "enum": Kind::ALL.map(Kind::as_str)},
        "slug": told("The name in page addresses; it can be used in place of the id.", None),
        "visibility": {"type": "string", "readOnly": true, "description": "Whether it is shown; the public sees `published` only.", "enum": ["draft", "held", "published", "withdrawn", "deleted"]},
        "reason": told("Why it is held, withdrawn or deleted.", None),
        "revision": {"type": "integer", "format": "int32", "minimum": 1, "readOnly": true, "description": "The number of the current revision, from 1."},
        "created_at": told("When it was created here (UTC, with microseconds).", Some("date-time")),
        "updated_at": told("When it last changed here (UTC, with microseconds).", Some("date-time")),
        "source_id": told("Where it comes from: an id of `/api/v1/sources`.", Some("uuid")),
        "source_name": told("The name of that source.", None),
        "catalog_id": told("The catalog it is at home in.", Some("uuid")),
        "organization_id": told("The organization that answers for it.", Some("uuid")),
        "hash": told("SHA-256 of the document in the form of RFC 8785, in hexadecimal.", None),
        "url": told("The page about it.", Some("uri")),
        "iri": told("The permanent IRI, as RDF uses it.", Some("uri")),
        "findings": {
            "type": "array", "readOnly": true, "items": {"$ref": "#/components/schemas/Finding"},
            "description": "What was found in the document; only in the answer to a write.",
        },
    })
}

/// The members that stand beside the document of a distribution.
fn served_distribution() -> Value {
    json!({
        "id": told("The permanent id.", Some("uuid")),
        "dataset_id": told("The dataset it belongs to; not where it is embedded in it.", Some("uuid")),
        "url": told("Its address in the API; not where it is embedded.", Some("uri")),
    })
}

fn told(description: &str, format: Option<&str>) -> Value {
    let mut schema = json!({"type": "string", "description": description, "readOnly": true});
    if let (Some(format), Some(object)) = (format, schema.as_object_mut()) {
        object.insert("format".to_owned(), format.into());
    }
    schema
}

macro_rules! references {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                RefOr::Ref(Ref::from_schema_name(stringify!($name)))
            }
        }

        impl ToSchema for $name {}
    )*};
}

/// Names of components for `#[utoipa::path]`.
pub mod component {
    use super::{PartialSchema, Ref, RefOr, Schema, ToSchema};

    references! {
        /// A dataset document.
        Dataset;
        /// A catalog document.
        Catalog;
        /// An organization document.
        Organization;
        /// A data service document.
        DataService;
        /// A dataset series document.
        DatasetSeries;
        /// A dataset with what the server says of it.
        DatasetRecord;
        /// A catalog with what the server says of it.
        CatalogRecord;
        /// An organization with what the server says of it.
        OrganizationRecord;
        /// A data service with what the server says of it.
        DataServiceRecord;
        /// A dataset series with what the server says of it.
        DatasetSeriesRecord;
        /// A distribution with its id and dataset.
        DistributionRecord;
        /// A change.
        Change;
        /// A finding.
        Finding;
        /// A run of an import.
        ImportRun;
        /// A record of an import and its fate.
        ImportItem;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_reference_leads_to_a_component() {
        let mut components = components();
        components.extend(records(&components));
        let mut pending: Vec<&Value> = components.values().collect();
        let mut seen = 0;
        while let Some(value) = pending.pop() {
            match value {
                Value::Object(object) => {
                    if let Some(Value::String(reference)) = object.get("$ref") {
                        let name = reference.strip_prefix("#/components/schemas/").unwrap();
                        assert!(components.contains_key(name), "{reference}");
                        seen += 1;
                    }
                    pending.extend(object.values());
                }
                Value::Array(values) => pending.extend(values),
                _ => {}
            }
        }
        assert!(seen > 50, "only {seen} references were looked at");
    }

    #[test]
    fn no_two_definitions_share_a_name() {
        let mut names = HashSet::new();
        for core in CORE {
            let schema: Value = serde_json::from_str(core.text).unwrap();
            let definitions = schema["$defs"].as_object().map(|d| d.keys().cloned().collect::<Vec<_>>());
            for name in definitions.unwrap_or_default().into_iter().chain([core.component.to_owned()]) {
                assert!(names.insert(name.clone()), "{name}");
            }
        }
    }
}

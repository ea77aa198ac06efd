//! The schemas of `schemas/core` as components of the document.

use serde_json::{Map, Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{Ref, RefOr, schema::Schema},
};

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
pub(super) fn records() -> Map<String, Value> {
    let record = |document: &str| {
        json!({"allOf": [
            {"$ref": format!("#/components/schemas/{document}")},
            {"$ref": "#/components/schemas/Served"},
        ]})
    };
    let mut records: Map<String, Value> =
        ["Dataset", "Catalog", "Organization", "DataService", "DatasetSeries", "Distribution"]
            .into_iter()
            .map(|document| (format!("{document}Record"), record(document)))
            .collect();
    records.insert("Served".to_owned(), served());
    records
}

/// The members that stand beside a document; they are ignored where a document is sent.
fn served() -> Value {
    let text = |description: &str, format: Option<&str>| {
        let mut schema = json!({"type": "string", "description": description, "readOnly": true});
        if let (Some(format), Some(object)) = (format, schema.as_object_mut()) {
            object.insert("format".to_owned(), format.into());
        }
        schema
    };
    json!({
        "type": "object",
        "description": "What the server says of a record.",
        "required": ["id"],
        "properties": {
            "id": text("The permanent id.", Some("uuid")),
            "kind": text("The kind of record.", None),
            "slug": text("The name in page addresses.", None),
            "visibility": text("Whether and why it is shown: draft, held, published, withdrawn or deleted.", None),
            "reason": text("Why it is held, withdrawn or deleted.", None),
            "revision": {"type": "integer", "minimum": 1, "readOnly": true, "description": "The number of the current revision."},
            "created_at": text("When it was created here.", Some("date-time")),
            "updated_at": text("When it last changed here.", Some("date-time")),
            "source_id": text("Where it comes from.", Some("uuid")),
            "catalog_id": text("The catalog it is at home in.", Some("uuid")),
            "organization_id": text("The organization that answers for it.", Some("uuid")),
            "dataset_id": text("The dataset it belongs to, for a distribution.", Some("uuid")),
            "hash": text("SHA-256 of the document (RFC 8785).", None),
            "url": text("The page about it.", Some("uri")),
            "iri": text("The permanent IRI.", Some("uri")),
        },
    })
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
        components.extend(records());
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

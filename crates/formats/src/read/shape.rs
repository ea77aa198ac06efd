//! What a JSON object looks like: a dataset of `data.json`, a CKAN package, a record of our own.

use serde_json::{Map, Value};
use vitrina_domain::finding::Bilingual;

/// Members that only CKAN packages have.
const CKAN_MEMBERS: &[&str] = &[
    "notes",
    "license_id",
    "license_title",
    "metadata_created",
    "metadata_modified",
    "num_resources",
    "num_tags",
    "owner_org",
    "creator_user_id",
    "extras",
    "isopen",
    "maintainer_email",
    "author_email",
    "relationships_as_object",
    "relationships_as_subject",
    "revision_id",
    "private",
];

/// Members that make an object with a title a dataset.
const DATASET_MEMBERS: &[&str] = &[
    "distribution",
    "distributions",
    "accessLevel",
    "keyword",
    "contactPoint",
    "accrualPeriodicity",
    "superTheme",
    "landingPage",
    "bureauCode",
    "programCode",
    "theme",
    "publisher",
];

fn has(object: &Map<String, Value>, name: &str) -> bool {
    object.get(name).is_some_and(|value| !value.is_null())
}

/// Whether an object is a CKAN package.
pub(super) fn is_ckan_package(object: &Map<String, Value>) -> bool {
    if !(has(object, "name") || has(object, "id")) || is_data_package(object) {
        return false;
    }
    let typical = CKAN_MEMBERS.iter().filter(|name| object.contains_key(**name)).count();
    match object.get("resources") {
        Some(Value::Array(resources)) => {
            let of_ckan =
                |resource: &Value| resource.get("url").is_some() || resource.get("package_id").is_some();
            typical > 0 || resources.iter().any(of_ckan) || (resources.is_empty() && has(object, "title"))
        }
        _ => typical >= 3 && !object.contains_key("distribution"),
    }
}

/// Whether an object is the descriptor of a Data Package.
pub(super) fn is_data_package(object: &Map<String, Value>) -> bool {
    let of_table = |resource: &Value| {
        resource.get("package_id").is_none()
            && (resource.get("path").is_some() || resource.get("data").is_some())
    };
    object.contains_key("$frictionless")
        || object.get("resources").and_then(Value::as_array).is_some_and(|list| list.iter().any(of_table))
}

/// Whether an object is a dataset of `data.json`, in any dialect.
pub(super) fn is_dataset(object: &Map<String, Value>) -> bool {
    let named = has(object, "title") || has(object, "identifier") || has(object, "@id");
    let is_file = (object.contains_key("downloadURL") || object.contains_key("accessURL"))
        && !object.contains_key("distribution")
        && object.contains_key("dataset_identifier");
    named && !is_file && DATASET_MEMBERS.iter().any(|name| object.contains_key(*name))
}

/// Whether an object is a record as Vitrina writes it.
pub(super) fn is_own_record(object: &Map<String, Value>) -> bool {
    ["kind", "slug", "revision", "hash"].iter().all(|name| object.contains_key(*name))
}

/// Whether an object is a JSON Schema.
pub(super) fn is_json_schema(object: &Map<String, Value>) -> bool {
    let meta =
        object.get("$schema").and_then(Value::as_str).is_some_and(|iri| iri.contains("json-schema.org"));
    let typed = object.get("type").is_some_and(|kind| kind == "object" || kind == "array");
    meta || (typed
        && ["properties", "items", "required", "$defs", "definitions"]
            .iter()
            .any(|name| object.contains_key(*name)))
}

/// Whether a lone `dataset` object lists the fields of a profile in place of a dataset's values: its
/// title, description and identifier are then the same word.
pub(super) fn is_field_list(object: &Map<String, Value>) -> bool {
    match ["title", "description", "identifier"].map(|name| object.get(name).and_then(Value::as_str)) {
        [Some(title), Some(description), Some(identifier)] => title == description && title == identifier,
        _ => false,
    }
}

/// The members of an object, for a sentence.
pub(super) fn list_members(object: &Map<String, Value>) -> Bilingual {
    let names: Vec<String> = object.keys().take(5).map(|name| name.chars().take(40).collect()).collect();
    if names.is_empty() {
        return Bilingual::new("ningún miembro", "no members");
    }
    let names = names.join(", ");
    let (y_otros, and_others) = if object.len() > 5 { (" y otros", " and others") } else { ("", "") };
    Bilingual::new(format!("los miembros {names}{y_otros}"), format!("the members {names}{and_others}"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case(json!({"name": "agua", "title": "Agua", "resources": []}), true)]
    #[case(json!({"id": "1", "resources": [{"url": "https://example.org/a.csv"}]}), true)]
    #[case(json!({"name": "agua", "notes": "", "owner_org": null, "num_tags": 0}), true)]
    #[case(json!({"name": "agua", "resources": [{"path": "agua.csv"}]}), false)]
    #[case(json!({"$frictionless": "package/v2", "name": "agua", "resources": []}), false)]
    #[case(json!({"title": "Agua", "resources": []}), false)]
    #[case(json!({"id": "agua", "title": "Agua", "distribution": []}), false)]
    fn packages(#[case] value: Value, #[case] expected: bool) {
        assert_eq!(is_ckan_package(value.as_object().unwrap()), expected);
    }

    #[rstest]
    #[case(json!({"title": "Agua", "distribution": []}), true)]
    #[case(json!({"identifier": 7, "keyword": ["agua"]}), true)]
    #[case(json!({"title": "agua.csv", "downloadURL": "x", "dataset_identifier": "1", "publisher": "p"}), false)]
    #[case(json!({"id": "agua", "label": "Agua", "description": "tema"}), false)]
    fn datasets(#[case] value: Value, #[case] expected: bool) {
        assert_eq!(is_dataset(value.as_object().unwrap()), expected);
    }

    #[rstest]
    #[case(json!({"$schema": "http://json-schema.org/draft-04/schema#"}), true)]
    #[case(json!({"type": "object", "properties": {}}), true)]
    #[case(json!({"$schema": "https://example.org/perfil.json", "dataset": []}), false)]
    fn schemas(#[case] value: Value, #[case] expected: bool) {
        assert_eq!(is_json_schema(value.as_object().unwrap()), expected);
    }
}

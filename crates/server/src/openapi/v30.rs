//! The same contract in OpenAPI 3.0, for the generators that read nothing newer.
//!
//! Nothing is left out but what 3.0 has no word for: a type list becomes `nullable` or `oneOf`, a single example its
//! old name, a reference with words beside it loses the words, and keywords of JSON Schema that 3.0 does not know go, and so do titles.

use serde_json::{Map, Value, json};

use super::names::take_keywords;

/// Keywords of JSON Schema 2020-12 that OpenAPI 3.0 does not have.
///
/// Titles go too: they are labels of members, and generators make the names of types of them, one of which would be
/// that of a component.
const UNKNOWN: &[&str] =
    &["propertyNames", "patternProperties", "contentMediaType", "contentEncoding", "$comment", "title"];

/// The document in OpenAPI 3.0.
pub fn projection(document: &Value) -> Value {
    let mut old = document.clone();
    old["openapi"] = json!("3.0.3");
    if let Some(license) = old.pointer_mut("/info/license").and_then(Value::as_object_mut) {
        license.remove("identifier");
    }
    for body in request_bodies(&mut old) {
        // Generators of that age take one media type of a body; plain JSON is always one of those that are read.
        if body.len() > 1 && body.contains_key("application/json") {
            body.retain(|media_type, _| media_type == "application/json");
        }
    }
    // What is said of the whole document, and what an example holds, are no schemas.
    let parts = old.as_object_mut().into_iter().flatten();
    let mut pending: Vec<&mut Value> =
        parts.filter(|(name, _)| *name != "info").map(|(_, part)| part).collect();
    while let Some(value) = pending.pop() {
        match value {
            Value::Object(object) => {
                lower(object);
                pending
                    .extend(object.iter_mut().filter(|(name, _)| *name != "example").map(|(_, value)| value));
            }
            Value::Array(values) => pending.extend(values),
            _ => {}
        }
    }
    old
}

fn request_bodies(document: &mut Value) -> impl Iterator<Item = &mut Map<String, Value>> {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut).into_iter();
    let items = paths.flat_map(Map::values_mut).filter_map(Value::as_object_mut);
    let operations = items.flat_map(Map::values_mut);
    operations.filter_map(|operation| operation.pointer_mut("/requestBody/content")?.as_object_mut())
}

/// Says one object in the words of 3.0. An object that is no schema has none of these members in these shapes.
fn lower(object: &mut Map<String, Value>) {
    if object.get("$ref").is_some_and(Value::is_string) {
        object.retain(|name, _| name == "$ref");
        return;
    }
    if let Some(Value::Array(types)) = object.get("type").cloned() {
        lower_types(object, &types);
    }
    // A shape or anything is anything; generators of that age make a type of the shape alone, and fail on the rest.
    if object.get("anyOf").and_then(Value::as_array).is_some_and(|branches| branches.contains(&json!({}))) {
        object.remove("anyOf");
        object.remove("title");
    }
    for keyword in ["anyOf", "oneOf"] {
        lower_null_branch(object, keyword);
    }
    if object.get("examples").is_some_and(Value::is_array) {
        let first = object.remove("examples").and_then(|examples| examples.get(0).cloned());
        object.extend(first.map(|example| ("example".to_owned(), example)));
    }
    // A property can be called like a keyword; its schema is an object, a keyword's value is none here.
    if is_schema(object) {
        object.retain(|name, _| !UNKNOWN.contains(&name.as_str()));
    }
}

fn is_schema(object: &Map<String, Value>) -> bool {
    let is_named = object.get("title").is_some_and(Value::is_string) && object.contains_key("description");
    object.get("type").is_some_and(Value::is_string)
        || object.contains_key("anyOf")
        || object.contains_key("oneOf")
        || is_named
}

/// `["string", "null"]` is nullable text; several types are branches, each with the keywords that are its own.
fn lower_types(object: &mut Map<String, Value>, types: &[Value]) {
    let mut words: Vec<&str> = types.iter().filter_map(Value::as_str).collect();
    let is_nullable = words.contains(&"null");
    words.retain(|word| *word != "null");
    if is_nullable {
        object.insert("nullable".to_owned(), Value::Bool(true));
    }
    match words.as_slice() {
        [word] => {
            object.insert("type".to_owned(), json!(word));
        }
        // Every type there is says nothing at all.
        words if words.len() >= 5 => {
            object.remove("type");
        }
        words => {
            object.remove("type");
            let branches: Vec<Value> = words
                .iter()
                .map(|word| {
                    let mut branch = take_keywords(object, word);
                    branch.insert("type".to_owned(), json!(word));
                    if *word == "array" {
                        branch.entry("items").or_insert_with(|| json!({}));
                    }
                    Value::Object(branch)
                })
                .collect();
            object.insert("oneOf".to_owned(), json!(branches));
        }
    }
}

/// A branch that is only null makes the whole nullable.
fn lower_null_branch(object: &mut Map<String, Value>, keyword: &str) {
    let Some(Value::Array(branches)) = object.get_mut(keyword) else { return };
    let before = branches.len();
    branches.retain(|branch| branch.get("type").is_none_or(|word| word != "null"));
    if branches.len() < before {
        if let [Value::Object(_)] = branches.as_slice() {
            let branches = std::mem::take(branches);
            object.remove(keyword);
            object.insert("allOf".to_owned(), Value::Array(branches));
        }
        object.insert("nullable".to_owned(), Value::Bool(true));
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nullable(json!({"type": ["string", "null"], "format": "uri"}), json!({"type": "string", "nullable": true, "format": "uri"}))]
    #[case::branches(
        json!({"type": ["object", "string"], "minLength": 1, "properties": {"a": {"type": "string"}}}),
        json!({"oneOf": [{"type": "object", "properties": {"a": {"type": "string"}}}, {"type": "string", "minLength": 1}]})
    )]
    #[case::anything(json!({"type": ["object", "array", "string", "number", "boolean", "null"]}), json!({"nullable": true}))]
    #[case::words_beside(json!({"$ref": "#/x", "description": "d"}), json!({"$ref": "#/x"}))]
    #[case::null_branch(
        json!({"oneOf": [{"type": "null"}, {"$ref": "#/x"}], "description": "d"}),
        json!({"allOf": [{"$ref": "#/x"}], "nullable": true, "description": "d"})
    )]
    #[case::loose(json!({"anyOf": [{"$ref": "#/x"}, {}], "description": "d"}), json!({"description": "d"}))]
    #[case::examples(json!({"type": "string", "examples": ["a", "b"]}), json!({"type": "string", "example": "a"}))]
    #[case::a_property_called_type(json!({"properties": {"type": {"type": "string"}}}), json!({"properties": {"type": {"type": "string"}}}))]
    fn says_the_same_in_old_words(#[case] new: Value, #[case] old: Value) {
        let projected = projection(&json!({"openapi": "3.1.0", "schema": new}));
        assert_eq!(projected, json!({"openapi": "3.0.3", "schema": old}));
    }
}

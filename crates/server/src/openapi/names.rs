//! Schemas that have a name are said once, under it; schemas that have several forms give each of them a name.

use serde_json::{Map, Value, json};

use super::member;

/// Puts a reference where a schema repeats one of the components whole, as it does inside pages of a list.
pub(super) fn share_schemas(document: &mut Value) {
    let schemas = member(member(document, "components"), "schemas");
    let Value::Object(schemas) = schemas else { return };
    let named: Vec<(String, Value)> = schemas
        .iter()
        .filter(|(_, schema)| schema.get("properties").is_some())
        .map(|(name, schema)| (name.clone(), schema.clone()))
        .collect();
    for schema in schemas.values_mut() {
        if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            share(properties, &named);
        }
    }
}

/// Looks at the members of one object, and at the items of those that are lists.
fn share(properties: &mut Map<String, Value>, named: &[(String, Value)]) {
    for property in properties.values_mut() {
        let Some(items) = property.get_mut("items") else { continue };
        // What a page holds may have lost its demands since: only the members tell who it is.
        let same = named.iter().find(|(_, schema)| schema["properties"] == items["properties"]);
        if let Some((name, _)) = same {
            *items = json!({"$ref": format!("#/components/schemas/{name}")});
        }
    }
}

/// Gives the long form of a node a component of its own: a document can write an agent as an object or as words, and
/// generators make a type of an object only where it stands by itself.
pub(super) fn name_forms(document: &mut Value) {
    let Value::Object(schemas) = member(member(document, "components"), "schemas") else { return };
    let mut objects: Map<String, Value> = Map::new();
    for (name, schema) in schemas.iter_mut() {
        let Some(types) = schema.get("type").and_then(Value::as_array).cloned() else { continue };
        let Some(schema) = schema.as_object_mut().filter(|_| types.contains(&json!("object"))) else {
            continue;
        };
        schema.remove("type");
        let long_name = format!("{name}Object");
        let forms = types.iter().filter_map(Value::as_str).map(|word| {
            let mut form = take_keywords(schema, word);
            form.insert("type".to_owned(), json!(word));
            if word != "object" {
                return Value::Object(form);
            }
            let text = format!("The long form of `{name}`.");
            form.insert("description".to_owned(), text.into());
            objects.insert(long_name.clone(), Value::Object(form));
            json!({"$ref": format!("#/components/schemas/{long_name}")})
        });
        let forms: Vec<Value> = forms.collect();
        schema.insert("oneOf".to_owned(), Value::Array(forms));
    }
    schemas.extend(objects);
}

/// Says of every list that its items are anything, where nothing is said of them.
pub(super) fn complete_arrays(document: &mut Value) {
    let mut pending = vec![member(member(document, "components"), "schemas")];
    while let Some(value) = pending.pop() {
        match value {
            Value::Object(object) => {
                let is_list = match object.get("type") {
                    Some(Value::String(word)) => word == "array",
                    Some(Value::Array(words)) => words.contains(&json!("array")),
                    _ => false,
                };
                if is_list {
                    object.entry("items").or_insert_with(|| json!({}));
                }
                pending.extend(object.values_mut());
            }
            Value::Array(values) => pending.extend(values),
            _ => {}
        }
    }
}

/// Takes the keywords that only speak of values of a type.
pub(super) fn take_keywords(schema: &mut Map<String, Value>, word: &str) -> Map<String, Value> {
    let keywords: &[&str] = match word {
        "object" => &[
            "properties",
            "required",
            "additionalProperties",
            "propertyNames",
            "minProperties",
            "maxProperties",
        ],
        "array" => &["items", "minItems", "maxItems", "uniqueItems"],
        "string" => &["minLength", "maxLength", "pattern", "format"],
        "number" | "integer" => &["minimum", "maximum", "multipleOf"],
        _ => &[],
    };
    keywords.iter().filter_map(|keyword| schema.remove_entry(*keyword)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_long_form_of_a_node_has_a_name() {
        let agent = json!({"type": ["object", "string"], "minLength": 1, "properties": {"name": {}}, "title": "Agent"});
        let mut document = json!({"components": {"schemas": {"Agent": agent}}});
        name_forms(&mut document);
        let schemas = &document["components"]["schemas"];
        let forms = json!([{"$ref": "#/components/schemas/AgentObject"}, {"type": "string", "minLength": 1}]);
        assert_eq!(schemas["Agent"], json!({"title": "Agent", "oneOf": forms}));
        assert_eq!(schemas["AgentObject"]["properties"], json!({"name": {}}));
    }

    #[test]
    fn a_page_refers_to_what_it_holds() {
        let item = json!({"type": "object", "properties": {"id": {"type": "string"}}});
        let mut document = json!({"components": {"schemas": {
            "Item": item,
            "Page": {"type": "object", "properties": {"items": {"type": "array", "items": item}}},
        }}});
        share_schemas(&mut document);
        let schemas = &document["components"]["schemas"];
        assert_eq!(
            schemas["Page"]["properties"]["items"]["items"],
            json!({"$ref": "#/components/schemas/Item"})
        );
        assert_eq!(schemas["Item"], item);
    }
}

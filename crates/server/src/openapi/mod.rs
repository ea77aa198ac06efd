//! The contract of the API: OpenAPI 3.1 from the code, with the metadata schemas of `schemas/core` as components.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use utoipa::openapi::{
    Components, Info, License, OpenApi, OpenApiBuilder, Server,
    security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    tag::TagBuilder,
};

mod answers;
mod docs;
mod examples;
mod links;
mod names;
mod parameters;
mod representations;
mod schema;
mod v30;

pub use answers::add_answers;
pub use docs::{docs_file, docs_index};
pub use examples::add_examples;
pub use links::add_links;
pub use parameters::parameters;
pub use representations::{add_bytes, add_representations};
pub use schema::{CORE, component, core};
pub use v30::projection;

/// The tags of operations: a closed list, in the order of the documentation.
pub const TAGS: &[(&str, &str)] = &[
    ("datasets", "Datasets with their distributions, revisions and history."),
    ("catalogs", "Catalogs that datasets are at home in."),
    ("organizations", "Obligated subjects, guarantors and others who answer for datasets."),
    ("series", "Series that datasets belong to."),
    ("data-services", "Services that give access to data."),
    ("search", "One search over all kinds, with facets and suggestions."),
    ("changes", "Everything that changed, in order, for ever."),
    ("import", "Bulk import with the fate of every record, and the sources records come from."),
    ("rules", "Guidelines, vocabularies, schemas and validation."),
    ("jobs", "Work that outlives the request that asked for it, and the schedules that file it."),
    ("mail", "Who is not written to any more, and how one ends a subscription."),
    ("site", "Limits in force, state, bulk exports."),
];

const DESCRIPTION: &str = "Vitrina publishes catalogs of public-interest information. Reading needs no account and no \
    token. Every error is `application/problem+json` with a `code` from a closed list, and texts follow \
    `Accept-Language` (Spanish by default, or English).\n\n\
    Vitrina publica catálogos de información de interés público. Leer no pide cuenta ni token. Todo error es \
    `application/problem+json` con un `code` de una lista cerrada, y los textos siguen `Accept-Language` (español si \
    no se pide otra cosa, o inglés).";

/// The document before any route is added to it.
pub fn base() -> OpenApi {
    let mut license = License::new("Apache-2.0");
    license.identifier = Some("Apache-2.0".to_owned());
    let mut info = Info::new("Vitrina API", "1.0.0");
    info.description = Some(DESCRIPTION.to_owned());
    info.license = Some(license);
    let mut components = Components::new();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("An API token, for writing and for what is not public."))
        .build();
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
    let tags = TAGS.iter().map(|(name, text)| TagBuilder::new().name(*name).description(Some(*text)).build());
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([Server::new("/")]))
        .components(Some(components))
        .tags(Some(tags.collect::<Vec<_>>()))
        .build()
}

/// The whole document: what the routes say, and the metadata schemas.
pub fn document(api: &OpenApi) -> Value {
    let mut document = serde_json::to_value(api).unwrap_or_default();
    let components = member(&mut document, "components");
    let schemas = member(components, "schemas");
    if let Value::Object(schemas) = schemas {
        schemas.extend(schema::components());
        schema::speak_one_language(schemas);
        schemas.extend(schema::records(schemas));
        if let Some(summary) = schemas.get_mut("Summary") {
            // With `fields`, a summary is what was asked for.
            summary["required"] = json!(["id"]);
        }
    }
    names::share_schemas(&mut document);
    names::name_forms(&mut document);
    names::complete_arrays(&mut document);
    document
}

/// The object under a name, made when it is not there.
fn member<'a>(parent: &'a mut Value, name: &str) -> &'a mut Value {
    if !parent.is_object() {
        *parent = Value::Object(Map::new());
    }
    let child = &mut parent[name];
    if !child.is_object() {
        *child = Value::Object(Map::new());
    }
    child
}

/// The document as it is checked in.
pub fn text(document: &Value) -> String {
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}

/// Moves parameters that several operations take alike to the components, where they are said once.
pub fn share_parameters(document: &mut Value) {
    let mut uses: BTreeMap<String, Vec<(Value, usize)>> = BTreeMap::new();
    for parameter in operations(document).flat_map(parameters_of) {
        let Some(name) = parameter.get("name").and_then(Value::as_str) else { continue };
        let variants = uses.entry(name.to_owned()).or_default();
        match variants.iter_mut().find(|(known, _)| known == parameter) {
            Some((_, count)) => *count += 1,
            None => variants.push((parameter.clone(), 1)),
        }
    }
    // A name that means two things keeps both where they are used.
    let shared: BTreeMap<String, Value> = uses
        .into_iter()
        .filter_map(|(name, mut variants)| {
            let (parameter, count) = variants.pop().filter(|_| variants.is_empty())?;
            (count > 1).then_some((name, parameter))
        })
        .collect();
    for parameter in operations(document).flat_map(parameters_of) {
        let name = parameter.get("name").and_then(Value::as_str);
        if let Some(name) = name.filter(|name| shared.contains_key(*name)) {
            *parameter = json!({"$ref": format!("#/components/parameters/{name}")});
        }
    }
    let components = member(document, "components");
    if let Value::Object(components) = components {
        components.insert("parameters".to_owned(), shared.into_iter().collect::<Map<_, _>>().into());
    }
}

/// A parameter that can be left out is still a text when it is there: no address and no header holds a null.
pub fn without_null_parameters(document: &mut Value) {
    for schema in
        operations(document).flat_map(parameters_of).filter_map(|parameter| parameter.get_mut("schema"))
    {
        if let Some([word, null]) = schema["type"].as_array().map(Vec::as_slice)
            && null == "null"
        {
            schema["type"] = word.clone();
        }
    }
}

fn operations(document: &mut Value) -> impl Iterator<Item = &mut Value> {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    paths
        .into_iter()
        .flat_map(|paths| paths.values_mut())
        .filter_map(Value::as_object_mut)
        .flat_map(|item| item.values_mut())
}

fn parameters_of(operation: &mut Value) -> impl Iterator<Item = &mut Value> {
    operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_said_once_unless_they_differ() {
        let limit = json!({"name": "limit", "in": "query"});
        let id = |text: &str| json!({"name": "id", "in": "path", "description": text});
        let mut document = json!({"paths": {
            "/a/{id}": {"get": {"parameters": [limit, id("one")]}},
            "/b/{id}": {"get": {"parameters": [limit, id("two")]}, "put": {}},
        }});
        share_parameters(&mut document);
        assert_eq!(document["components"]["parameters"], json!({"limit": limit}));
        let reference = json!({"$ref": "#/components/parameters/limit"});
        assert_eq!(document["paths"]["/a/{id}"]["get"]["parameters"], json!([reference, id("one")]));
        assert_eq!(document["paths"]["/b/{id}"]["get"]["parameters"], json!([reference, id("two")]));
    }

    #[test]
    fn the_base_names_nobody_and_no_other_host() {
        let document = document(&base());
        assert_eq!(document["openapi"], "3.1.0");
        assert_eq!(document["info"]["title"], "Vitrina API");
        assert!(document["info"].get("contact").is_none());
        assert_eq!(document["servers"], json!([{"url": "/"}]));
    }
}

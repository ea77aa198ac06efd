//! CKAN packages, brought into the shape of the model. What the model has no place for goes, under CKAN's
//! own names, into the single member `ckan`.

mod extras;
mod package;
mod pointer;
mod resource;

pub(super) use package::{dataset, given_identifier};
pub(super) use pointer::source_pointer;

use serde_json::{Map, Value};

/// Whether a value says nothing: CKAN writes empty texts, lists and nulls for what is not there.
fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Takes a member out, if it says something.
fn take(object: &mut Map<String, Value>, name: &str) -> Option<Value> {
    object.remove(name).filter(|value| !is_blank(value))
}

/// A text that may be an address.
fn is_address(value: &Value) -> bool {
    value.as_str().is_some_and(|text| {
        let text = text.trim();
        text.starts_with("http://") || text.starts_with("https://") || text.starts_with("ftp://")
    })
}

/// An object of the members that are there, or nothing.
fn node<const N: usize>(members: [(&str, Option<Value>); N]) -> Option<Value> {
    let node: Map<String, Value> =
        members.into_iter().filter_map(|(name, value)| value.map(|value| (name.to_owned(), value))).collect();
    (!node.is_empty()).then_some(Value::Object(node))
}

/// Puts what is left of an object under `ckan`, if anything is.
fn keep_rest(document: &mut Map<String, Value>, mut rest: Map<String, Value>) {
    rest.retain(|_, value| !is_blank(value));
    if !rest.is_empty() {
        document.insert("ckan".to_owned(), Value::Object(rest));
    }
}

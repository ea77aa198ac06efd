//! The document that a rule looks at, read member by member without copying it.

use serde_json::{Map, Value};
use vitrina_domain::{
    date::Date,
    time::Timestamp,
    vocabulary::{Term, Vocabularies},
};

/// A document, the clock and the lists that rules ask.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    /// The document.
    pub(crate) document: &'a Map<String, Value>,
    /// The instant that counts as now.
    pub(crate) now: Timestamp,
    /// The vocabularies in force.
    pub(crate) vocabularies: &'a Vocabularies,
}

impl<'a> Subject<'a> {
    /// A member that is there and is not null.
    pub(crate) fn get(&self, name: &str) -> Option<&'a Value> {
        self.document.get(name).filter(|value| !value.is_null())
    }

    /// The distributions with their positions.
    pub(crate) fn distributions(&self) -> impl Iterator<Item = (usize, &'a Map<String, Value>)> {
        let list = self.get("distribution").and_then(Value::as_array);
        list.into_iter().flatten().enumerate().filter_map(|(index, value)| Some((index, value.as_object()?)))
    }

    /// The distributions' members of one name, with their places.
    pub(crate) fn of_distributions(&self, name: &'static str) -> impl Iterator<Item = (String, &'a Value)> {
        self.distributions()
            .filter_map(move |(index, members)| {
                Some((format!("/distribution/{index}/{name}"), members.get(name)?))
            })
            .filter(|(_, value)| !value.is_null())
    }

    /// The file type of a distribution, by its format, else its media type.
    pub(crate) fn file_type(&self, distribution: &'a Map<String, Value>) -> Option<&'a Term> {
        let list = &self.vocabularies.file_type;
        ["format", "mediaType"]
            .into_iter()
            .filter_map(|name| distribution.get(name).and_then(spelling))
            .find_map(|spelling| list.resolve(spelling))
    }
}

/// The text to look a controlled value up by: a bare text, else the IRI, the code or a label.
pub(crate) fn spelling(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        Value::Object(concept) => ["@id", "notation"]
            .into_iter()
            .find_map(|name| concept.get(name).and_then(Value::as_str))
            .or_else(|| concept.get("prefLabel").and_then(|label| texts(label).next())),
        _ => None,
    }
}

/// The texts of a bare text, a list or a map, lists in maps included.
pub(crate) fn texts(value: &Value) -> Box<dyn Iterator<Item = &str> + '_> {
    match value {
        Value::String(text) => Box::new(std::iter::once(text.as_str())),
        Value::Array(values) => Box::new(values.iter().filter_map(Value::as_str)),
        Value::Object(map) => Box::new(
            map.values()
                .flat_map(|value| match value {
                    Value::Array(values) => values.as_slice(),
                    single => std::slice::from_ref(single),
                })
                .filter_map(Value::as_str),
        ),
        _ => Box::new(std::iter::empty()),
    }
}

/// A value as a date, if it is one.
pub(crate) fn date(value: &Value) -> Option<Date> {
    value.as_str()?.parse().ok()
}

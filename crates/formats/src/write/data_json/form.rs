//! The forms that DCAT-US 1.1 gives its members.

use serde_json::{Map, Value};
use vitrina_domain::{
    metadata::{BoundingBox, Document as _, Location, Notes, PeriodOfTime},
    vocabulary::Vocabularies,
};

use super::Context;

/// How a member of the profile is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One text.
    Text,
    /// A list of words.
    Words,
    /// One address or code.
    Code,
    /// A list of addresses or codes.
    Codes,
    /// A repeating duration of ISO 8601, or `irregular`.
    Frequency,
    /// A list of language tags.
    Languages,
    /// The address of a licence.
    Licence,
    /// `type/subtype`.
    MediaType,
    /// `start/end`.
    Interval,
    /// The name of a place.
    Place,
    /// One contact.
    Contact,
    /// One organization.
    Organization,
}

pub(super) const DATASET: &[(&str, Form)] = &[
    ("title", Form::Text),
    ("description", Form::Text),
    ("rights", Form::Text),
    ("keyword", Form::Words),
    ("theme", Form::Codes),
    ("language", Form::Languages),
    ("references", Form::Codes),
    ("license", Form::Licence),
    ("accrualPeriodicity", Form::Frequency),
    ("conformsTo", Form::Code),
    ("describedBy", Form::Code),
    ("isPartOf", Form::Code),
    ("temporal", Form::Interval),
    ("spatial", Form::Place),
    ("contactPoint", Form::Contact),
    ("publisher", Form::Organization),
];

pub(super) const DISTRIBUTION: &[(&str, Form)] = &[
    ("title", Form::Text),
    ("description", Form::Text),
    ("rights", Form::Text),
    ("format", Form::Code),
    ("mediaType", Form::MediaType),
    ("license", Form::Licence),
    ("conformsTo", Form::Code),
    ("describedBy", Form::Code),
];

pub(super) const CATALOG: &[(&str, Form)] =
    &[("title", Form::Text), ("description", Form::Text), ("publisher", Form::Organization)];

/// Members that hold any JSON, which is written as it is.
const OPAQUE: &[&str] = &[
    "ckan",
    "hasQualityMeasurement",
    "supportedSchema",
    "metadataDistribution",
    "bbox",
    "centroid",
    "geometry",
    "themeTaxonomy",
];

/// What the forms of values depend on: the languages to choose by, and the lists that say what codes mean.
#[derive(Debug, Clone, Copy)]
pub(in crate::write) struct Forms<'a> {
    pub(in crate::write) languages: &'a [&'a str],
    pub(in crate::write) vocabularies: &'a Vocabularies,
}

impl<'a> Forms<'a> {
    /// The forms of a list.
    pub(in crate::write) fn of(context: Context<'a>) -> Self {
        Self { languages: context.languages, vocabularies: context.vocabularies }
    }

    /// A member in the profile's form; nothing when the profile has no room for any of it.
    pub(super) fn written(self, name: &str, value: &Value, table: &[(&str, Form)]) -> Option<Value> {
        let Some((_, form)) = table.iter().find(|(member, _)| *member == name) else {
            return Some(plain(name, value));
        };
        let first = match value {
            Value::Array(values) => values.first()?,
            single => single,
        };
        match form {
            Form::Text => Some(self.text(value)),
            Form::Words => Some(self.words(value)),
            Form::Code => self.code(first),
            Form::Codes => self.each(value, Self::code),
            Form::Frequency => self.frequency(first),
            Form::Languages => self.each(value, Self::language),
            Form::Licence => self.licence(first),
            Form::MediaType => self.media_type(first),
            Form::Interval => interval(first),
            Form::Place => self.place(first),
            Form::Contact => Some(self.contact(first)),
            Form::Organization => Some(self.organization(first)),
        }
    }

    /// Texts by language as one text.
    fn text(self, value: &Value) -> Value {
        match value {
            Value::Object(texts) if texts.values().all(Value::is_string) => {
                pick(texts, self.languages).cloned().unwrap_or_default()
            }
            other => other.clone(),
        }
    }

    fn words(self, value: &Value) -> Value {
        match value {
            Value::Object(lists) if lists.values().all(Value::is_array) => {
                pick(lists, self.languages).cloned().unwrap_or_default()
            }
            other => other.clone(),
        }
    }

    /// A list of codes, each in the profile's form.
    fn each(self, value: &Value, one: impl Fn(Self, &Value) -> Option<Value>) -> Option<Value> {
        let Value::Array(values) = value else { return Some(value.clone()) };
        let codes: Vec<Value> = values.iter().filter_map(|value| one(self, value)).collect();
        (!codes.is_empty()).then_some(Value::Array(codes))
    }

    /// The address or code that stands for a node.
    pub(super) fn code(self, value: &Value) -> Option<Value> {
        match value {
            Value::Object(node) => ["@id", "accessURL", "downloadURL", "notation", "identifier"]
                .iter()
                .find_map(|name| node.get(*name).filter(|value| value.is_string()).cloned())
                .or_else(|| {
                    ["prefLabel", "title"]
                        .iter()
                        .find_map(|name| node.get(*name))
                        .map(|label| self.text(label))
                }),
            other => Some(other.clone()),
        }
    }

    fn place(self, value: &Value) -> Option<Value> {
        let Value::Object(node) = value else { return Some(value.clone()) };
        let label = node.get("prefLabel").map(|label| self.text(label));
        let corners = || {
            let location = Location::from_object(node.clone(), &mut Notes::default());
            let BoundingBox { west, south, east, north } = location.bounding_box()?;
            Some(Value::String(format!("{west},{south},{east},{north}")))
        };
        label
            .or_else(corners)
            .or_else(|| ["identifier", "@id"].iter().find_map(|name| node.get(*name)).cloned())
    }

    fn contact(self, value: &Value) -> Value {
        let Value::Object(mut node) = plain("contactPoint", value) else { return value.clone() };
        if let Some(name) = value.get("fn") {
            node.insert("fn".to_owned(), self.text(name));
        }
        if let Some(Value::String(address)) = node.get_mut("hasEmail")
            && address.contains('@')
            && !address.to_ascii_lowercase().starts_with("mailto:")
        {
            address.insert_str(0, "mailto:");
        }
        node.entry("@type").or_insert_with(|| "vcard:Contact".into());
        Value::Object(node)
    }

    fn organization(self, value: &Value) -> Value {
        let Value::Object(mut node) = plain("publisher", value) else { return value.clone() };
        let mut current = Some(&mut node);
        while let Some(organization) = current {
            organization.entry("@type").or_insert_with(|| "org:Organization".into());
            if let Some(name) = organization.get("name").map(|name| self.text(name)) {
                organization.insert("name".to_owned(), name);
            }
            current = organization.get_mut("subOrganizationOf").and_then(Value::as_object_mut);
        }
        Value::Object(node)
    }
}

/// The value of the first language that is there, else untagged, else any: as `Text::pick` chooses.
fn pick<'a>(texts: &'a Map<String, Value>, languages: &[&str]) -> Option<&'a Value> {
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    languages
        .iter()
        .find_map(|wanted| texts.iter().find(|(tag, _)| primary(tag) == primary(wanted)))
        .or_else(|| texts.get_key_value("und"))
        .or_else(|| texts.iter().next())
        .map(|(_, value)| value)
}

fn interval(value: &Value) -> Option<Value> {
    match value {
        Value::Object(node) => {
            let period = PeriodOfTime::from_object(node.clone(), &mut Notes::default());
            (period.start.is_some() || period.end.is_some()).then(|| period.to_interval().into())
        }
        other => Some(other.clone()),
    }
}

/// A value outside the profile: texts without a language become plain, everything else stays.
fn plain(name: &str, value: &Value) -> Value {
    if OPAQUE.contains(&name) {
        return value.clone();
    }
    match value {
        Value::Object(members) => match (members.len(), members.get("und")) {
            (1, Some(text @ (Value::String(_) | Value::Array(_)))) => text.clone(),
            _ => Value::Object(
                members.iter().map(|(name, value)| (name.clone(), plain(name, value))).collect(),
            ),
        },
        Value::Array(values) => values.iter().map(|value| plain(name, value)).collect(),
        other => other.clone(),
    }
}

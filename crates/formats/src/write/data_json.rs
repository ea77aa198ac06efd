//! DCAT-US 1.1 `data.json`.
//!
//! An entry holds the members of the profile in the profile's own forms and every other member of the
//! model under its own name. Whatever the reader would not read back to the same value stands whole in the
//! member [`FULL`] beside it: the comparison is made for every entry, so that nothing depends on a list of
//! cases.

use serde_json::{Map, Value};
use vitrina_domain::{
    finding::{Bilingual, Finding, Severity},
    metadata::{BoundingBox, Dataset, Distribution, Document, Notes, PeriodOfTime},
};

use super::{Context, own};
use crate::{full::FULL, read};

const SCHEMA: &str = "https://project-open-data.cio.gov/v1.1/schema";

/// How a member of the profile is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// One text.
    Text,
    /// A list of words.
    Words,
    /// One address or code.
    Code,
    /// A list of addresses or codes.
    Codes,
    /// `start/end`.
    Interval,
    /// The name of a place.
    Place,
    /// One contact.
    Contact,
    /// One organization.
    Organization,
}

const DATASET: &[(&str, Form)] = &[
    ("title", Form::Text),
    ("description", Form::Text),
    ("rights", Form::Text),
    ("keyword", Form::Words),
    ("theme", Form::Codes),
    ("language", Form::Codes),
    ("references", Form::Codes),
    ("license", Form::Code),
    ("accrualPeriodicity", Form::Code),
    ("conformsTo", Form::Code),
    ("describedBy", Form::Code),
    ("isPartOf", Form::Code),
    ("temporal", Form::Interval),
    ("spatial", Form::Place),
    ("contactPoint", Form::Contact),
    ("publisher", Form::Organization),
];

const DISTRIBUTION: &[(&str, Form)] = &[
    ("title", Form::Text),
    ("description", Form::Text),
    ("rights", Form::Text),
    ("format", Form::Code),
    ("mediaType", Form::Code),
    ("license", Form::Code),
    ("conformsTo", Form::Code),
    ("describedBy", Form::Code),
];

const CATALOG: &[(&str, Form)] =
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

/// What stands before the first dataset.
pub(super) fn begin(context: Context<'_>, out: &mut Vec<u8>) {
    let mut header = Map::new();
    let mut put = |name: &str, value: String| header.insert(name.to_owned(), Value::String(value));
    put("@context", format!("{SCHEMA}/catalog.jsonld"));
    put("@id", format!("{}/data.json", context.base_url));
    put("@type", "dcat:Catalog".to_owned());
    put("conformsTo", SCHEMA.to_owned());
    put("describedBy", format!("{SCHEMA}/catalog.json"));
    for (name, value) in context.catalog.to_object() {
        let written = written(&name, &value, CATALOG, context.languages).unwrap_or(value);
        header.entry(name).or_insert(written);
    }
    header.remove("dataset");
    own::append(&Value::Object(header), out);
    // The list of datasets goes where the header's last brace is.
    out.pop();
    out.extend_from_slice(b",\"dataset\":[");
}

/// An entry.
pub(super) fn dataset(dataset: &Dataset, languages: &[&str]) -> Value {
    let mut model = dataset.to_object();
    let files = model.remove("distribution");
    let mut entry = in_forms(&model, DATASET, languages);
    entry.insert("@type".to_owned(), "dcat:Dataset".into());
    complete(&mut entry, &model, Dataset::MEMBERS, |entry| {
        let (document, _) = read::data_json_dataset(entry);
        Dataset::from_object(document, &mut Notes::default()).to_object()
    });
    if let Some(Value::Array(files)) = files {
        entry.insert(
            "distribution".to_owned(),
            files.into_iter().map(|file| distribution(file, languages)).collect(),
        );
    }
    Value::Object(entry)
}

fn distribution(file: Value, languages: &[&str]) -> Value {
    let Value::Object(model) = file else { return file };
    let mut entry = in_forms(&model, DISTRIBUTION, languages);
    entry.insert("@type".to_owned(), "dcat:Distribution".into());
    complete(&mut entry, &model, Distribution::MEMBERS, |entry| {
        let document = read::data_json_distribution(entry);
        Distribution::from_object(document, &mut Notes::default()).to_object()
    });
    Value::Object(entry)
}

fn in_forms(model: &Map<String, Value>, forms: &[(&str, Form)], languages: &[&str]) -> Map<String, Value> {
    model
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), written(name, value, forms, languages)?)))
        .collect()
}

/// Adds the whole values of the members that would not be read back as they were.
fn complete(
    entry: &mut Map<String, Value>,
    model: &Map<String, Value>,
    members: &[&str],
    read_back: impl Fn(Map<String, Value>) -> Map<String, Value>,
) {
    let back = read_back(entry.clone());
    let full: Map<String, Value> = model
        .iter()
        .filter(|(name, value)| name.as_str() == FULL || back.get(*name) != Some(*value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    // A name that the reader takes for another one would come back twice.
    entry.retain(|name, _| !full.contains_key(name) || members.contains(&name.as_str()) || name == "@type");
    if !full.is_empty() {
        entry.insert(FULL.to_owned(), Value::Object(full));
    }
}

/// A member in the profile's form; nothing when the profile has no room for any of it.
fn written(name: &str, value: &Value, forms: &[(&str, Form)], languages: &[&str]) -> Option<Value> {
    let Some((_, form)) = forms.iter().find(|(member, _)| *member == name) else {
        return Some(plain(name, value));
    };
    let first = match value {
        Value::Array(values) => values.first()?,
        single => single,
    };
    match form {
        Form::Text => Some(text(value, languages)),
        Form::Words => Some(words(value, languages)),
        Form::Code => code(first, languages),
        Form::Codes => match value {
            Value::Array(values) => {
                let codes: Vec<Value> = values.iter().filter_map(|value| code(value, languages)).collect();
                (!codes.is_empty()).then_some(Value::Array(codes))
            }
            misfit => Some(misfit.clone()),
        },
        Form::Interval => interval(first),
        Form::Place => place(first, languages),
        Form::Contact => Some(contact(first, languages)),
        Form::Organization => Some(organization(first, languages)),
    }
}

/// Texts by language as one text.
fn text(value: &Value, languages: &[&str]) -> Value {
    match value {
        Value::Object(texts) if texts.values().all(Value::is_string) => {
            pick(texts, languages).cloned().unwrap_or_default()
        }
        other => other.clone(),
    }
}

fn words(value: &Value, languages: &[&str]) -> Value {
    match value {
        Value::Object(lists) if lists.values().all(Value::is_array) => {
            pick(lists, languages).cloned().unwrap_or_default()
        }
        other => other.clone(),
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

/// The address or code that stands for a node.
fn code(value: &Value, languages: &[&str]) -> Option<Value> {
    match value {
        Value::Object(node) => ["@id", "accessURL", "downloadURL", "notation", "identifier"]
            .iter()
            .find_map(|name| node.get(*name).filter(|value| value.is_string()).cloned())
            .or_else(|| {
                ["prefLabel", "title"]
                    .iter()
                    .find_map(|name| node.get(*name))
                    .map(|label| text(label, languages))
            }),
        other => Some(other.clone()),
    }
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

fn place(value: &Value, languages: &[&str]) -> Option<Value> {
    let Value::Object(node) = value else { return Some(value.clone()) };
    let label = node.get("prefLabel").map(|label| text(label, languages));
    let corners = || {
        let location = vitrina_domain::metadata::Location::from_object(node.clone(), &mut Notes::default());
        let BoundingBox { west, south, east, north } = location.bounding_box()?;
        Some(Value::String(format!("{west},{south},{east},{north}")))
    };
    label.or_else(corners).or_else(|| ["identifier", "@id"].iter().find_map(|name| node.get(*name)).cloned())
}

fn contact(value: &Value, languages: &[&str]) -> Value {
    let Value::Object(mut node) = plain("contactPoint", value) else { return value.clone() };
    if let Some(name) = value.get("fn") {
        node.insert("fn".to_owned(), text(name, languages));
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

fn organization(value: &Value, languages: &[&str]) -> Value {
    let Value::Object(mut node) = plain("publisher", value) else { return value.clone() };
    let mut current = Some(&mut node);
    while let Some(organization) = current {
        organization.entry("@type").or_insert_with(|| "org:Organization".into());
        if let Some(name) = organization.get("name").map(|name| text(name, languages)) {
            organization.insert("name".to_owned(), name);
        }
        current = organization.get_mut("subOrganizationOf").and_then(Value::as_object_mut);
    }
    Value::Object(node)
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

/// What is said when a record that is no dataset is asked for as one.
pub(super) fn no_dataset() -> Finding {
    Finding::new(
        Severity::Warning,
        "W-GEN-NOT-WRITTEN",
        "",
        Bilingual::new(
            "data.json (DCAT-US 1.1) solo describe conjuntos de datos; este registro no lo es",
            "data.json (DCAT-US 1.1) describes datasets only; this record is none",
        ),
    )
}

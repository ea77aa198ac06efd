//! DCAT-US 1.1 `data.json`.
//!
//! An entry holds the members of the profile in the profile's own forms and every other member of the
//! model under its own name. Whatever the reader would not read back to the same value stands whole in the
//! member [`FULL`] beside it: the comparison is made for every entry, so that nothing depends on a list of
//! cases.

mod form;
mod listed;

use serde_json::{Map, Value};
use vitrina_domain::{
    finding::{Bilingual, Finding, Severity},
    metadata::{Dataset, Distribution, Document, Notes},
};

pub(super) use self::form::Forms;
use self::form::{CATALOG, DATASET, DISTRIBUTION, Form};
use super::{Context, own};
use crate::{
    full::{self, FULL, SEALS},
    read,
};

const SCHEMA: &str = "https://project-open-data.cio.gov/v1.1/schema";

/// What stands before the first dataset.
pub(super) fn begin(context: Context<'_>, out: &mut Vec<u8>) {
    let forms = Forms::of(context);
    let mut header = Map::new();
    let mut put = |name: &str, value: String| header.insert(name.to_owned(), Value::String(value));
    put("@context", format!("{SCHEMA}/catalog.jsonld"));
    put("@id", format!("{}/data.json", context.base_url));
    put("@type", "dcat:Catalog".to_owned());
    put("conformsTo", SCHEMA.to_owned());
    put("describedBy", format!("{SCHEMA}/catalog.json"));
    for (name, value) in context.catalog.to_object() {
        let written = forms.written(&name, &value, CATALOG).unwrap_or(value);
        header.entry(name).or_insert(written);
    }
    header.remove("dataset");
    own::json(&header, out);
    // The list of datasets goes where the header's last brace is.
    out.pop();
    out.extend_from_slice(b",\"dataset\":[");
}

/// An entry.
pub(super) fn dataset(dataset: &Dataset, forms: Forms<'_>) -> Value {
    let mut model = dataset.to_object();
    let files = model.remove("distribution");
    let mut entry = in_forms(&model, DATASET, forms);
    entry.insert("@type".to_owned(), "dcat:Dataset".into());
    complete(&mut entry, &model, Dataset::MEMBERS, |entry| {
        let (document, _) = read::data_json_dataset(entry);
        Dataset::from_object(document, &mut Notes::default()).to_object()
    });
    if let Some(Value::Array(files)) = files {
        entry.insert(
            "distribution".to_owned(),
            files.into_iter().map(|file| distribution(file, forms)).collect(),
        );
    }
    Value::Object(entry)
}

fn distribution(file: Value, forms: Forms<'_>) -> Value {
    let Value::Object(model) = file else { return file };
    let mut entry = in_forms(&model, DISTRIBUTION, forms);
    entry.insert("@type".to_owned(), "dcat:Distribution".into());
    complete(&mut entry, &model, Distribution::MEMBERS, |entry| {
        let document = read::data_json_distribution(entry);
        Distribution::from_object(document, &mut Notes::default()).to_object()
    });
    Value::Object(entry)
}

fn in_forms(model: &Map<String, Value>, table: &[(&str, Form)], forms: Forms<'_>) -> Map<String, Value> {
    model
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), forms.written(name, value, table)?)))
        .collect()
}

/// Adds the whole values of the members that would not be read back as they were.
fn complete(
    entry: &mut Map<String, Value>,
    model: &Map<String, Value>,
    members: &[&str],
    read_back: impl Fn(Map<String, Value>) -> Map<String, Value>,
) {
    // The names that the file uses for itself stand for what is written here and for nothing else.
    entry.retain(|name, _| !full::is_ours(name));
    let back = read_back(entry.clone());
    let full: Map<String, Value> = model
        .iter()
        .filter(|(name, value)| full::is_ours(name) || back.get(*name) != Some(*value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    // A name that the reader takes for another one would come back twice.
    entry.retain(|name, _| !full.contains_key(name) || members.contains(&name.as_str()) || name == "@type");
    let seals = full::seals(entry, &full);
    if !seals.is_empty() {
        entry.insert(SEALS.to_owned(), Value::Object(seals));
    }
    if !full.is_empty() {
        entry.insert(FULL.to_owned(), Value::Object(full));
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

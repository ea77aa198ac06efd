//! The free keys of a package. The names are those that ckanext-dcat gives to DCAT's properties.

use serde_json::{Map, Value};

use super::{is_blank, node, take};

/// Free keys of one value, with the model's name.
const SINGLE: &[(&str, &str)] = &[
    ("uri", "@id"),
    ("issued", "issued"),
    ("modified", "modified"),
    ("version_notes", "versionNotes"),
    ("access_rights", "accessRights"),
    ("dcat_type", "category"),
    ("frequency", "accrualPeriodicity"),
    ("Frecuencia de actualización", "accrualPeriodicity"),
    ("temporal_resolution", "temporalResolution"),
    ("spatial_resolution_in_meters", "spatialResolutionInMeters"),
    ("rights", "rights"),
    ("status", "status"),
    ("accessLevel", "accessLevel"),
    ("access_level", "accessLevel"),
];

/// Free keys whose value is a list, often written as JSON text.
const LISTS: &[(&str, &str)] = &[
    ("alternate_identifier", "otherIdentifier"),
    ("language", "language"),
    ("conforms_to", "conformsTo"),
    ("documentation", "page"),
    ("provenance", "provenance"),
    ("is_version_of", "isVersionOf"),
    ("has_version", "hasVersion"),
    ("source", "source"),
    ("sample", "sample"),
    ("is_referenced_by", "isReferencedBy"),
    ("hvd_category", "hvdCategory"),
    ("applicable_legislation", "applicableLegislation"),
    ("Temática global", "superTheme"),
    ("bureau_code", "bureauCode"),
    ("program_code", "programCode"),
];

/// The free keys of a package: a list of pairs, an object on very old portals, and members of its own.
#[derive(Debug, Default)]
pub(super) struct Extras(Map<String, Value>);

impl Extras {
    /// Takes the free keys out of a package; what is malformed stays where it is.
    pub(super) fn take_from(package: &mut Map<String, Value>) -> Self {
        let mut extras = Map::new();
        match package.remove("extras") {
            Some(Value::Object(pairs)) => extras = pairs,
            Some(Value::Array(pairs)) => {
                let mut odd = Vec::new();
                for pair in pairs {
                    match (pair.get("key").and_then(Value::as_str), pair.get("value")) {
                        (Some(key), Some(value)) if !extras.contains_key(key) => {
                            extras.insert(key.to_owned(), value.clone());
                        }
                        _ => odd.push(pair),
                    }
                }
                if !odd.is_empty() {
                    package.insert("extras".to_owned(), Value::Array(odd));
                }
            }
            Some(other) if !is_blank(&other) => {
                package.insert("extras".to_owned(), other);
            }
            _ => {}
        }
        Self(extras)
    }

    /// One free key, or the member of the package with that name: portals with a schema of their own put
    /// these fields at the top.
    pub(super) fn take(&mut self, package: &mut Map<String, Value>, key: &str) -> Option<Value> {
        take(&mut self.0, key).or_else(|| take(package, key))
    }

    /// Gives the fields that have a place in the model their place.
    pub(super) fn place(&mut self, package: &mut Map<String, Value>, document: &mut Map<String, Value>) {
        for (key, name) in SINGLE {
            if !document.contains_key(*name)
                && let Some(value) = self.take(package, key)
            {
                document.insert((*name).to_owned(), value);
            }
        }
        for (key, name) in LISTS {
            if !document.contains_key(*name)
                && let Some(value) = self.take(package, key)
            {
                document.insert((*name).to_owned(), list(value));
            }
        }
        self.place_period(package, document);
        self.place_place(package, document);
    }

    fn place_period(&mut self, package: &mut Map<String, Value>, document: &mut Map<String, Value>) {
        let (start, end) = (self.take(package, "temporal_start"), self.take(package, "temporal_end"));
        let period = node([("startDate", start), ("endDate", end)])
            .or_else(|| self.take(package, "temporal"))
            .or_else(|| self.take(package, "Cobertura temporal"));
        if let Some(period) = period {
            document.insert("temporal".to_owned(), period);
        }
    }

    fn place_place(&mut self, package: &mut Map<String, Value>, document: &mut Map<String, Value>) {
        let mut first = |keys: [&str; 2]| keys.into_iter().find_map(|key| self.take(package, key));
        let iri = first(["spatial_uri", "spatial-uri"]);
        let label = first(["spatial_text", "spatial-text"]);
        let (label, geometry) = match first(["spatial", "geographic_coverage"]) {
            Some(Value::String(text)) => match serde_json::from_str::<Value>(&text) {
                Ok(geometry @ Value::Object(_)) => (label, Some(geometry)),
                _ => (label.or(Some(Value::String(text))), None),
            },
            other => (label, other),
        };
        let place = match (iri, label, geometry) {
            // A text alone stays a text, as the source wrote it.
            (None, Some(label), None) => Some(label),
            (iri, label, geometry) => node([("@id", iri), ("prefLabel", label), ("geometry", geometry)]),
        };
        if let Some(place) = place {
            document.insert("spatial".to_owned(), place);
        }
    }

    /// What has no place in the model.
    pub(super) fn into_rest(mut self) -> Option<Value> {
        self.0.retain(|_, value| !is_blank(value));
        (!self.0.is_empty()).then_some(Value::Object(self.0))
    }
}

/// A list, from a list, its JSON text, or a single value.
pub(super) fn list(value: Value) -> Value {
    match value {
        Value::String(text) if text.trim_start().starts_with('[') => match serde_json::from_str(&text) {
            Ok(list @ Value::Array(_)) => list,
            _ => Value::Array(vec![Value::String(text)]),
        },
        list @ Value::Array(_) => list,
        single => Value::Array(vec![single]),
    }
}

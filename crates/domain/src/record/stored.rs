//! The document of a record as the store keeps it: JSON text, which most readers pass on without reading it.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::{Described, Kind, Metadata, Record, Sealed};
use crate::id::RecordId;

/// A document as JSON text, its distributions apart from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    kind: Kind,
    document: String,
    distributions: Vec<String>,
    total: usize,
}

/// A text that is not a JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a JSON object")]
pub struct NotADocument;

/// A stored document that does not say what documents of its kind say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored document of record {0} cannot be read")]
pub struct Unreadable(pub RecordId);

/// The members that say what a record is about: all that lists and results show of it.
const OUTLINE: &[&str] = &[
    "title",
    "name",
    "description",
    "identifier",
    "publisher",
    "keyword",
    "theme",
    "license",
    "issued",
    "modified",
];

/// The same of a distribution.
const OUTLINE_OF_DISTRIBUTION: &[&str] = &["format", "license"];

impl Stored {
    /// Takes a document and its distributions, each the text of a JSON object; `total` is how many distributions the
    /// record has, which can be more than are given.
    pub fn new(
        kind: Kind,
        document: String,
        distributions: Vec<String>,
        total: usize,
    ) -> Result<Self, NotADocument> {
        let stored = Self { kind, document, total: total.max(distributions.len()), distributions };
        let mut texts = std::iter::once(&stored.document).chain(&stored.distributions);
        if texts.all(|text| text.starts_with('{') && text.ends_with('}')) {
            Ok(stored)
        } else {
            Err(NotADocument)
        }
    }

    /// Takes a document that has its distributions in itself.
    pub fn from_whole(kind: Kind, document: &str) -> Result<Self, NotADocument> {
        let mut document: Map<String, Value> =
            serde_json::from_str(document).map_err(|_error| NotADocument)?;
        let distributions: Vec<String> = match (kind, document.remove("distribution")) {
            (Kind::Dataset, Some(Value::Array(distributions))) => {
                distributions.iter().map(ToString::to_string).collect()
            }
            (_, Some(other)) => {
                document.insert("distribution".to_owned(), other);
                Vec::new()
            }
            (_, None) => Vec::new(),
        };
        let total = distributions.len();
        Ok(Self { kind, document: Value::Object(document).to_string(), distributions, total })
    }

    /// The text between the braces of the document, without its distributions.
    pub fn members(&self) -> &str {
        inside(&self.document)
    }

    /// The text between the braces of each distribution at hand.
    pub fn distributions(&self) -> impl ExactSizeIterator<Item = &str> {
        self.distributions.iter().map(|text| inside(text))
    }

    /// How long the texts at hand are together.
    pub fn bytes(&self) -> usize {
        std::iter::once(&self.document).chain(&self.distributions).map(String::len).sum()
    }

    /// How many distributions the record has, at hand or not.
    pub fn total_distributions(&self) -> usize {
        self.total
    }

    fn read(&self) -> Option<Metadata> {
        let document: Map<String, Value> = serde_json::from_str(&self.document).ok()?;
        self.metadata(document, |text| serde_json::from_str(text).ok())
    }

    fn outline(&self) -> Option<Metadata> {
        let document = Selection(OUTLINE).read(&self.document)?;
        self.metadata(document, |text| Selection(OUTLINE_OF_DISTRIBUTION).read(text))
    }

    fn metadata(
        &self,
        mut document: Map<String, Value>,
        read: impl Fn(&str) -> Option<Map<String, Value>>,
    ) -> Option<Metadata> {
        if !self.distributions.is_empty() {
            let read = |text: &String| read(text).map(Value::Object);
            let distributions: Option<Vec<Value>> = self.distributions.iter().map(read).collect();
            document.insert("distribution".to_owned(), Value::Array(distributions?));
        }
        Metadata::from_document(self.kind, Value::Object(document)).ok().map(|(metadata, _)| metadata)
    }
}

fn inside(object: &str) -> &str {
    object.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or_default()
}

impl Described for Stored {
    fn kind(&self) -> Kind {
        self.kind
    }
}

impl From<Sealed> for Stored {
    fn from(sealed: Sealed) -> Self {
        let distributions: Vec<String> = sealed.distributions.into_iter().map(|one| one.text).collect();
        Self { kind: sealed.kind, document: sealed.alone, total: distributions.len(), distributions }
    }
}

impl Record<Stored> {
    /// The record with its document read. Only a document whose distributions are all at hand can be.
    pub fn read(self) -> Result<Record, Unreadable> {
        let is_whole = self.metadata.distributions.len() == self.metadata.total;
        if is_whole { self.read_part() } else { Err(Unreadable(self.id)) }
    }

    /// The record with its document read, without the distributions that are not at hand: to be shown, not to be written.
    pub fn read_part(self) -> Result<Record, Unreadable> {
        let metadata = self.metadata.read().ok_or(Unreadable(self.id))?;
        Ok(self.with(metadata))
    }

    /// What the record is about: title, description, publisher, keywords, themes, licence and dates, and the format and
    /// licence of each distribution at hand. Every other field is empty, whatever the document says.
    pub fn outline(&self) -> Result<Metadata, Unreadable> {
        self.metadata.outline().ok_or(Unreadable(self.id))
    }
}

impl Record {
    /// The record with its document as the store would keep it.
    pub fn stored(self) -> Record<Stored> {
        let stored = Stored::from(Sealed::from(&self.metadata));
        self.with(stored)
    }
}

/// Reads some members of an object and passes over the others.
#[derive(Clone, Copy)]
struct Selection(&'static [&'static str]);

impl Selection {
    fn read(self, text: &str) -> Option<Map<String, Value>> {
        serde_json::Deserializer::from_str(text).deserialize_map(self).ok()
    }
}

impl<'de> Visitor<'de> for Selection {
    type Value = Map<String, Value>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Map<String, Value>, A::Error> {
        let mut selected = Map::new();
        while let Some(name) = members.next_key_seed(Name(self.0))? {
            match name {
                Some(name) => {
                    selected.insert(name.to_owned(), members.next_value()?);
                }
                None => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(selected)
    }
}

/// The name of a member, where it is one of these.
struct Name(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<&'static str>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<&'static str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a member")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().find(|wanted| **wanted == name).copied())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        canonical::Digest,
        change::Seq,
        id::{DistributionId, SourceId},
        record::Visibility,
        time::Timestamp,
    };

    fn record(document: &Value) -> Record {
        let (metadata, _) = Metadata::from_document(Kind::Dataset, document.clone()).unwrap();
        let distributions = document["distribution"].as_array().map_or(0, Vec::len);
        let id = |number| uuid::Uuid::from_u128(number);
        Record {
            id: RecordId::new(id(1)),
            slug: "agua".parse().unwrap(),
            source_id: SourceId::new(id(2)),
            identifier: "a".to_owned(),
            catalog_id: None,
            organization_id: None,
            visibility: Visibility::Published,
            was_published: true,
            created_seq: Seq(1),
            revision: 1,
            created: Timestamp::from_micros(0),
            updated: Timestamp::from_micros(0),
            hash: Digest::of(b""),
            metadata,
            distribution_ids: (0..distributions).map(|_| DistributionId::new(id(3))).collect(),
        }
    }

    fn document() -> Value {
        json!({
            "identifier": "a",
            "title": {"es": "Agua", "und": "Water"},
            "description": {"es": "Presas y \"pozos\""},
            "keyword": {"es": ["agua"]},
            "theme": ["ENVI"],
            "comments": {"es": "no se muestra en listas"},
            "x-otro": {"title": "un título ajeno"},
            "distribution": [
                {"title": {"es": "Tabla"}, "format": "CSV", "downloadURL": "https://datos.example/a.csv"},
                {"format": "PDF"},
            ],
        })
    }

    #[test]
    fn what_was_stored_is_read_again() {
        let record = record(&document());
        let stored = record.clone().stored();
        assert_eq!(stored.metadata.distributions().len(), 2);
        assert!(!stored.metadata.members().contains("Tabla"));
        assert_eq!(stored.read().unwrap(), record);
        let whole = Stored::from_whole(Kind::Dataset, &document().to_string()).unwrap();
        assert_eq!(whole.read().unwrap(), record.metadata);
    }

    #[test]
    fn an_outline_says_what_lists_show_and_nothing_else() {
        let whole = record(&document());
        let outline = whole.clone().stored().outline().unwrap();
        assert_eq!(
            (outline.title(), outline.description()),
            (whole.metadata.title(), whole.metadata.description())
        );
        let (dataset, all) = (outline.as_dataset().unwrap(), whole.metadata.as_dataset().unwrap());
        assert_eq!((&dataset.keyword, &dataset.theme), (&all.keyword, &all.theme));
        let formats = |dataset: &crate::metadata::Dataset| -> Vec<_> {
            dataset.distribution.iter().map(|one| one.format.clone()).collect()
        };
        assert_eq!(formats(dataset), formats(all));
        assert!(dataset.comments.is_empty() && dataset.additional.is_empty());
        assert!(dataset.distribution.iter().all(|one| one.title.is_empty()));
    }

    #[test]
    fn a_part_of_a_document_is_not_taken_for_the_whole() {
        let part = Stored::new(Kind::Dataset, document().to_string(), vec!["{}".to_owned()], 2).unwrap();
        let record = record(&document()).with(part);
        assert_eq!(record.metadata.total_distributions(), 2);
        assert_eq!(record.clone().read(), Err(Unreadable(record.id)));
        assert!(record.outline().is_ok());
        assert_eq!(record.read_part().unwrap().metadata.as_dataset().unwrap().distribution.len(), 1);
    }

    #[test]
    fn only_objects_are_documents() {
        let text = |text: &str| text.to_owned();
        for (document, distribution) in [("[]", "{}"), ("", "{}"), ("{", "{}"), ("{}", "null"), ("{}", "")] {
            let stored = Stored::new(Kind::Dataset, text(document), vec![text(distribution)], 1);
            assert_eq!(stored, Err(NotADocument), "{document} {distribution}");
        }
        assert_eq!(Stored::from_whole(Kind::Dataset, "[]"), Err(NotADocument));
    }
}

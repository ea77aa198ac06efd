//! What a record is called, read without building the rest of it.

use std::collections::BTreeMap;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;

use super::{Identity, InputFormat, ckan::given_identifier, number, shape};

/// A value as far as a name may be made of it.
#[derive(Debug, Clone, Default)]
enum Word {
    /// A text, or a number or truth value written as one.
    Text(String),
    /// Texts by language.
    Map(BTreeMap<String, Self>),
    /// A list of one.
    One(Box<Self>),
    /// What names nothing.
    #[default]
    Other,
}

struct WordVisitor;

impl<'de> Visitor<'de> for WordVisitor {
    type Value = Word;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Word, E> {
        Ok(Word::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Word, E> {
        Ok(Word::Text(flag.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Word, E> {
        Ok(Word::Text(number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Word, E> {
        Ok(Word::Text(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Word, E> {
        Ok(Word::Text(Value::from(number).to_string()))
    }

    fn visit_unit<E>(self) -> Result<Word, E> {
        Ok(Word::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Word, A::Error> {
        let mut words = BTreeMap::new();
        while let Some((name, word)) = map.next_entry()? {
            words.insert(name, word);
        }
        Ok(Word::Map(words))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Word, A::Error> {
        let first = list.next_element()?;
        let alone = list.next_element::<IgnoredAny>()?.is_none();
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(first.filter(|_| alone).map_or(Word::Other, |word| Word::One(Box::new(word))))
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordVisitor)
    }
}

impl Word {
    /// The text where one value is due.
    fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text).filter(|text| !text.trim().is_empty()),
            Self::One(word) => match *word {
                Self::Text(text) => Some(text).filter(|text| !text.trim().is_empty()),
                _ => None,
            },
            Self::Map(_) | Self::Other => None,
        }
    }

    /// The text where texts by language may stand: Spanish, then untagged, then any.
    fn into_title(self) -> Option<String> {
        match self {
            Self::Map(mut words) => {
                let tag = words
                    .keys()
                    .find(|tag| tag.split('-').next() == Some("es"))
                    .or_else(|| words.keys().find(|tag| *tag == "und"))
                    .or_else(|| words.keys().next())
                    .cloned()?;
                words.remove(&tag)?.into_text()
            }
            other => other.into_text(),
        }
    }
}

/// The free keys that may hold a package's identifier or IRI.
#[derive(Debug, Default, Deserialize)]
struct Pair {
    #[serde(default)]
    key: Word,
    #[serde(default)]
    value: Word,
}

#[derive(Debug, Default)]
struct Extras(BTreeMap<String, Word>);

impl<'de> Deserialize<'de> for Extras {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            List(Vec<Pair>),
            Map(BTreeMap<String, Word>),
            Other(IgnoredAny),
        }
        Ok(Self(match Form::deserialize(deserializer)? {
            Form::Map(pairs) => pairs,
            Form::List(pairs) => {
                let mut extras = BTreeMap::new();
                for pair in pairs {
                    if let Word::Text(key) = pair.key {
                        extras.entry(key).or_insert(pair.value);
                    }
                }
                extras
            }
            Form::Other(_) => BTreeMap::new(),
        }))
    }
}

/// The few members that name a record, and those that tell its shape.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Head {
    #[serde(rename = "@id")]
    iri: Word,
    uri: Word,
    identifier: Word,
    guid: Word,
    title: Word,
    #[serde(rename = "landingPage")]
    landing_page: Option<Word>,
    landingpage: Option<Word>,
    url: Option<Word>,
    id: Word,
    name: Word,
    extras: Extras,
}

/// What a record is called.
pub(super) fn identity(format: InputFormat, json: &[u8]) -> Identity {
    let json = &*number::quoted(json, &number::lossy(json));
    if format == InputFormat::Ndjson {
        // A line may be of any shape: only looking at its members tells.
        let line = serde_json::from_slice::<Value>(json).unwrap_or_default();
        let is_package = line
            .as_object()
            .is_some_and(|object| !shape::is_own_record(object) && shape::is_ckan_package(object));
        let head = Head::deserialize(&line).unwrap_or_default();
        return if is_package { of_package(head) } else { of_dataset(head) };
    }
    // A member that occurs twice stops the quick reader; the last one counts, as everywhere else.
    let head = serde_json::from_slice::<Head>(json)
        .or_else(|_| serde_json::from_slice::<Value>(json).and_then(serde_json::from_value))
        .unwrap_or_default();
    if super::holds_packages(format) { of_package(head) } else { of_dataset(head) }
}

fn of_dataset(head: Head) -> Identity {
    Identity {
        identifier: head.identifier.into_text(),
        iri: head.iri.into_text(),
        landing_page: head.landing_page.or(head.landingpage).or(head.url).and_then(Word::into_text),
        title: head.title.into_title(),
    }
}

fn of_package(mut head: Head) -> Identity {
    let mut extra = |key: &str| head.extras.0.remove(key).and_then(Word::into_text);
    let iri = extra("uri").or_else(|| head.uri.into_text());
    let mut members = BTreeMap::from([
        ("identifier", head.identifier),
        ("guid", head.guid),
        ("id", head.id),
        ("name", head.name),
    ]);
    let identifier = given_identifier(|key| {
        let member = members.remove(key).and_then(Word::into_text);
        match key {
            "id" | "name" => member,
            _ => extra(key).or(member),
        }
    });
    Identity {
        identifier,
        iri,
        landing_page: head.url.and_then(Word::into_text),
        title: head.title.into_title(),
    }
}

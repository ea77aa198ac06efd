//! A document as it is written: its canonical text made once, whole and in parts, and the digest of the whole.

use serde_json::Value;

use super::{Described, Kind, Metadata};
use crate::canonical::{self, Digest};

/// A document in its RFC 8785 form. The form is made once and cut, because a digest, a revision and the rows of a record
/// and of its distributions all need some of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sealed {
    /// What it describes.
    pub kind: Kind,
    /// The whole text.
    pub whole: String,
    /// The digest of the whole text.
    pub digest: Digest,
    /// The text without the distributions of a dataset.
    pub alone: String,
    /// The distributions of a dataset, in order.
    pub distributions: Vec<SealedDistribution>,
}

/// A distribution as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedDistribution {
    /// Its text.
    pub text: String,
    /// What the distribution of a later document is matched by.
    pub match_key: Option<String>,
}

const DISTRIBUTION: &str = "distribution";

impl From<&Metadata> for Sealed {
    fn from(metadata: &Metadata) -> Self {
        Self::of(metadata, &metadata.to_document())
    }
}

impl Sealed {
    /// Seals what was read from a document; `document` is what [`Metadata::to_document`] says.
    pub fn of(metadata: &Metadata, document: &Value) -> Self {
        let typed = metadata.as_dataset().map_or(&[][..], |dataset| &dataset.distribution);
        let parts = match document.get(DISTRIBUTION) {
            Some(Value::Array(parts)) if parts.len() == typed.len() => parts.as_slice(),
            _ => &[],
        };
        let distributions: Vec<SealedDistribution> = parts
            .iter()
            .zip(typed)
            .map(|(part, typed)| SealedDistribution {
                text: canonical::text(part),
                match_key: typed.match_key().map(str::to_owned),
            })
            .collect();
        let mut members: Vec<(&str, String)> = document
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(name, _)| parts.is_empty() || *name != DISTRIBUTION)
            .map(|(name, value)| (name.as_str(), canonical::text(value)))
            .collect();
        let alone = canonical::object(&mut members);
        let whole = if parts.is_empty() {
            alone.clone()
        } else {
            let texts: Vec<&str> = distributions.iter().map(|one| one.text.as_str()).collect();
            members.push((DISTRIBUTION, format!("[{}]", texts.join(","))));
            canonical::object(&mut members)
        };
        Self { kind: metadata.kind(), digest: Digest::of(whole.as_bytes()), whole, alone, distributions }
    }
}

impl Described for Sealed {
    fn kind(&self) -> Kind {
        self.kind
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case::distributions(Kind::Dataset, json!({
        "title": "Agua",
        "identifier": "a",
        "zona": "última",
        "distribution": [
            {"title": "CSV", "identifier": "uno", "downloadURL": "https://datos.example/a.csv"},
            {"downloadURL": "https://datos.example/b.csv", "x": 1.0},
        ],
    }))]
    #[case::none(Kind::Dataset, json!({"title": "Agua", "identifier": "a"}))]
    #[case::empty(Kind::Dataset, json!({"title": "Agua", "distribution": []}))]
    #[case::of_another_kind(Kind::Catalog, json!({"title": "Agua", "distribution": [{"title": "CSV"}]}))]
    #[case::names_in_utf_16_order(Kind::Dataset, json!({
        "title": "Agua",
        "\u{fb33}": 1,
        "\u{1f600}": 2,
        "distribution": [{"title": "CSV", "\u{fb33}": 1, "\u{1f600}": 2}],
        "\"\n": 3,
    }))]
    fn the_parts_are_those_of_the_canonical_form(#[case] kind: Kind, #[case] document: Value) {
        let (metadata, _) = Metadata::from_document(kind, document).unwrap();
        let mut document = metadata.to_document();
        let sealed = Sealed::from(&metadata);
        assert_eq!(sealed.whole, canonical::text(&document));
        assert_eq!(sealed.digest, metadata.digest());

        let typed = metadata.as_dataset().map_or(&[][..], |dataset| &dataset.distribution);
        let keys: Vec<_> = sealed.distributions.iter().map(|one| one.match_key.as_deref()).collect();
        assert_eq!(keys, typed.iter().map(|one| one.match_key()).collect::<Vec<_>>());
        if !typed.is_empty() {
            let parts = document.as_object_mut().unwrap().remove(DISTRIBUTION).unwrap();
            let texts: Vec<_> = parts.as_array().unwrap().iter().map(canonical::text).collect();
            assert_eq!(sealed.distributions.iter().map(|one| one.text.clone()).collect::<Vec<_>>(), texts);
        }
        assert_eq!(sealed.alone, canonical::text(&document));
    }
}

//! Text in several languages: a map from language tag to text, `und` where no language is given.

use std::{collections::BTreeMap, fmt, str::FromStr};

/// A BCP 47 language tag; [`LanguageTag::UNDETERMINED`] stands for text without one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LanguageTag(String);

/// A text that is no language tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a language tag: {0:?}")]
pub struct InvalidLanguageTag(pub String);

impl LanguageTag {
    /// The tag of text whose language is not stated.
    pub const UNDETERMINED: &'static str = "und";

    /// The tag for text whose language is not stated.
    pub fn undetermined() -> Self {
        Self(Self::UNDETERMINED.to_owned())
    }

    /// The tag as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first subtag, in lower case: `es` of `es-MX`.
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }

    /// Whether this is the tag of text without a language.
    pub fn is_undetermined(&self) -> bool {
        self.0 == Self::UNDETERMINED
    }
}

impl fmt::Display for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for LanguageTag {
    type Err = InvalidLanguageTag;

    /// Reads the shape of RFC 5646 section 2.1; registration of the subtags is not checked. Only the two- and
    /// three-letter languages of ISO 639 begin a tag: longer ones are reserved, and would make any JSON object
    /// look like a language map.
    fn from_str(text: &str) -> Result<Self, InvalidLanguageTag> {
        let mut subtags = text.split('-');
        let first = subtags.next().unwrap_or_default();
        let well_formed = (2..=3).contains(&first.len())
            && first.bytes().all(|b| b.is_ascii_alphabetic())
            && subtags.all(|s| (1..=8).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphanumeric()));
        if !well_formed {
            return Err(InvalidLanguageTag(text.to_owned()));
        }
        let rest = text.get(first.len()..).unwrap_or_default();
        Ok(Self(format!("{}{rest}", first.to_ascii_lowercase())))
    }
}

/// A text in any number of languages. Empty means absent.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Text(BTreeMap<LanguageTag, String>);

impl Text {
    /// A text whose language is not stated.
    pub fn plain(text: impl Into<String>) -> Self {
        Self(BTreeMap::from([(LanguageTag::undetermined(), text.into())]))
    }

    /// The texts with their tags, in the order of the tags.
    pub fn iter(&self) -> impl Iterator<Item = (&LanguageTag, &str)> {
        self.0.iter().map(|(tag, text)| (tag, text.as_str()))
    }

    /// Whether there is no text in any language.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many languages there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Puts a text under a tag, replacing the one there.
    pub fn insert(&mut self, tag: LanguageTag, text: impl Into<String>) {
        self.0.insert(tag, text.into());
    }

    /// The only text, when there is exactly one and it carries no language.
    pub fn as_plain(&self) -> Option<&str> {
        match self.0.iter().next() {
            Some((tag, text)) if self.0.len() == 1 && tag.is_undetermined() => Some(text),
            _ => None,
        }
    }

    /// The best text for a reader: the first preferred language that is there, else any.
    ///
    /// A preference matches a tag when their primary subtags are equal (`es` finds `es-MX`).
    pub fn pick(&self, preferred: &[&str]) -> Option<(&LanguageTag, &str)> {
        preferred
            .iter()
            .find_map(|wanted| {
                self.iter().find(|(tag, _)| tag.primary().eq_ignore_ascii_case(primary(wanted)))
            })
            .or_else(|| self.iter().find(|(tag, _)| tag.is_undetermined()))
            .or_else(|| self.iter().next())
    }
}

fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or_default()
}

impl FromIterator<(LanguageTag, String)> for Text {
    fn from_iter<I: IntoIterator<Item = (LanguageTag, String)>>(texts: I) -> Self {
        Self(texts.into_iter().collect())
    }
}

/// Lists of words per language, as `dcat:keyword` has them. Empty means absent.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Keywords(BTreeMap<LanguageTag, Vec<String>>);

impl Keywords {
    /// Words whose language is not stated.
    pub fn plain(words: impl IntoIterator<Item = String>) -> Self {
        words.into_iter().map(|word| (LanguageTag::undetermined(), word)).collect()
    }

    /// Every word with its tag.
    pub fn iter(&self) -> impl Iterator<Item = (&LanguageTag, &str)> {
        self.0.iter().flat_map(|(tag, words)| words.iter().map(move |word| (tag, word.as_str())))
    }

    /// The lists by language.
    pub fn by_language(&self) -> impl Iterator<Item = (&LanguageTag, &[String])> {
        self.0.iter().map(|(tag, words)| (tag, words.as_slice()))
    }

    /// Whether there is no word at all.
    pub fn is_empty(&self) -> bool {
        self.0.values().all(Vec::is_empty)
    }
}

impl FromIterator<(LanguageTag, String)> for Keywords {
    fn from_iter<I: IntoIterator<Item = (LanguageTag, String)>>(words: I) -> Self {
        let mut lists: BTreeMap<LanguageTag, Vec<String>> = BTreeMap::new();
        for (tag, word) in words {
            lists.entry(tag).or_default().push(word);
        }
        Self(lists)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(pairs: &[(&str, &str)]) -> Text {
        pairs.iter().map(|(tag, text)| (tag.parse().unwrap(), (*text).to_owned())).collect()
    }

    #[test]
    fn picks_the_readers_language_then_untagged_then_any() {
        let title = text(&[("en", "Budget"), ("es-MX", "Presupuesto")]);
        let picked = |wanted: &[&str]| title.pick(wanted).map(|(_, text)| text);
        assert_eq!(picked(&["es", "en"]), Some("Presupuesto"));
        assert_eq!(picked(&["nah", "en"]), Some("Budget"));
        assert_eq!(picked(&["fr"]), Some("Budget"));
        assert_eq!(Text::default().pick(&["es"]), None);
    }

    #[test]
    fn tags_have_the_shape_of_rfc_5646() {
        for tag in ["es", "es-MX", "nah", "zh-Hant-TW", "und"] {
            assert_eq!(tag.parse::<LanguageTag>().unwrap().as_str(), tag);
        }
        for odd in ["", "e", "es_MX", "español", "x-", "123", "name", "value"] {
            assert!(odd.parse::<LanguageTag>().is_err(), "{odd}");
        }
        assert_eq!("ES-mx".parse::<LanguageTag>().unwrap().as_str(), "es-mx");
    }
}

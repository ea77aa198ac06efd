//! What the index keeps of a record's text, to mark what was found in it.

use serde::{Deserialize, Serialize};
use vitrina_domain::language::Text;

use crate::analysis::Language;

/// As much of a description as is kept, in characters.
const MAX_DESCRIPTION: usize = 2_000;

/// The titles and the beginnings of the descriptions by language tag.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct View {
    #[serde(rename = "t")]
    pub titles: Vec<Passage>,
    #[serde(rename = "d")]
    pub descriptions: Vec<Passage>,
}

/// A text with the primary subtag of its language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Passage(pub String, pub String);

impl Passage {
    pub(crate) fn language(&self) -> Language {
        Language::of(&self.0)
    }

    pub(crate) fn text(&self) -> &str {
        &self.1
    }
}

impl View {
    pub(crate) fn new(title: &Text, description: &Text, declared: Option<&str>) -> Self {
        let cut = |passage: Passage| Passage(passage.0, passage.1.chars().take(MAX_DESCRIPTION).collect());
        Self {
            titles: passages(title, declared),
            descriptions: passages(description, declared).into_iter().map(cut).collect(),
        }
    }

    /// The title that stands for the record: Spanish, or without a language, or any.
    pub(crate) fn title(&self) -> Option<&str> {
        let spanish = self.titles.iter().find(|title| title.0 == "es");
        let found = spanish.or_else(|| self.titles.iter().find(|title| title.0 == "und"));
        found.or_else(|| self.titles.first()).map(Passage::text)
    }
}

/// The texts with the primary subtags of their languages; untagged text takes the declared one.
pub(crate) fn passages(text: &Text, declared: Option<&str>) -> Vec<Passage> {
    text.iter()
        .filter(|(_, text)| !text.trim().is_empty())
        .map(|(tag, text)| {
            let primary =
                if tag.is_undetermined() { declared.unwrap_or(tag.as_str()) } else { tag.primary() };
            Passage(primary.split('-').next().unwrap_or_default().to_owned(), text.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn untagged_text_takes_the_declared_language() {
        let title = Text::plain("Budget");
        assert_eq!(
            View::new(&title, &Text::default(), Some("en")).titles,
            [Passage("en".into(), "Budget".into())]
        );
        assert_eq!(
            View::new(&title, &Text::default(), None).titles,
            [Passage("und".into(), "Budget".into())]
        );
    }

    #[test]
    fn the_spanish_title_stands_for_the_record() {
        let title = [("en", "Budget"), ("es-MX", "Presupuesto")]
            .into_iter()
            .map(|(tag, text)| (tag.parse().unwrap(), text.to_owned()))
            .collect();
        assert_eq!(View::new(&title, &Text::default(), None).title(), Some("Presupuesto"));
    }
}

//! Controlled values.

use super::{
    super::{Iri, document::document},
    iri,
};
use crate::language::Text;

document! {
    /// A controlled value: theme, licence, frequency, language, status.
    ///
    /// Its short form is an IRI or a code; labels come from the vocabularies.
    Concept {
        /// The concept's IRI.
        iri: Option<Iri> = "@id",
        /// `skos:notation`: the code as the source wrote it.
        notation: Option<String> = "notation",
        /// `skos:prefLabel`.
        label: Text = "prefLabel",
        /// `skos:altLabel`.
        alternative: Text = "altLabel",
        /// `skos:definition`.
        definition: Text = "definition",
        /// `skos:inScheme`: the list it belongs to.
        scheme: Option<Iri> = "inScheme",
    }

    fn from_text(text: &str) -> Option<Self> {
        if text.trim().is_empty() {
            return None;
        }
        Some(match iri(text) {
            Some(iri) => Self { iri: Some(iri), ..Self::default() },
            None => Self { notation: Some(text.to_owned()), ..Self::default() },
        })
    }

    fn short_form(&self) -> Option<String> {
        self.code().map(str::to_owned)
    }
}

impl Concept {
    /// The text to look up in a vocabulary: the IRI, else the code, else the label.
    pub fn code(&self) -> Option<&str> {
        self.iri
            .as_ref()
            .map(Iri::as_str)
            .or(self.notation.as_deref())
            .or_else(|| self.label.pick(&[]).map(|(_, text)| text))
    }

    /// Every text that may say which term is meant, the surest first: the IRI, the code, the labels.
    pub fn spellings(&self) -> impl Iterator<Item = &str> {
        let codes = [self.iri.as_ref().map(Iri::as_str), self.notation.as_deref()];
        codes.into_iter().flatten().chain(self.label.iter().map(|(_, text)| text))
    }
}

//! Values of a vocabulary, in the spelling that DCAT-US 1.1 asks for.
//!
//! A spelling that the profile allows stays as the source wrote it; a value that no vocabulary knows stays
//! as it is, for the profile's check to speak of.

use serde_json::Value;
use vitrina_domain::{
    metadata::{Concept, Member as _, Notes},
    vocabulary::{Term, Vocabulary},
};

use super::Forms;

/// What the IRIs of media types begin with.
const MEDIA_TYPES: &str = "://www.iana.org/assignments/media-types/";

impl Forms<'_> {
    /// A repeating duration, or `irregular`.
    pub(super) fn frequency(self, value: &Value) -> Option<Value> {
        let code = self.code(value)?;
        let allowed = |code: &str| code.starts_with("R/P") || code == "irregular";
        if code.as_str().is_some_and(allowed) {
            return Some(code);
        }
        Some(term(&self.vocabularies.frequency, value).map_or(code, |term| term.repeating_duration().into()))
    }

    /// The shortest tag of a language; a tag that says more, as `es-MX` does, stays.
    pub(super) fn language(self, value: &Value) -> Option<Value> {
        let code = self.code(value)?;
        let Some(tag) = term(&self.vocabularies.language, value).and_then(|term| term.text("bcp47")) else {
            return Some(code);
        };
        let primary = code.as_str().and_then(|code| code.split('-').next()).unwrap_or_default();
        Some(if primary.eq_ignore_ascii_case(tag) { code } else { tag.into() })
    }

    /// The address of a licence.
    pub(super) fn licence(self, value: &Value) -> Option<Value> {
        let code = self.code(value)?;
        if code.as_str().is_some_and(|code| code.contains("://")) {
            return Some(code);
        }
        let known = term(&self.vocabularies.licence, value);
        let address = known.and_then(|term| term.text("url").or(term.iri.as_deref()));
        Some(address.map_or(code, Value::from))
    }

    /// `type/subtype`, also from the IRI of a media type and from the name of a file format.
    pub(super) fn media_type(self, value: &Value) -> Option<Value> {
        let code = self.code(value)?;
        if let Some((_, name)) = code.as_str().and_then(|code| code.split_once(MEDIA_TYPES)) {
            return Some(name.into());
        }
        if code.as_str().is_some_and(|code| code.contains('/') && !code.contains("://")) {
            return Some(code);
        }
        let known = term(&self.vocabularies.file_type, value);
        Some(known.and_then(|term| term.text("mediaType")).map_or(code, Value::from))
    }
}

fn term<'a>(vocabulary: &'a Vocabulary, value: &Value) -> Option<&'a Term> {
    vocabulary.term_of(&Concept::read(value.clone(), &mut Notes::default()).ok()?)
}

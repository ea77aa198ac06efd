//! Controlled values: the terms of a vocabulary, media types, and values of their own.

use oxrdf::{Literal, NamedNode};
use serde_json::Value;
use vitrina_domain::{
    metadata::Concept,
    vocabulary::{Term, Vocabulary},
};

use super::{Description, content, term};
use crate::predicate::{List, ns};

const MEDIA_TYPES: &str = "https://www.iana.org/assignments/media-types/";

impl<'a> Description<'a> {
    /// The vocabulary of a list, where it has one.
    fn vocabulary(&self, list: List) -> Option<&'a Vocabulary> {
        let all = self.context.vocabularies;
        Some(match list {
            List::AccessRight => &all.access_right,
            List::Availability => &all.availability,
            List::ChecksumAlgorithm => &all.checksum_algorithm,
            List::FileType => &all.file_type,
            List::Frequency => &all.frequency,
            List::Language => &all.language,
            List::Licence => &all.licence,
            List::PublisherType => &all.publisher_type,
            List::Status => &all.distribution_status,
            List::Theme => &all.theme,
            List::MediaType | List::Free => return None,
        })
    }

    /// A controlled value: the terms of the list it stands for, else a node of its own.
    pub(super) fn concept(
        &mut self,
        list: List,
        class: &str,
        concept: &Concept,
        part: &str,
    ) -> Vec<NamedNode> {
        let found = self.terms(list, concept);
        if !found.is_empty() {
            let scheme = self.vocabulary(list).and_then(Vocabulary::scheme);
            return found.iter().filter_map(|found| self.listed_term(class, found, scheme)).collect();
        }
        if list == List::MediaType
            && let Some(node) = media_type(concept)
        {
            self.class(&node, class);
            return vec![node];
        }
        let node = self.node(concept.iri.as_ref(), part, &content(concept));
        self.class(&node, class);
        self.plain(&node, &term(ns::SKOS, "notation"), concept.notation.as_deref());
        self.text(&node, &term(ns::SKOS, "prefLabel"), &concept.label);
        self.text(&node, &term(ns::SKOS, "altLabel"), &concept.alternative);
        self.text(&node, &term(ns::SKOS, "definition"), &concept.definition);
        if concept.label.is_empty() {
            // SKOS asks for a label; the code is what people know the value by.
            self.plain(&node, &term(ns::SKOS, "prefLabel"), concept.notation.as_deref());
        }
        if let Some(scheme) = concept.scheme.as_ref().and_then(|iri| NamedNode::new(iri.as_str()).ok()) {
            self.graph.add(&node, &term(ns::SKOS, "inScheme"), scheme);
        }
        vec![node]
    }

    /// The terms that a value stands for: one of its list, or the themes of a sector.
    fn terms(&self, list: List, concept: &Concept) -> Vec<&'a Term> {
        let Some(vocabulary) = self.vocabulary(list) else { return Vec::new() };
        // A term without an IRI of its own is described like a value outside the list.
        if let Some(found) = vocabulary.term_of(concept).filter(|found| found.iri.is_some()) {
            return vec![found];
        }
        if list != List::Theme {
            return Vec::new();
        }
        let sector = self.context.vocabularies.sector.term_of(concept);
        let themes = sector.and_then(|sector| sector.attributes.get("themes")).and_then(Value::as_array);
        themes.into_iter().flatten().filter_map(|code| vocabulary.resolve(code.as_str()?)).collect()
    }

    fn listed_term(&mut self, class: &str, found: &Term, scheme: Option<&str>) -> Option<NamedNode> {
        let node = NamedNode::new(found.iri.as_deref()?).ok()?;
        self.class(&node, class);
        let label = term(ns::SKOS, "prefLabel");
        for (tag, text) in [("es", &found.label.es), ("en", &found.label.en)] {
            if let Ok(literal) = Literal::new_language_tagged_literal(text.as_str(), tag) {
                self.graph.add(&node, &label, literal);
            }
        }
        if let Some(scheme) = scheme.and_then(|scheme| NamedNode::new(scheme).ok()) {
            self.graph.add(&node, &term(ns::SKOS, "inScheme"), scheme);
        }
        Some(node)
    }
}

/// The IRI of a media type, from `type/subtype` with or without parameters.
fn media_type(concept: &Concept) -> Option<NamedNode> {
    let code = concept.notation.as_deref().or_else(|| concept.label.as_plain())?;
    let name = code.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let token = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte))
    };
    let (kind, subtype) = name.split_once('/')?;
    (token(kind) && token(subtype)).then(|| NamedNode::new(format!("{MEDIA_TYPES}{name}")).ok()).flatten()
}

//! The nodes that hang on records: agents, contacts, places, periods, concepts, references and others.

mod agent;
mod concept;
mod coverage;
mod file;
mod reference;

pub use agent::{Address, Agent, Attribution, ContactPoint};
pub use concept::Concept;
pub use coverage::{Location, PeriodOfTime};
pub use file::{Checksum, Column, Restriction};
pub use reference::{Activity, Identifier, LegalResource, Reference, Relationship};

use super::Iri;
use crate::language::Text;

/// What a bare text in place of a node stands for.
enum Named {
    /// The node's IRI.
    Iri(Iri),
    /// Words in a language that is not stated.
    Words(Text),
}

impl Named {
    /// Nothing for a text of blanks.
    fn parse(text: &str) -> Option<Self> {
        if text.trim().is_empty() {
            return None;
        }
        Some(iri(text).map_or_else(|| Self::Words(Text::plain(text)), Self::Iri))
    }
}

/// The IRI that a text is, if it is one to the letter.
fn iri(text: &str) -> Option<Iri> {
    text.contains(':').then(|| text.parse::<Iri>().ok()).flatten().filter(|iri| iri.as_str() == text)
}

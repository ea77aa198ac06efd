//! Records of one document that are called the same: the last one counts.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use vitrina_domain::{
    canonical::Digest,
    finding::{Bilingual, Finding, Severity},
};
use vitrina_formats::read::{self, Identity, Limits, Outline, ReadError};
use vitrina_validation::Validator;

use super::{Spooled, identity};

/// The last record of each identifier that a document repeats.
///
/// While a document is scanned, a mark is held for each of its records; afterwards only those of the repeated
/// ones are.
#[derive(Debug, Default)]
pub(crate) struct Duplicates(HashMap<Mark, Last>);

/// What an identifier is remembered by: half of its digest, because there may be millions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Mark([u8; 16]);

impl Mark {
    fn of(identifier: &str) -> Self {
        let mut mark = [0; 16];
        mark.iter_mut().zip(Digest::of(identifier.as_bytes()).as_bytes()).for_each(|(to, from)| *to = *from);
        Self(mark)
    }
}

/// The record that counts.
#[derive(Debug)]
struct Last {
    position: u64,
    pointer: String,
}

impl Duplicates {
    /// Passes over the document once, reading no more of each record than its names.
    pub(crate) fn scan(
        document: &Spooled,
        outline: &Outline,
        limits: Limits,
        source: &str,
    ) -> Result<Self, ReadError> {
        let (mut seen, mut repeated) = (HashSet::new(), HashMap::new());
        for item in read::items(document.reopen()?, outline, limits)? {
            let item = item?;
            let Ok(json) = &item.json else { continue };
            let names = read::identity(outline.format, json);
            let Some(identifier) = identity::identifier(&names, source) else { continue };
            let mark = Mark::of(&identifier);
            if !seen.insert(mark) {
                repeated.insert(mark, Last { position: item.position, pointer: item.pointer });
            }
        }
        Ok(Self(repeated))
    }

    /// Where a later record with the identifier stands.
    pub(crate) fn later(&self, identifier: &str, position: u64) -> Option<&str> {
        if self.0.is_empty() {
            return None;
        }
        let last = self.0.get(&Mark::of(identifier))?;
        (last.position > position).then_some(last.pointer.as_str())
    }
}

/// What a profile says of a record that a later one, which stands at `later`, is called the same as.
pub(crate) fn finding(
    validator: &Validator,
    profile: &str,
    names: &Identity,
    document: &Value,
    later: &str,
) -> Finding {
    let by_rule = || validator.not_unique(profile, document, later);
    names.identifier.as_ref().and_then(|_| by_rule()).unwrap_or_else(|| {
        Finding::new(
            Severity::Warning,
            "W-GEN-DUPLICATE",
            "/identifier",
            Bilingual::new(
                format!("un registro posterior del mismo documento se llama igual: {later}"),
                format!("a later record of the same document is called the same: {later}"),
            ),
        )
    })
}

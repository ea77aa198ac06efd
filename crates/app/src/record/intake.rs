//! From a document to a record that may be stored: parsed, named, checked, hashed.
//!
//! The same path for an upload, a harvested item, a file on disk and a body sent to the API.

use serde_json::Value;
use vitrina_domain::{
    finding::{Bilingual, Finding, Severity},
    id::DistributionId,
    metadata::NotADataset,
    record::{Kind, Metadata, Sealed, SealedDistribution},
    slug::Slug,
    time::Timestamp,
};
use vitrina_validation::Validator;

use crate::ports::Ids;

/// The profile that every document is checked against.
pub(crate) const BASE_PROFILE: &str = "lgtaip2025";

/// A document that may be stored, with what was found in it.
#[derive(Debug, Clone)]
pub(crate) struct Intake {
    /// The document.
    pub(crate) metadata: Metadata,
    /// The same as it is stored.
    pub(crate) sealed: Sealed,
    /// The slug its title suggests.
    pub(crate) slug: Slug,
    /// What was found.
    pub(crate) findings: Vec<Finding>,
}

impl Intake {
    /// The identifier; [`Judge::take`] made sure that there is one.
    pub(crate) fn identifier(&self) -> &str {
        self.metadata.identifier().unwrap_or_default()
    }
}

/// Why a document may not be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Unreadable, or without any name.
    Rejected(Vec<Finding>),
    /// Read, but not convertible: worth keeping for another try.
    Quarantined(Vec<Finding>),
}

impl Refusal {
    pub(crate) fn into_findings(self) -> Vec<Finding> {
        match self {
            Self::Rejected(findings) | Self::Quarantined(findings) => findings,
        }
    }
}

/// What documents are judged by.
#[derive(Clone, Copy)]
pub(crate) struct Judge<'a> {
    pub(crate) validator: &'a Validator,
    pub(crate) now: Timestamp,
    /// The languages to make slugs from.
    pub(crate) languages: &'a [&'a str],
}

impl Judge<'_> {
    /// Parses, names, checks and hashes a document. `fallback` names a document that names itself by nothing.
    pub(crate) fn take(
        self,
        kind: Kind,
        document: Value,
        fallback: impl FnOnce(&Metadata) -> (String, Finding),
    ) -> Result<Intake, Refusal> {
        let (mut metadata, mut findings) =
            Metadata::from_document(kind, document).map_err(|error| refusal(&error))?;
        if metadata.identifier().is_none_or(|identifier| identifier.trim().is_empty()) {
            let (identifier, finding) = fallback(&metadata);
            metadata.set_identifier(identifier);
            findings.push(finding);
        }
        let document = metadata.to_document();
        findings.extend(self.validator.check(BASE_PROFILE, kind, &document, self.now));
        let title = metadata.title().pick(self.languages).map(|(_, title)| title);
        let slug = Slug::from_title(title.or(metadata.identifier()).unwrap_or_default(), kind.as_str());
        Ok(Intake { sealed: Sealed::of(&metadata, &document), slug, findings, metadata })
    }
}

fn refusal(error: &NotADataset) -> Refusal {
    let finding = |code: &str, pointer: &str, es: &str, en: &str| {
        vec![Finding::new(Severity::Error, code, pointer, Bilingual::new(es, en))]
    };
    match error {
        NotADataset::Nameless => Refusal::Rejected(finding(
            "E-GEN-NAMELESS",
            "",
            "el registro no tiene título ni identificador",
            "the record has neither a title nor an identifier",
        )),
        NotADataset::NotAnObject => Refusal::Quarantined(finding(
            "E-GEN-NOT-AN-OBJECT",
            "",
            "el registro no es un objeto JSON",
            "the record is not a JSON object",
        )),
        NotADataset::Unreadable(member) => Refusal::Quarantined(finding(
            "E-GEN-UNREADABLE",
            &format!("/{member}"),
            "el valor no se puede leer y el registro depende de él",
            "the value cannot be read and the record hangs on it",
        )),
    }
}

/// Gives the distributions of a new revision the ids they had, matched by identifier, else by address.
pub(crate) fn match_distributions(
    current: &[(DistributionId, Option<String>)],
    distributions: &[SealedDistribution],
    ids: &dyn Ids,
) -> Vec<DistributionId> {
    let mut free: Vec<Option<&(DistributionId, Option<String>)>> = current.iter().map(Some).collect();
    let mut claim = |wanted: &dyn Fn(usize, &Option<String>) -> bool| {
        let slot = free
            .iter_mut()
            .enumerate()
            .find(|(index, slot)| slot.is_some_and(|(_, key)| wanted(*index, key)))
            .map(|(_, slot)| slot);
        slot.and_then(Option::take).map(|(id, _)| *id)
    };
    let mut matched: Vec<Option<DistributionId>> = distributions
        .iter()
        .map(|distribution| {
            let key = distribution.match_key.as_ref();
            key.and_then(|key| claim(&|_, other| other.as_ref() == Some(key)))
        })
        .collect();
    for (position, (slot, distribution)) in matched.iter_mut().zip(distributions).enumerate() {
        // What has nothing to be known by keeps the id of its place.
        if slot.is_none() && distribution.match_key.is_none() {
            *slot = claim(&|index, other| index == position && other.is_none());
        }
    }
    matched.into_iter().map(|id| id.unwrap_or_else(|| DistributionId::new(ids.next()))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ports::CountingIds;

    fn distributions(documents: &[Value]) -> Vec<SealedDistribution> {
        let document = json!({"title": "Agua", "distribution": documents});
        let (metadata, _) = Metadata::from_document(Kind::Dataset, document).unwrap();
        Sealed::from(&metadata).distributions
    }

    #[test]
    fn distributions_keep_their_ids_when_they_are_reordered() {
        let ids = CountingIds::default();
        let a = json!({"identifier": "a"});
        let b = json!({"downloadURL": "https://example.org/b.csv"});
        let nameless = json!({"format": "CSV"});
        let first = distributions(&[a.clone(), b.clone(), nameless.clone()]);
        let before = match_distributions(&[], &first, &ids);
        let current: Vec<_> = before.iter().zip(&first).map(|(id, d)| (*id, d.match_key.clone())).collect();
        let fresh = json!({"downloadURL": "https://example.org/c.csv"});
        let after = match_distributions(&current, &distributions(&[b, a, nameless, fresh]), &ids);
        assert_eq!(after.get(..3), Some([before[1], before[0], before[2]].as_slice()));
        assert!(!before.contains(&after[3]));
    }
}

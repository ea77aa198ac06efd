//! From raw items to candidates: all the work that needs no database, done by many threads at once.

use vitrina_domain::{
    finding::{Bilingual, Finding, Severity},
    import::Outcome,
    record::Kind,
};
use vitrina_formats::read::{self, InputFormat, ItemError, RawItem};

use super::{
    duplicate::{self, Duplicates},
    identity,
};
use crate::record::{BASE_PROFILE, Intake, Judge, Refusal};

/// An item after all that needs no database.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) position: u64,
    pub(super) pointer: String,
    pub(super) offset: u64,
    pub(super) length: u64,
    pub(super) identifier: Option<String>,
    pub(super) title: Option<String>,
    pub(super) verdict: Verdict,
}

/// What is known of an item without asking the database.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It may be stored.
    Ready(Box<Intake>),
    /// It may not.
    Refused(Outcome, Vec<Finding>),
}

/// Turns one raw item into a candidate.
pub(super) fn candidate(
    judge: Judge<'_>,
    format: InputFormat,
    item: RawItem,
    source: &str,
    duplicates: &Duplicates,
) -> Candidate {
    let mut candidate = Candidate {
        position: item.position,
        pointer: item.pointer,
        offset: item.offset,
        length: 0,
        identifier: None,
        title: None,
        verdict: Verdict::Refused(Outcome::Rejected, Vec::new()),
    };
    let json = match item.json {
        Ok(json) => json,
        Err(error) => {
            candidate.verdict = Verdict::Refused(Outcome::Rejected, vec![unreadable(&error)]);
            return candidate;
        }
    };
    candidate.length = u64::try_from(json.len()).unwrap_or(u64::MAX);
    let names = read::identity(format, &json);
    candidate.title.clone_from(&names.title);
    candidate.identifier = identity::identifier(&names, source);
    if let Some(identifier) = &candidate.identifier
        && let Some(later) = duplicates.later(identifier, candidate.position)
    {
        let document = read::parse(format, &json).map(|parsed| parsed.document).unwrap_or_default();
        let found = duplicate::finding(judge.validator, BASE_PROFILE, &names, &document, later);
        candidate.verdict = Verdict::Refused(Outcome::Duplicate, vec![found]);
        return candidate;
    }
    candidate.verdict = verdict(judge, format, &json, candidate.identifier.as_deref());
    candidate
}

fn verdict(judge: Judge<'_>, format: InputFormat, json: &[u8], identifier: Option<&str>) -> Verdict {
    let parsed = match read::parse(format, json) {
        Ok(parsed) => parsed,
        Err(error) => return Verdict::Refused(Outcome::Rejected, vec![unreadable(&error)]),
    };
    let made_up = identifier.unwrap_or_default();
    let taken =
        judge.take(Kind::Dataset, parsed.document, |_| (made_up.to_owned(), identity::made_up(made_up)));
    match taken {
        Ok(mut intake) => {
            intake.findings.splice(0..0, parsed.findings);
            Verdict::Ready(Box::new(intake))
        }
        Err(Refusal::Rejected(findings)) => Verdict::Refused(Outcome::Rejected, findings),
        Err(Refusal::Quarantined(findings)) => Verdict::Refused(Outcome::Quarantined, findings),
    }
}

fn unreadable(error: &ItemError) -> Finding {
    let (code, message) = match error {
        ItemError::Json { reason, offset } => (
            "E-GEN-JSON",
            Bilingual::new(
                format!("el registro no es JSON válido (byte {offset}): {reason}"),
                format!("the record is not valid JSON (byte {offset}): {reason}"),
            ),
        ),
        ItemError::TooLong { limit } => (
            "E-GEN-TOO-LONG",
            Bilingual::new(
                format!("el registro mide más de {limit} bytes"),
                format!("the record is longer than {limit} bytes"),
            ),
        ),
        ItemError::TooMany { limit } => (
            "E-GEN-TOO-MANY",
            Bilingual::new(
                format!("el registro tiene más de {limit} valores"),
                format!("the record has more than {limit} values"),
            ),
        ),
    };
    Finding::new(Severity::Error, code, "", message)
}

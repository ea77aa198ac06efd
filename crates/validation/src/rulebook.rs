//! The rules of a profile as data: codes, severities, messages, sources, and what violations they stand for.

use serde::Deserialize;
use serde_json::Value;
use vitrina_domain::{
    finding::{Bilingual, Finding, Severity},
    guideline::Guideline,
    record::Kind,
};

use crate::message::{self, Details};

/// When a rule holds in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Scope {
    /// Only for records that claim to be open data; for the others its errors are advice.
    OpenData,
}

/// What a rule compares between the records of one list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Across {
    /// Their identifiers, which are to differ.
    Identifiers,
}

/// What a violation of a schema must be like for a rule to speak of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Match {
    /// The pointer: `*` stands for any one segment, `**` for any number of segments at the end.
    at: Option<String>,
    /// The keywords of JSON Schema; `*` for any, none for any.
    #[serde(default)]
    keyword: Vec<String>,
    /// The kind of record.
    kind: Option<Kind>,
}

impl Match {
    fn fits(&self, kind: Kind, keyword: &str, pointer: &str) -> bool {
        self.kind.is_none_or(|wanted| wanted == kind)
            && (self.keyword.is_empty() || self.keyword.iter().any(|known| known == "*" || known == keyword))
            && self.at.as_deref().is_none_or(|pattern| pointer_fits(pattern, pointer))
    }
}

fn pointer_fits(pattern: &str, pointer: &str) -> bool {
    let mut segments = pointer.split('/');
    for wanted in pattern.split('/') {
        if wanted == "**" {
            return true;
        }
        match segments.next() {
            Some(segment) if wanted == "*" || wanted == segment => {}
            _ => return false,
        }
    }
    segments.next().is_none()
}

/// One rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    /// The stable code.
    pub(crate) code: String,
    /// What breaking it means.
    pub(crate) severity: Severity,
    /// When it holds in full.
    scope: Option<Scope>,
    /// The part of the guideline that a pending rule waits for.
    part: Option<String>,
    /// What it compares between records, if it does.
    pub(crate) across: Option<Across>,
    /// Where it stands.
    pub(crate) source: Option<String>,
    /// The violations it stands for; none for a rule that is a function or compares records.
    #[serde(default, rename = "match")]
    pub(crate) matches: Vec<Match>,
    /// What is wrong, with places to fill.
    pub(crate) message: Bilingual,
    /// How to mend it, with places to fill.
    pub(crate) hint: Option<Bilingual>,
}

impl Rule {
    fn settle(&mut self, guideline: Option<&Guideline>) {
        let verified =
            self.part.as_deref().is_some_and(|part| guideline.is_some_and(|text| text.is_verified(part)));
        if self.severity == Severity::Pending && verified {
            self.severity = Severity::Error;
        }
    }

    /// What the rule says of one place in a document.
    pub(crate) fn finding(&self, pointer: String, details: &Details, claims: Claims) -> Finding {
        let excused = self.scope == Some(Scope::OpenData) && claims == Claims::Nothing;
        let member = message::last_segment(&pointer);
        let fill = |text: &Bilingual| message::fill(text, &member, details);
        Finding {
            severity: if excused { Severity::Warning } else { self.severity },
            code: self.code.clone(),
            message: fill(&self.message),
            source: self.source.clone(),
            // A hint that names the nearest member is of no use where none is near.
            hint: self
                .hint
                .as_ref()
                .filter(|hint| !hint.en.contains("{near}") || details.has("near"))
                .map(fill),
            pointer,
        }
    }
}

/// What a record says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claims {
    /// That it is open data.
    OpenData,
    /// Nothing that binds it.
    Nothing,
}

impl Claims {
    pub(crate) fn of(document: &Value) -> Self {
        if document.get("isOpenData") == Some(&Value::Bool(true)) { Self::OpenData } else { Self::Nothing }
    }
}

/// Rules in the order in which they are asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rulebook {
    rules: Vec<Rule>,
}

impl Rulebook {
    /// The profile's own rules before those that all profiles share.
    pub(crate) fn new(own: Vec<Rule>, shared: &[Rule], guideline: Option<&Guideline>) -> Self {
        let mut rules = own;
        rules.extend_from_slice(shared);
        for rule in &mut rules {
            rule.settle(guideline);
        }
        Self { rules }
    }

    /// The rule with a code.
    pub(crate) fn by_code(&self, code: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.code == code)
    }

    /// The rule that compares something between records.
    pub(crate) fn across(&self, compared: Across) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.across == Some(compared))
    }

    /// The first rule that speaks of a violation.
    pub(crate) fn of_violation(&self, kind: Kind, keyword: &str, pointer: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.matches.iter().any(|wanted| wanted.fits(kind, keyword, pointer)))
    }

    /// Every rule.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;
    use vitrina_domain::guideline::Guidelines;

    use super::*;

    #[rstest]
    #[case("/distribution/*/title", "/distribution/12/title", true)]
    #[case("/distribution/*/title", "/distribution/title", false)]
    #[case("/publisher/**", "/publisher/subOrganizationOf/name", true)]
    #[case("/publisher/**", "/publisher", true)]
    #[case("/publisher/**", "/publishers", false)]
    #[case("/title", "/title/es", false)]
    #[case("", "", true)]
    fn patterns(#[case] pattern: &str, #[case] pointer: &str, #[case] fits: bool) {
        assert_eq!(pointer_fits(pattern, pointer), fits, "{pattern} {pointer}");
    }

    fn pending(part: &str) -> Rule {
        let rule =
            json!({"code": "P-X-1", "severity": "pending", "part": part, "message": {"es": "x", "en": "x"}});
        serde_json::from_value(rule).unwrap()
    }

    #[rstest]
    #[case("articles", Severity::Error)]
    #[case("listingCadence", Severity::Pending)]
    #[case("a part nobody listed", Severity::Pending)]
    fn a_pending_rule_is_promoted_when_its_part_was_read(#[case] part: &str, #[case] severity: Severity) {
        let guidelines = Guidelines::embedded().unwrap();
        let book = Rulebook::new(vec![pending(part)], &[], guidelines.get("mx-lgtaip-2025"));
        assert_eq!(book.by_code("P-X-1").unwrap().severity, severity);
    }

    #[test]
    fn a_rule_on_open_data_is_advice_for_other_records() {
        let rule: Rule = serde_json::from_value(json!({
            "code": "E-X-1", "severity": "error", "scope": "open-data", "message": {"es": "x", "en": "x"}}))
        .unwrap();
        let severity =
            |document| rule.finding("/x".to_owned(), &Details::default(), Claims::of(&document)).severity;
        assert_eq!(severity(json!({"isOpenData": true})), Severity::Error);
        assert_eq!(severity(json!({"isOpenData": "true"})), Severity::Warning);
        assert_eq!(severity(json!([])), Severity::Warning);
    }
}

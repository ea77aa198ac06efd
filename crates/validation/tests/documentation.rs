//! `docs/validation.md` lists the rules as they are.

use std::{fs, path::Path};

use vitrina_domain::{finding::Severity, guideline::Guidelines, vocabulary::Vocabularies};
use vitrina_validation::{RuleSummary, Validator};

/// The table of a profile's rules: those it has of its own, or those that all share.
fn table(rules: &[RuleSummary], shared: bool) -> String {
    let mut table = String::from("| Code | Severity | Español | English | Source |\n|---|---|---|---|---|\n");
    let rows = rules.iter().filter(|rule| rule.code.contains("-GEN-") == shared).map(|rule| {
        let severity = match rule.severity {
            Severity::Error => "error",
            Severity::Pending => "pending",
            Severity::Warning => "warning",
        };
        let source = rule.source.as_deref().unwrap_or("");
        let (es, en) = (&rule.message.es, &rule.message.en);
        format!("| `{}` | {severity} | {es} | {en} | {source} |\n", rule.code)
    });
    table.extend(rows);
    table
}

#[test]
fn the_page_shows_every_rule_as_it_is() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/validation.md");
    let page = fs::read_to_string(path).unwrap();
    let validator =
        Validator::embedded(&Vocabularies::embedded().unwrap(), &Guidelines::embedded().unwrap()).unwrap();
    for profile in validator.profiles() {
        assert!(page.contains(&format!("`{}`", profile.id)), "{} is not described", profile.id);
        for part in [table(&profile.rules, false), table(&profile.rules, true)] {
            assert!(page.contains(&part), "the page should hold this table:\n{part}");
        }
    }
}

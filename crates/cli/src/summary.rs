//! What is said about a document after it was imported or checked.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use serde::Serialize;
use vitrina_domain::{
    finding::{Bilingual, Finding, Locale, Severity},
    import::{Item, Outcome, Tally},
};

use crate::terminal;

/// The most rules that a report for people explains; programs get all of them.
const EXPLAINED: usize = 10;

/// The most refused records that are named.
const NAMED: usize = 20;

/// Everything said about one document.
#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    /// The file.
    pub document: String,
    /// What it was recognised as.
    pub format: Option<String>,
    /// The source that its records belong to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The run under which every record's fate is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// Why nothing could be read, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Bilingual>,
    /// The records by outcome.
    pub outcomes: Tally,
    /// What was found, by rule, the gravest first.
    pub findings: Findings,
    /// The records that were refused: the first of them.
    pub refused: Vec<Refused>,
}

/// A record that was refused.
#[derive(Debug, Serialize)]
pub(crate) struct Refused {
    pointer: String,
    identifier: Option<String>,
    title: Option<String>,
    outcome: Outcome,
}

impl Summary {
    /// A summary of a document of which nothing is known yet.
    pub(crate) fn of(document: String) -> Self {
        Self {
            document,
            format: None,
            source: None,
            run: None,
            error: None,
            outcomes: Tally::default(),
            findings: Findings::default(),
            refused: Vec::new(),
        }
    }

    /// Takes one record in.
    pub(crate) fn add(&mut self, item: &Item) {
        self.outcomes.add(item.outcome);
        for finding in &item.findings {
            self.findings.add(finding.clone().under(&item.pointer));
        }
        if item.outcome.is_refusal() && self.refused.len() < NAMED {
            self.refused.push(Refused {
                pointer: item.pointer.clone(),
                identifier: item.identifier.clone(),
                title: item.title.clone(),
                outcome: item.outcome,
            });
        }
    }

    /// Whether a script should take notice: something could not be read, or was refused.
    pub(crate) fn has_refusals(&self) -> bool {
        let refusals = Outcome::ALL.into_iter().filter(|outcome| outcome.is_refusal());
        self.error.is_some() || refusals.map(|outcome| self.outcomes.get(outcome)).sum::<u64>() > 0
    }

    /// Writes the summary for people.
    pub(crate) fn write_text(&self, out: &mut impl Write, locale: Locale) -> io::Result<()> {
        let mut about: Vec<String> = self.format.iter().cloned().collect();
        about.extend(self.source.iter().map(|source| match locale {
            Locale::Es => format!("fuente «{}»", terminal::line(source, 60)),
            Locale::En => format!("source \"{}\"", terminal::line(source, 60)),
        }));
        write!(out, "{}", terminal::line(&self.document, 100))?;
        if !about.is_empty() {
            write!(out, "  ({})", about.join(", "))?;
        }
        writeln!(out)?;
        if let Some(error) = &self.error {
            return writeln!(
                out,
                "  {}: {}",
                in_words(locale, "no se pudo leer", "cannot be read"),
                terminal::clean(error.get(locale))
            );
        }
        for outcome in Outcome::ALL {
            let count = self.outcomes.get(outcome);
            if count > 0 {
                writeln!(out, "  {:<14} {count:>7}", outcome_in_words(outcome, locale))?;
            }
        }
        if self.outcomes.total() == 0 {
            writeln!(out, "  {}", in_words(locale, "sin registros", "no records"))?;
        }
        self.write_refused(out, locale)?;
        self.findings.write_text(out, locale)
    }

    fn write_refused(&self, out: &mut impl Write, locale: Locale) -> io::Result<()> {
        for refused in &self.refused {
            let name = refused.title.as_deref().or(refused.identifier.as_deref()).unwrap_or("—");
            writeln!(
                out,
                "  {}  {}  {}",
                outcome_in_words(refused.outcome, locale),
                terminal::line(&refused.pointer, 60),
                terminal::line(name, 60)
            )?;
        }
        Ok(())
    }
}

/// Findings by rule: how many there are, and the first of each.
#[derive(Debug, Default)]
pub(crate) struct Findings(BTreeMap<(std::cmp::Reverse<Severity>, String), Group>);

#[derive(Debug, Serialize)]
struct Group {
    count: u64,
    first: Finding,
}

impl Findings {
    /// Takes a finding in, its pointer seen from the document.
    pub(crate) fn add(&mut self, finding: Finding) {
        let key = (std::cmp::Reverse(finding.severity), finding.code.clone());
        self.0.entry(key).or_insert_with(|| Group { count: 0, first: finding }).count += 1;
    }

    /// How many findings of a severity there are.
    pub(crate) fn count(&self, severity: Severity) -> u64 {
        self.0.iter().filter(|((found, _), _)| found.0 == severity).map(|(_, group)| group.count).sum()
    }

    fn write_text(&self, out: &mut impl Write, locale: Locale) -> io::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let counts: Vec<String> = [Severity::Error, Severity::Pending, Severity::Warning]
            .into_iter()
            .map(|severity| (severity, self.count(severity)))
            .filter(|(_, count)| *count > 0)
            .map(|(severity, count)| format!("{count} {}", severity_in_words(severity, count, locale)))
            .collect();
        writeln!(out, "  {}: {}", in_words(locale, "observaciones", "findings"), counts.join(", "))?;
        for ((severity, code), group) in self.0.iter().take(EXPLAINED) {
            writeln!(
                out,
                "    {:<10} {code} ×{}  {}",
                severity_in_words(severity.0, 1, locale),
                group.count,
                terminal::line(&group.first.pointer, 80)
            )?;
            writeln!(out, "      {}", terminal::line(group.first.message.get(locale), 160))?;
            if let Some(hint) = &group.first.hint {
                writeln!(out, "      → {}", terminal::line(hint.get(locale), 160))?;
            }
        }
        let unexplained = self.0.len().saturating_sub(EXPLAINED);
        if unexplained > 0 {
            let more = in_words(
                locale,
                "reglas más; --format json las da todas",
                "more rules; --format json gives all",
            );
            writeln!(out, "    … {unexplained} {more}")?;
        }
        Ok(())
    }
}

impl Serialize for Findings {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.values())
    }
}

/// One of two wordings.
pub(crate) fn in_words(locale: Locale, es: &'static str, en: &'static str) -> &'static str {
    match locale {
        Locale::Es => es,
        Locale::En => en,
    }
}

fn outcome_in_words(outcome: Outcome, locale: Locale) -> &'static str {
    let es = match outcome {
        Outcome::Created => "creados",
        Outcome::Updated => "actualizados",
        Outcome::Unchanged => "sin cambios",
        Outcome::Restored => "restaurados",
        Outcome::Duplicate => "repetidos",
        Outcome::Quarantined => "en cuarentena",
        Outcome::Rejected => "rechazados",
        Outcome::Failed => "fallidos",
        Outcome::Deleted => "dados de baja",
    };
    in_words(locale, es, outcome.as_str())
}

fn severity_in_words(severity: Severity, count: u64, locale: Locale) -> &'static str {
    match (severity, count) {
        (Severity::Error, 1) => "error",
        (Severity::Error, _) => in_words(locale, "errores", "errors"),
        (Severity::Pending, 1) => in_words(locale, "pendiente", "pending"),
        (Severity::Pending, _) => in_words(locale, "pendientes", "pending"),
        (Severity::Warning, 1) => in_words(locale, "aviso", "warning"),
        (Severity::Warning, _) => in_words(locale, "avisos", "warnings"),
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    fn finding(severity: Severity, code: &str, pointer: &str) -> Finding {
        Finding::new(severity, code, pointer, Bilingual::new("falta la licencia", "the licence is missing"))
            .with_hint(Bilingual::new("indíquela", "name it"))
    }

    fn item(position: u64, outcome: Outcome, findings: Vec<Finding>) -> Item {
        Item {
            position,
            pointer: format!("/dataset/{position}"),
            identifier: Some(format!("id-{position}")),
            title: None,
            outcome,
            record_id: None,
            findings,
        }
    }

    fn sample() -> Summary {
        let mut summary = Summary::of("data.json".to_owned());
        summary.add(&item(0, Outcome::Created, vec![finding(Severity::Warning, "W-1", "/license")]));
        summary.add(&item(1, Outcome::Created, vec![finding(Severity::Warning, "W-1", "/license")]));
        summary.add(&item(2, Outcome::Rejected, vec![finding(Severity::Error, "E-1", "")]));
        summary
    }

    fn text(summary: &Summary, locale: Locale) -> String {
        let mut out = Vec::new();
        summary.write_text(&mut out, locale).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_gravest_rule_comes_first_with_its_first_place() {
        let text = text(&sample(), Locale::En);
        let (error, warning) =
            (text.find("E-1 ×1  /dataset/2").unwrap(), text.find("W-1 ×2  /dataset/0/license").unwrap());
        assert!(error < warning, "{text}");
        assert!(text.contains("findings: 1 error, 2 warnings") && text.contains("→ name it"), "{text}");
        assert!(text.contains("rejected  /dataset/2  id-2"), "{text}");
    }

    #[test]
    fn people_read_it_in_their_language() {
        let text = text(&sample(), Locale::Es);
        assert!(text.contains("1 error, 2 avisos") && text.contains("falta la licencia"), "{text}");
        assert!(text.contains("rechazados") && !text.contains("rejected"), "{text}");
    }

    #[test]
    fn programs_get_every_rule() {
        let json = serde_json::to_value(sample()).unwrap();
        assert_eq!(json["outcomes"]["created"], 2);
        assert_eq!(json["findings"][0]["first"]["code"], "E-1");
        assert_eq!(json["findings"][1]["count"], 2);
        assert_eq!(json["refused"][0]["outcome"], "rejected");
    }

    #[test]
    fn refusals_and_unreadable_documents_are_told_to_scripts() {
        assert!(sample().has_refusals());
        let mut fine = Summary::of("data.json".to_owned());
        fine.add(&item(0, Outcome::Duplicate, Vec::new()));
        assert!(!fine.has_refusals());
        fine.error = Some(Bilingual::new("no es JSON", "not JSON"));
        assert!(fine.has_refusals());
    }

    #[test]
    fn a_title_from_outside_cannot_draw_on_the_terminal() {
        let mut summary = Summary::of("data.json".to_owned());
        let mut hostile = item(0, Outcome::Rejected, vec![finding(Severity::Error, "E-1", "/\u{1b}[2J")]);
        hostile.title = Some("\u{1b}[31mred\nline".to_owned());
        summary.add(&hostile);
        assert!(!text(&summary, Locale::En).contains('\u{1b}'));
    }
}

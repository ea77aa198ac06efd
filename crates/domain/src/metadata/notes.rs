//! What reading a document changed on the way, and where.

use serde_json::Value;

use super::Member;
use crate::finding::{Bilingual, Finding, Severity, pointer_segment};

/// The place being read and what was changed on the way.
#[derive(Debug, Default)]
pub struct Notes {
    path: String,
    findings: Vec<Finding>,
}

impl Notes {
    /// What was noted so far.
    pub fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    /// Notes that a value was understood in spite of its form.
    pub fn coerced(&mut self, from: &str, to: &str) {
        self.note(
            "W-GEN-COERCED",
            Bilingual::new(
                format!("se esperaba {to} y se leyó un valor de tipo {from}"),
                format!("expected {to}, read from a value of type {from}"),
            ),
        );
    }

    /// Notes a warning at the place being read.
    pub fn note(&mut self, code: &str, message: Bilingual) {
        self.findings.push(Finding::new(Severity::Warning, code, self.path.clone(), message));
    }

    /// Reads a member; what was noted of a value that does not fit after all is forgotten.
    pub(crate) fn attempt<T: Member>(&mut self, member: &str, value: Value) -> Result<T, Value> {
        let noted = self.findings.len();
        let result = self.within(member, |notes| T::read(value, notes));
        if result.is_err() {
            self.findings.truncate(noted);
        }
        result
    }

    /// Reads something one step further down the document.
    pub fn within<T>(&mut self, segment: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.path.len();
        self.path.push('/');
        self.path.push_str(&pointer_segment(segment));
        let result = read(self);
        self.path.truncate(outer);
        result
    }
}

//! Findings: what is odd, missing or wrong in a document, said to the person who can mend it.

use serde::{Deserialize, Serialize};

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Advice on quality.
    Warning,
    /// Would be an error if a rule's text, not yet verified, is confirmed; shown as a warning.
    Pending,
    /// Breaks a rule whose text was read.
    Error,
}

impl Severity {
    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Pending => "pending",
            Self::Error => "error",
        }
    }
}

/// A text in the two languages of the interface.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Bilingual {
    /// Spanish.
    pub es: String,
    /// English.
    pub en: String,
}

impl Bilingual {
    /// Both texts at once.
    pub fn new(es: impl Into<String>, en: impl Into<String>) -> Self {
        Self { es: es.into(), en: en.into() }
    }

    /// The text in a language of the interface.
    pub fn get(&self, locale: Locale) -> &str {
        match locale {
            Locale::Es => &self.es,
            Locale::En => &self.en,
        }
    }
}

/// A language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Locale {
    /// Spanish, the default.
    #[default]
    Es,
    /// English.
    En,
}

impl Locale {
    /// The language tag.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es => "es",
            Self::En => "en",
        }
    }
}

/// One thing found in a document, with the place, the rule and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Finding {
    /// How much it weighs.
    pub severity: Severity,
    /// The stable code of the rule, for example `E-DS-4`.
    pub code: String,
    /// JSON pointer (RFC 6901) into the document that was checked.
    pub pointer: String,
    /// What is wrong.
    pub message: Bilingual,
    /// Where the rule stands, for example `LGTAIP 2025, art. 3-VIII-j`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// How to mend it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Bilingual>,
}

impl Finding {
    /// A finding without a rule source or hint.
    pub fn new(
        severity: Severity,
        code: impl Into<String>,
        pointer: impl Into<String>,
        message: Bilingual,
    ) -> Self {
        Self { severity, code: code.into(), pointer: pointer.into(), message, source: None, hint: None }
    }

    /// The same finding with a hint.
    #[must_use]
    pub fn with_hint(mut self, hint: Bilingual) -> Self {
        self.hint = Some(hint);
        self
    }

    /// The same finding, its place seen from a document that contains this one at `prefix`.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        self.pointer.insert_str(0, prefix);
        self
    }
}

/// One segment of a JSON pointer, escaped as RFC 6901 section 3 says.
pub fn pointer_segment(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

//! The rules of the guidelines applied to documents: JSON Schemas per profile, and rules across fields.
//!
//! [`Validator`] compiles every schema once; [`Validator::check`] gives all findings at once and never fails
//! on bad data. Messages, sources and hints stand beside the schemas, in Spanish and English.
#![warn(missing_docs)]

use serde_json::Value;
use vitrina_domain::{finding::Finding, guideline::Guidelines, record::Kind, time::Timestamp, vocabulary::Vocabularies};

/// Which shape of document a profile checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Our own document (`schemas/core`).
    Core,
    /// A `data.json` dataset entry.
    DataJson,
}

/// A profile in force.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The id, for example `lgtaip2025`.
    pub id: String,
    /// The shape it checks.
    pub shape: Shape,
}

/// The profiles and rules in force, compiled.
pub struct Validator {
    _private: (),
}

/// Why the rules cannot be compiled: a fault of the schema files, found at start.
#[derive(Debug, thiserror::Error)]
#[error("schema {schema}: {problem}")]
pub struct SchemaError {
    /// The schema file.
    pub schema: String,
    /// What is wrong.
    pub problem: String,
}

impl Validator {
    /// Compiles the embedded schemas; a remote `$ref` is an error, nothing is fetched.
    pub fn embedded(_vocabularies: &Vocabularies, _guidelines: &Guidelines) -> Result<Self, SchemaError> {
        todo!()
    }

    /// The profiles by id.
    pub fn profiles(&self) -> &[Profile] {
        todo!()
    }

    /// Everything that a profile finds in a document of the kind; `now` is for rules about the future.
    pub fn check(&self, _profile: &str, _kind: Kind, _document: &Value, _now: Timestamp) -> Vec<Finding> {
        todo!()
    }
}

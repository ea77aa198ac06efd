//! The rules of the guidelines applied to documents: JSON Schemas per profile, and rules across fields.
//!
//! [`Validator`] compiles every schema once; [`Validator::check`] gives all findings at once and never fails
//! on bad data. Messages, sources and hints stand beside the schemas, in Spanish and English. This crate
//! does no I/O and fetches nothing: a schema that refers to something not embedded does not compile.
//!
//! - To add a profile: a folder in `schemas/profiles` with `profile.json` and its schemas, and one line in
//!   [`mod@schemas`].
//! - To add a rule on one member: a keyword in the profile's schema, an entry in its `profile.json` whose
//!   `match` names keyword and place, a fixture in `tests/fixtures/<profile>/invalid/<CODE>.json`.
//! - To add a rule across members: a function in a module of `rule`, one line in `rule::ALL`, an entry
//!   without `match`, a fixture.
//! - A rule between the records of a list (`across` in `profile.json`) is asked by who reads the list:
//!   [`Validator::not_unique`].
#![warn(missing_docs)]

mod library;
mod members;
mod message;
mod profile;
mod rule;
mod rulebook;
pub mod schemas;
mod validator;
mod violation;

use serde::Deserialize;

pub use self::{
    profile::{Profile, RuleSummary},
    validator::{MOST_FINDINGS, Validator},
};

/// Which shape of document a profile checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Our own document (`schemas/core`).
    Core,
    /// A `data.json` dataset entry.
    DataJson,
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

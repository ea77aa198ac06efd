//! What Vitrina is about: catalogs of public-interest information, in plain types and pure rules.
//!
//! This crate does no I/O, knows no database, no HTTP and no async runtime; time and identifiers are
//! handed in. It embeds the controlled vocabularies (`schemas/vocab`) and the guideline versions
//! (`schemas/guidelines`), because rules and labels always come from those lists.
//!
//! - To add a metadata property: one line in the `document!` table of [`metadata`], the same name in
//!   `schemas/core`, one row in the predicate table of `formats`, one value in the full fixture.
//! - To add an entity with an identifier of its own: one line in [`id`].
#![warn(missing_docs)]

pub mod canonical;
pub mod change;
pub mod cursor;
pub mod date;
pub mod finding;
pub mod guideline;
pub mod html;
pub mod id;
pub mod import;
pub mod job;
pub mod language;
pub mod mail;
pub mod metadata;
pub mod network;
pub mod query;
pub mod record;
pub mod schedule;
pub mod scope;
pub mod slug;
pub mod time;
pub mod vocabulary;
pub mod webhook;

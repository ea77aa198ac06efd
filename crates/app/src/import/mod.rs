//! Imports: a document in, every record's fate out.
//!
//! `spool` keeps the bytes, `duplicate` finds the records that are called the same, `prepare` turns items into
//! candidates (many at once, no database), `settle` decides and writes them batch by batch, `run` leads the
//! whole and closes it.

mod catalog;
pub(crate) mod duplicate;
pub(crate) mod identity;
mod organization;
mod policy;
mod prepare;
mod run;
mod settle;
mod spool;

pub use run::{ImportReport, ImportRequest, Mode, Observer, Replace, Silent};
pub use spool::{Spool, Spooled};

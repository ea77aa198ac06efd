//! The files of distributions: uploaded, given, looked after.
//!
//! A file is spooled, announced, put in its place and only then named by a row, in the transaction that also writes its
//! address, length, type and digest into the dataset's document. So a row never points to what is not there, and what
//! is there without a row is collected after a day (ADR 0014).

mod check;
mod collect;
mod inspection;
mod read;
mod rules;
mod upload;

pub use check::{Checked, Flaw};
pub use collect::GRACE;
pub(crate) use inspection::PROGRAM;
pub use inspection::{Inspected, Outcome};
pub use rules::{Quota, Rules};
pub use upload::{Condition, Upload, Uploaded};

//! What readers get: JSON made from domain values, never the domain values themselves.

mod change;
mod project;
mod record;
mod summary;

pub(crate) use change::{ChangeView, change};
pub(crate) use project::project;
pub(crate) use record::{findings, past_record, record, revision};
pub(crate) use summary::{Summary, summary};

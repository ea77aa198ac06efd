//! What readers get: JSON made from domain values, never the domain values themselves.

mod inspection;
mod item;
mod project;
mod record;
mod summary;

pub(crate) use inspection::InspectionView;
pub(crate) use item::Item;
pub(crate) use project::project;
pub(crate) use record::{MOST_DISTRIBUTIONS, findings, neighbours, past_record, record, revision};
pub(crate) use summary::{Summary, summary};

//! Where records come from.

use crate::{
    id::{RecordId, SourceId},
    time::Timestamp,
};

/// A place that records come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The permanent id.
    pub id: SourceId,
    /// How it is read: `file`, `api`, and the kinds of harvest source.
    pub kind: String,
    /// The name that identities hang on; unique.
    pub name: String,
    /// The catalog that describes it.
    pub catalog_id: Option<RecordId>,
    /// The organization that its records belong to when they name no publisher.
    pub organization_id: Option<RecordId>,
    /// When the last fetch that was applied was made: older ones are refused.
    pub last_fetched: Option<Timestamp>,
}

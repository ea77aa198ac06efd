//! Who may see what: every read of the store and of the index starts from a scope.

use crate::id::RecordId;

/// The part of the catalog that an actor may see.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Scope {
    /// Published records only.
    #[default]
    Public,
    /// Published records, and everything of these organizations.
    Organizations(Vec<RecordId>),
    /// Everything.
    All,
}

//! What a backup holds.

use serde::{Deserialize, Serialize};
use vitrina_domain::{canonical::Digest, change::Seq, time::Timestamp};

/// The form of the folder; another one has another number.
pub(super) const FORM: u32 = 1;

/// What a backup holds: it is written last, and a folder without it is no backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The form of the folder.
    pub(super) form: u32,
    /// When it was taken.
    pub taken: Timestamp,
    /// The last change that it holds.
    pub position: Seq,
    /// The migrations of the database.
    pub(super) schema: Vec<String>,
    /// The tables, each after those that it refers to.
    pub tables: Vec<TableSum>,
    /// The files, by their digests.
    pub files: Vec<Digest>,
}

/// What a table of a backup must come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSum {
    /// Its name.
    pub name: String,
    /// How many rows it has.
    pub rows: u64,
    /// The SHA-256 of its lines.
    pub sha256: Digest,
}

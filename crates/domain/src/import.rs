//! What an import says about each record and about the whole.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{
    change::UnknownWord,
    finding::Finding,
    id::{RecordId, RunId, SourceId},
    time::Timestamp,
};

/// The fate of one record of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A new record.
    Created,
    /// A new revision of a record.
    Updated,
    /// The record is as it was; nothing was written.
    Unchanged,
    /// A deleted record came back under its old id.
    Restored,
    /// A later record of the same document has the same identifier.
    Duplicate,
    /// Not convertible to a record; kept with its bytes and findings.
    Quarantined,
    /// Unreadable, nameless or over a limit.
    Rejected,
    /// An error of the server, not of the record.
    Failed,
    /// Tombstoned because its source no longer has it.
    Deleted,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 9] = [
        Self::Created,
        Self::Updated,
        Self::Unchanged,
        Self::Restored,
        Self::Duplicate,
        Self::Quarantined,
        Self::Rejected,
        Self::Failed,
        Self::Deleted,
    ];

    /// The word used in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Restored => "restored",
            Self::Duplicate => "duplicate",
            Self::Quarantined => "quarantined",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::Deleted => "deleted",
        }
    }

    /// Whether the record was refused: such outcomes make the command end with exit code 1.
    pub const fn is_refusal(self) -> bool {
        matches!(self, Self::Quarantined | Self::Rejected | Self::Failed)
    }
}

impl FromStr for Outcome {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.as_str() == word)
            .ok_or_else(|| UnknownWord { list: "outcome", word: word.to_owned() })
    }
}

/// One record of an import and its fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its place in the run, from 0.
    pub position: u64,
    /// JSON pointer to it in the source document (a line number for NDJSON: `/12`).
    pub pointer: String,
    /// Its identifier, where one could be read.
    pub identifier: Option<String>,
    /// Its title, as far as it could be read.
    pub title: Option<String>,
    /// Its fate.
    pub outcome: Outcome,
    /// The record it became.
    pub record_id: Option<RecordId>,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// How many records had each outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    /// See [`Outcome::Created`].
    pub created: u64,
    /// See [`Outcome::Updated`].
    pub updated: u64,
    /// See [`Outcome::Unchanged`].
    pub unchanged: u64,
    /// See [`Outcome::Restored`].
    pub restored: u64,
    /// See [`Outcome::Duplicate`].
    pub duplicate: u64,
    /// See [`Outcome::Quarantined`].
    pub quarantined: u64,
    /// See [`Outcome::Rejected`].
    pub rejected: u64,
    /// See [`Outcome::Failed`].
    pub failed: u64,
    /// See [`Outcome::Deleted`].
    pub deleted: u64,
}

impl Tally {
    /// Counts one record.
    pub fn add(&mut self, outcome: Outcome) {
        *self.slot(outcome) += 1;
    }

    /// How many had this outcome.
    pub fn get(mut self, outcome: Outcome) -> u64 {
        *self.slot(outcome)
    }

    /// How many there were in all.
    pub fn total(self) -> u64 {
        Outcome::ALL.into_iter().map(|outcome| self.get(outcome)).sum()
    }

    fn slot(&mut self, outcome: Outcome) -> &mut u64 {
        match outcome {
            Outcome::Created => &mut self.created,
            Outcome::Updated => &mut self.updated,
            Outcome::Unchanged => &mut self.unchanged,
            Outcome::Restored => &mut self.restored,
            Outcome::Duplicate => &mut self.duplicate,
            Outcome::Quarantined => &mut self.quarantined,
            Outcome::Rejected => &mut self.rejected,
            Outcome::Failed => &mut self.failed,
            Outcome::Deleted => &mut self.deleted,
        }
    }
}

/// Where a run of an import stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum RunState {
    /// Records are being read.
    Running,
    /// The whole document was read.
    Finished,
    /// The document could not be read, or the server failed half-way.
    Failed {
        /// The code of the error.
        code: String,
        /// What happened.
        detail: String,
    },
}

/// One import of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The permanent id.
    pub id: RunId,
    /// Where the records come from.
    pub source_id: SourceId,
    /// The format that was recognised.
    pub format: String,
    /// The digest of the raw bytes, which are kept.
    pub raw: crate::canonical::Digest,
    /// Who imported.
    pub actor: String,
    /// When the bytes were fetched.
    pub fetched: Timestamp,
    /// When the run began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Where it stands.
    pub state: RunState,
    /// The records by outcome.
    pub tally: Tally,
    /// What was found in the document as a whole.
    pub findings: Vec<Finding>,
}

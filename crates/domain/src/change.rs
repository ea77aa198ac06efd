//! The change log: one append-only list from which everything incremental follows.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    canonical::Digest,
    cursor::{self, Binding, InvalidCursor},
    record::Kind,
    time::Timestamp,
};

/// The position of a change; positions grow by one and readers never see a later one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub i64);

impl Seq {
    /// The position as readers know it: opaque, and good for ever. It fits every selection of kinds.
    pub fn token(self) -> String {
        cursor::encode(Self::binding(), &self)
    }

    /// The position in a token of the log.
    pub fn from_token(token: &str) -> Result<Self, InvalidCursor> {
        cursor::decode(Self::binding(), token)
    }

    fn binding() -> Binding {
        Binding::of(["changes"])
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What happened to a record, as its readers see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// It became visible.
    Create,
    /// Its document changed.
    Update,
    /// It stopped being visible.
    Delete,
}

impl Op {
    /// The word used in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// A word that names no value of a closed list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {list}: {word:?}")]
pub struct UnknownWord {
    /// The list that was asked.
    pub list: &'static str,
    /// The word that is not in it.
    pub word: String,
}

impl FromStr for Op {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        [Self::Create, Self::Update, Self::Delete]
            .into_iter()
            .find(|op| op.as_str() == word)
            .ok_or_else(|| UnknownWord { list: "operation", word: word.to_owned() })
    }
}

/// Who may read a change.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Everyone.
    Public,
    /// The members of one organization.
    Organization(crate::id::RecordId),
    /// The operator.
    Internal,
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => f.write_str("public"),
            Self::Organization(id) => write!(f, "organization:{id}"),
            Self::Internal => f.write_str("internal"),
        }
    }
}

impl FromStr for Audience {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        let unknown = || UnknownWord { list: "audience", word: word.to_owned() };
        match word {
            "public" => Ok(Self::Public),
            "internal" => Ok(Self::Internal),
            _ => {
                let id = word.strip_prefix("organization:").ok_or_else(unknown)?;
                id.parse().map(Self::Organization).map_err(|_error| unknown())
            }
        }
    }
}

/// One row of the change log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its position.
    pub seq: Seq,
    /// When it was committed, by the server's clock.
    pub at: Timestamp,
    /// Who made it, as the audit names actors.
    pub actor: String,
    /// Who may read it.
    pub audience: Audience,
    /// The kind of record.
    pub kind: Kind,
    /// The record.
    pub entity_id: Uuid,
    /// What happened.
    pub op: Op,
    /// The revision that the change made.
    pub revision: u32,
    /// The hash of that revision's document.
    pub hash: Digest,
    /// The top-level members in which that document differs from the one before, sorted; only of an update.
    pub changed: Vec<String>,
}

//! Whether a record is shown.

use serde::{Deserialize, Serialize};

use crate::change::UnknownWord;

/// Whether and why a record is shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Visibility {
    /// Being written.
    Draft,
    /// Waiting for a decision, for example about personal data.
    Held {
        /// What it waits for.
        reason: String,
    },
    /// Shown to everyone.
    Published,
    /// Taken down by a person; it can return.
    Withdrawn {
        /// Why.
        reason: String,
    },
    /// Gone from its source, or deleted; only its own source brings it back.
    Deleted {
        /// Why.
        reason: String,
    },
}

impl Visibility {
    /// The word for the state.
    pub const fn state(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Held { .. } => "held",
            Self::Published => "published",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Deleted { .. } => "deleted",
        }
    }

    /// The reason, where the state has one.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Held { reason } | Self::Withdrawn { reason } | Self::Deleted { reason } => Some(reason),
            Self::Draft | Self::Published => None,
        }
    }

    /// Puts state and reason together again.
    pub fn from_parts(state: &str, reason: Option<String>) -> Result<Self, UnknownWord> {
        let reason = reason.unwrap_or_default();
        match state {
            "draft" => Ok(Self::Draft),
            "held" => Ok(Self::Held { reason }),
            "published" => Ok(Self::Published),
            "withdrawn" => Ok(Self::Withdrawn { reason }),
            "deleted" => Ok(Self::Deleted { reason }),
            _ => Err(UnknownWord { list: "visibility", word: state.to_owned() }),
        }
    }

    /// Whether everyone may see the record.
    pub fn is_public(&self) -> bool {
        *self == Self::Published
    }

    /// Whether a tombstone stands in the record's place.
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Withdrawn { .. } | Self::Deleted { .. })
    }
}

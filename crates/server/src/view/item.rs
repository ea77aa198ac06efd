//! An element of a list: a summary, or the members of it that were asked for.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Summary, project};

/// An element of a list of records.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Item {
    /// All that lists tell of a record.
    Summary(Box<Summary>),
    /// The members that were asked for.
    Members(Value),
}

impl From<Summary> for Item {
    fn from(summary: Summary) -> Self {
        Self::Summary(Box::new(summary))
    }
}

impl Item {
    /// A summary, or the members of it that these paths name.
    pub(crate) fn of(summary: Summary, paths: Option<&[Vec<String>]>) -> Self {
        match paths {
            Some(paths) => Self::Members(project(&members(summary).into(), paths)),
            None => Self::from(summary),
        }
    }

    /// The members that these paths name, of a summary or else of the whole record, which is JSON.
    pub(crate) fn within(
        summary: Summary,
        whole: &[u8],
        paths: &[Vec<String>],
    ) -> Result<Self, serde_json::Error> {
        let mut whole: Map<String, Value> = serde_json::from_slice(whole)?;
        whole.extend(members(summary));
        Ok(Self::Members(project(&whole.into(), paths)))
    }
}

fn members(summary: Summary) -> Map<String, Value> {
    match serde_json::to_value(summary) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

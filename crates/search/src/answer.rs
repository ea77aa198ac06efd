//! What the index answers.

use vitrina_domain::{id::RecordId, query::Field, record::Kind};

/// Where a page ended: the sort value and the creation sequence of its last hit.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct After {
    /// The value of the sort key.
    pub key: AfterKey,
    /// The tie-break.
    pub created_seq: i64,
}

/// A sort value.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub enum AfterKey {
    /// Dates and numbers; nothing for records without a value.
    Number(Option<i64>),
    /// Folded text.
    Text(String),
    /// A score.
    Score(f32),
}

/// One hit.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The record.
    pub id: RecordId,
    /// Its kind.
    pub kind: Kind,
    /// How well it answers; 0 where the order is not by relevance.
    pub score: f32,
    /// The title with the found words marked `<mark>`, everything else escaped for HTML.
    pub title_highlight: Option<String>,
    /// A piece of the description, marked and escaped likewise.
    pub snippet: Option<String>,
    /// Where the next page starts after this hit.
    pub after: After,
}

/// The counts of one facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    /// The field.
    pub field: Field,
    /// Its values with the number of records.
    pub buckets: Vec<(String, u64)>,
}

/// The answer to a search.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The hits of the page.
    pub hits: Vec<Hit>,
    /// Whether there are hits after these.
    pub more: bool,
    /// How many hits there are, when it was asked.
    pub total: Option<u64>,
    /// The facets, in the order asked.
    pub facets: Vec<Facet>,
    /// Whether the time for facets ran out.
    pub timed_out: bool,
}

/// A title offered while someone types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What to search for.
    pub text: String,
    /// The record it is the title of.
    pub id: RecordId,
    /// Its kind.
    pub kind: Kind,
}

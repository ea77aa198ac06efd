//! The full-text index: derived from the store, rebuilt at will, never the truth.
//!
//! One index per data folder. Whoever holds its lock ([`Index::writer`]) follows the change log; everyone can
//! search. The position in the change log is kept inside the index's own commit.
//!
//! - To make a field filterable: one line in `domain::query`, one in `schema`.

use std::path::Path;

use vitrina_domain::{
    change::Seq,
    id::RecordId,
    query::{FacetRequest, Selection, Sort},
    record::{Kind, Record},
    scope::Scope,
    vocabulary::Vocabularies,
};

/// Why the index cannot answer.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The index cannot be opened or written.
    #[error("the search index failed")]
    Engine(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The cursor was made for another query or order.
    #[error("the cursor belongs to another query")]
    CursorMismatch,
}

/// A record with the names that the index must know of its neighbours.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The record.
    pub record: &'a Record,
    /// Slug and name of its organization.
    pub organization: Option<(&'a str, &'a str)>,
    /// Slug of its home catalog.
    pub catalog: Option<&'a str>,
    /// Name of its source.
    pub source: &'a str,
}

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

/// A search.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// What the reader may see.
    pub scope: &'a Scope,
    /// What is asked.
    pub selection: &'a Selection,
    /// In which order.
    pub sort: Sort,
    /// Where the last page ended.
    pub after: Option<After>,
    /// How many hits at most; 0 for facets only.
    pub limit: usize,
    /// The facets to count; each ignores the query's own conditions on its field.
    pub facets: &'a [FacetRequest],
    /// Whether to mark the words that were found.
    pub highlight: bool,
    /// Whether to count every hit.
    pub count: bool,
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
    pub field: vitrina_domain::query::Field,
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

/// The index.
pub struct Index {
    _private: (),
}

/// The one that may write the index; dropping it gives the lock back.
pub struct Writer {
    _private: (),
}

impl Index {
    /// Opens the index under `dir/<schema hash>`, creating it, or making it anew when it is torn.
    pub fn open(_dir: &Path, _vocabularies: &Vocabularies) -> Result<Self, SearchError> {
        todo!()
    }

    /// The change up to which searches see the catalog.
    pub fn position(&self) -> Seq {
        todo!()
    }

    /// The writer, if no other process or thread holds it.
    pub fn writer(&self) -> Result<Option<Writer>, SearchError> {
        todo!()
    }

    /// Answers a search.
    pub fn search(&self, _request: &Request<'_>) -> Result<Answer, SearchError> {
        todo!()
    }

    /// Titles that begin with these words, most fitting first.
    pub fn suggest(&self, _scope: &Scope, _prefix: &str, _limit: usize) -> Result<Vec<Suggestion>, SearchError> {
        todo!()
    }

    /// How many records the index holds, seen or not.
    pub fn len(&self) -> u64 {
        todo!()
    }

    /// Whether the index holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes searches see the last commit, by whichever process.
    pub fn reload(&self) -> Result<(), SearchError> {
        todo!()
    }
}

impl Writer {
    /// Empties the index, for a rebuild; seen with the next commit.
    pub fn clear(&mut self) -> Result<(), SearchError> {
        todo!()
    }

    /// Puts a record in, replacing its earlier form.
    pub fn upsert(&mut self, _entry: &Entry<'_>) -> Result<(), SearchError> {
        todo!()
    }

    /// Takes a record out.
    pub fn delete(&mut self, _id: RecordId) -> Result<(), SearchError> {
        todo!()
    }

    /// Makes everything durable together with the position that was reached.
    pub fn commit(&mut self, _position: Seq) -> Result<(), SearchError> {
        todo!()
    }
}

//! What is asked of the index.

use vitrina_domain::{
    query::{FacetRequest, Selection, Sort},
    scope::Scope,
};

use crate::answer::After;

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

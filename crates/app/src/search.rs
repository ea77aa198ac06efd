//! Search over every kind of record, facets and suggestions.

use std::collections::HashMap;

use vitrina_domain::{
    id::RecordId,
    query::{FacetRequest, Selection, Sort},
    record::{Record, Stored},
};
pub use vitrina_search::Suggestion;
use vitrina_search::{After, Hit, Request};

use crate::{
    App, AppError,
    auth::Actor,
    facet::LabelledFacet,
    list::{Count, SUMMARISED},
};

/// A search asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchRequest {
    /// Kinds and condition.
    pub selection: Selection,
    /// The order.
    pub sort: Sort,
    /// Where the last page ended.
    pub after: Option<After>,
    /// How many hits at most.
    pub limit: usize,
    /// The facets to count.
    pub facets: Vec<FacetRequest>,
    /// Whether to count the hits.
    pub count: Count,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchResults {
    /// The records, best first, with what to mark in them.
    pub hits: Vec<(Hit, Record<Stored>)>,
    /// Where the next page starts.
    pub next: Option<After>,
    /// How many records there are in all.
    pub total: Option<u64>,
    /// The facets.
    pub facets: Vec<LabelledFacet>,
    /// Whether the time for facets ran out.
    pub timed_out: bool,
}

impl App {
    /// Searches what the actor may see.
    pub async fn search(&self, actor: &Actor, request: SearchRequest) -> Result<SearchResults, AppError> {
        let scope = actor.scope();
        let answer = self.index().search(&Request {
            scope: &scope,
            selection: &request.selection,
            sort: request.sort,
            after: request.after,
            limit: request.limit,
            facets: &request.facets,
            highlight: request.limit > 0,
            count: request.count == Count::Exact,
        })?;
        let ids: Vec<RecordId> = answer.hits.iter().map(|hit| hit.id).collect();
        let records = self.store().records(&scope, &ids, SUMMARISED).await?;
        let mut records: HashMap<RecordId, Record<Stored>> =
            records.into_iter().map(|record| (record.id, record)).collect();
        let next = answer.hits.last().filter(|_| answer.more).map(|hit| hit.after.clone());
        // What was deleted since the index last looked is no hit any more.
        let hits = answer
            .hits
            .into_iter()
            .filter_map(|hit| records.remove(&hit.id).map(|record| (hit, record)))
            .collect();
        let facets = answer.facets.into_iter().map(|facet| self.label(facet)).collect();
        Ok(SearchResults { hits, next, total: answer.total, facets, timed_out: answer.timed_out })
    }

    /// Titles that begin with these words.
    pub fn suggest(&self, actor: &Actor, prefix: &str, limit: usize) -> Result<Vec<Suggestion>, AppError> {
        Ok(self.index().suggest(&actor.scope(), prefix, limit)?)
    }
}

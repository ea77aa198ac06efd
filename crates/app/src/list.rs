//! Lists of records: by the store where it can answer exactly, by the index for everything else.

use vitrina_domain::{
    change::Seq,
    id::{RecordId, SourceId},
    query::{Direction, Field, Query, Selection, Sort, SortKey, Test},
    record::{Kind, Record},
};
use vitrina_search::{After, AfterKey, Request};
use vitrina_store::ListFilter;

use crate::{App, AppError, auth::Actor};

/// Whether a list is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Count {
    /// Exactly.
    Exact,
    /// Not at all.
    No,
}

/// A list asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct ListRequest {
    /// The kind of record.
    pub kind: Kind,
    /// The condition.
    pub query: Query,
    /// The order.
    pub sort: Sort,
    /// Where the last page ended.
    pub after: Option<After>,
    /// How many records at most.
    pub limit: usize,
    /// Whether to count.
    pub count: Count,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The records.
    pub records: Vec<Record>,
    /// Where the next page starts; nothing on the last one.
    pub next: Option<After>,
    /// How many records the whole list holds.
    pub total: Option<u64>,
}

impl App {
    /// A page of the records that the actor may see.
    pub async fn list(&self, actor: &Actor, request: ListRequest) -> Result<Page, AppError> {
        if request.sort.key == SortKey::Created
            && let Some(filter) = self.store_filter(&request.query).await?
        {
            return self.list_from_store(actor, &request, &filter).await;
        }
        self.list_from_index(actor, &request).await
    }

    async fn list_from_store(
        &self,
        actor: &Actor,
        request: &ListRequest,
        filter: &ListFilter,
    ) -> Result<Page, AppError> {
        let scope = actor.scope();
        let after = request.after.as_ref().map(|after| Seq(after.created_seq));
        let descending = request.sort.direction == Direction::Descending;
        // One more than asked for tells whether there is a next page.
        let limit = u64::try_from(request.limit + 1).unwrap_or(u64::MAX);
        let mut records = self.store().page(&scope, request.kind, filter, after, descending, limit).await?;
        let more = records.len() > request.limit;
        records.truncate(request.limit);
        let total = match request.count {
            Count::Exact => Some(self.store().count(&scope, request.kind, filter).await?),
            Count::No => None,
        };
        let next = records.last().filter(|_| more).map(|last| created(last.created_seq));
        Ok(Page { records, next, total })
    }

    async fn list_from_index(&self, actor: &Actor, request: &ListRequest) -> Result<Page, AppError> {
        let scope = actor.scope();
        let selection = Selection { kinds: vec![request.kind], query: request.query.clone() };
        let answer = self.index().search(&Request {
            scope: &scope,
            selection: &selection,
            sort: request.sort,
            after: request.after.clone(),
            limit: request.limit,
            facets: &[],
            highlight: false,
            count: request.count == Count::Exact,
        })?;
        let ids: Vec<RecordId> = answer.hits.iter().map(|hit| hit.id).collect();
        let records = self.store().records(&scope, &ids).await?;
        let next = answer.hits.last().filter(|_| answer.more).map(|hit| hit.after.clone());
        Ok(Page { records, next, total: answer.total })
    }

    /// The query as a filter of the store, if it is one.
    async fn store_filter(&self, query: &Query) -> Result<Option<ListFilter>, AppError> {
        let mut filter = ListFilter::default();
        let parts = match query {
            Query::All => return Ok(Some(filter)),
            Query::And(parts) => parts.as_slice(),
            one => std::slice::from_ref(one),
        };
        for part in parts {
            let Query::Field(field, Test::AnyOf(values)) = part else { return Ok(None) };
            let [value] = values.as_slice() else { return Ok(None) };
            // Only ids: the store compares them exactly, while slugs and names are the index's to fold.
            match field {
                Field::Organization if filter.organization_id.is_none() => {
                    filter.organization_id = value.parse().ok();
                    if filter.organization_id.is_none() {
                        return Ok(None);
                    }
                }
                Field::Catalog if filter.catalog_id.is_none() => {
                    filter.catalog_id = value.parse().ok();
                    if filter.catalog_id.is_none() {
                        return Ok(None);
                    }
                }
                Field::Source if filter.source_id.is_none() => {
                    let Some(source) = self.store().source_named(value).await? else { return Ok(None) };
                    let id: SourceId = source.id;
                    filter.source_id = Some(id);
                }
                _ => return Ok(None),
            }
        }
        Ok(Some(filter))
    }
}

/// The end of a page in creation order.
pub(crate) fn created(seq: Seq) -> After {
    After { key: AfterKey::Number(Some(seq.0)), created_seq: seq.0 }
}

//! Lists of records: by the store where it can answer exactly, by the index for everything else.

use vitrina_domain::{
    change::Seq,
    id::{RecordId, SourceId},
    query::{Field, Query, Selection, Sort, SortKey, Test},
    record::{Kind, Record, Stored},
    time::Timestamp,
};
use vitrina_search::{After, AfterKey, Request};
use vitrina_store::{Extent, ListFilter, Walk};

use crate::{App, AppError, auth::Actor, record::Reference};

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
    /// The instant whose list is asked for; nothing means now.
    pub at: Option<Timestamp>,
    /// The order.
    pub sort: Sort,
    /// Where the last page ended.
    pub after: Option<After>,
    /// How many records at most.
    pub limit: usize,
    /// Whether to count.
    pub count: Count,
    /// How much of each record is wanted.
    pub extent: Extent,
}

/// As much of a record as summaries tell.
pub const SUMMARISED: Extent = Extent::First(200);

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The records.
    pub records: Vec<Record<Stored>>,
    /// Where the next page starts; nothing on the last one.
    pub next: Option<After>,
    /// How many records the whole list holds.
    pub total: Option<u64>,
}

impl App {
    /// A page of the records that the actor may see.
    pub async fn list(&self, actor: &Actor, request: ListRequest) -> Result<Page, AppError> {
        if let Some(at) = request.at {
            let filter = self.past_filter(actor, &request).await?;
            return self.list_of_past(actor, &request, &filter, at).await;
        }
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
        let (scope, kind) = (actor.scope(), request.kind);
        let records = self.store().page(&scope, kind, filter, request.walk(), request.extent).await?;
        let total = match request.count {
            Count::Exact => Some(self.count(&scope, kind, filter).await?),
            Count::No => None,
        };
        Ok(request.page(records, total))
    }

    /// A page of the records as they were, in creation order.
    async fn list_of_past(
        &self,
        actor: &Actor,
        request: &ListRequest,
        filter: &ListFilter,
        at: Timestamp,
    ) -> Result<Page, AppError> {
        let (scope, kind) = (actor.scope(), request.kind);
        let records = self.store().page_at(&scope, kind, filter, at, request.walk()).await?;
        let total = match request.count {
            Count::Exact => Some(self.store().count_at(&scope, kind, filter, at).await?),
            Count::No => None,
        };
        Ok(request.page(records, total))
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
        let records = self.store().records(&scope, &ids, request.extent).await?;
        let next = answer.hits.last().filter(|_| answer.more).map(|hit| hit.after.clone());
        Ok(Page { records, next, total: answer.total })
    }

    /// The query as a filter of the store, if it is one.
    async fn store_filter(&self, query: &Query) -> Result<Option<ListFilter>, AppError> {
        let mut filter = ListFilter::default();
        for part in parts(query) {
            let Some((field, value)) = lone_value(part) else { return Ok(None) };
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

    /// The filter of a list of the past: the index knows no past, so the store must be able to answer alone.
    async fn past_filter(&self, actor: &Actor, request: &ListRequest) -> Result<ListFilter, AppError> {
        if request.sort.key != SortKey::Created {
            return Err(AppError::AtNotSupported);
        }
        let mut filter = ListFilter::default();
        for part in parts(&request.query) {
            match lone_value(part).ok_or(AppError::AtNotSupported)? {
                (Field::Organization, value) if filter.organization_id.is_none() => {
                    filter.organization_id = Some(self.named(actor, Kind::Organization, value).await?);
                }
                (Field::Catalog, value) if filter.catalog_id.is_none() => {
                    filter.catalog_id = Some(self.named(actor, Kind::Catalog, value).await?);
                }
                (Field::Source, value) if filter.source_id.is_none() => {
                    let source = self.store().source_named(value).await?;
                    filter.source_id = Some(source.ok_or_else(|| no_such("source", value))?.id);
                }
                _ => return Err(AppError::AtNotSupported),
            }
        }
        Ok(filter)
    }

    /// The record that a filter names by id or slug, which may be gone by now.
    async fn named(&self, actor: &Actor, kind: Kind, value: &str) -> Result<RecordId, AppError> {
        match self.followed(actor, kind, &Reference::from(value)).await {
            Ok(record) => Ok(record.id),
            Err(AppError::NotFound(_)) => Err(no_such(kind.as_str(), value)),
            Err(other) => Err(other),
        }
    }
}

impl ListRequest {
    fn walk(&self) -> Walk {
        Walk {
            after: self.after.as_ref().map(|after| Seq(after.created_seq)),
            direction: self.sort.direction,
            limit: u64::try_from(self.limit + 1).unwrap_or(u64::MAX),
        }
    }

    /// The page that a walk found.
    fn page(&self, mut records: Vec<Record<Stored>>, total: Option<u64>) -> Page {
        let more = records.len() > self.limit;
        records.truncate(self.limit);
        let next = records.last().filter(|_| more).map(|last| created(last.created_seq));
        Page { records, next, total }
    }
}

fn no_such(parameter: &'static str, value: &str) -> AppError {
    AppError::NoSuch { parameter, value: value.to_owned() }
}

/// The conditions that must all hold.
fn parts(query: &Query) -> &[Query] {
    match query {
        Query::All => &[],
        Query::And(parts) => parts,
        one => std::slice::from_ref(one),
    }
}

/// The field and the one value that it must have, when the condition is so.
fn lone_value(part: &Query) -> Option<(Field, &str)> {
    match part {
        Query::Field(field, Test::AnyOf(values)) => match values.as_slice() {
            [value] => Some((*field, value)),
            _ => None,
        },
        _ => None,
    }
}

/// The end of a page in creation order.
pub(crate) fn created(seq: Seq) -> After {
    After { key: AfterKey::Number(Some(seq.0)), created_seq: seq.0 }
}

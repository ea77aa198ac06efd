//! Records as they were at an instant: one, and lists of them.
//!
//! The revisions of a record follow each other without a gap and without overlap, so at most one holds at an instant,
//! and a condition on it finds the record as it was or nothing. A list costs what its records have had in revisions,
//! wherever it begins.

use sea_orm::{
    Condition, ConnectionTrait as _, FromQueryResult,
    sea_query::{Expr, ExprTrait as _, JoinType, Order, Query, SelectStatement},
};
use uuid::Uuid;
use vitrina_domain::{
    change::Seq,
    id::{RecordId, SourceId},
    record::{Kind, Record, Stored, Visibility},
    scope::Scope,
    time::Timestamp,
};

use super::Revisions;
use crate::{
    ListFilter, Store, StoreError,
    column::Cell,
    merge::merged,
    record::{Records, Shelf, Walk, listed_on, stretches},
};

#[derive(Debug, FromQueryResult)]
struct Row {
    record_id: Uuid,
    number: i64,
    kind: String,
    source_id: Uuid,
    catalog_id: Option<Uuid>,
    organization_id: Option<Uuid>,
    created_seq: i64,
    valid_from: i64,
    visibility: String,
    visibility_reason: Option<String>,
    hash: Vec<u8>,
    distribution_ids: String,
    document: String,
    // What a record keeps for good stands in its row of today.
    slug: String,
    identifier: String,
    created: i64,
    was_published: bool,
}

impl Row {
    const OF_REVISIONS: [Revisions; 13] = [
        Revisions::RecordId,
        Revisions::Number,
        Revisions::Kind,
        Revisions::SourceId,
        Revisions::CatalogId,
        Revisions::OrganizationId,
        Revisions::CreatedSeq,
        Revisions::ValidFrom,
        Revisions::Visibility,
        Revisions::VisibilityReason,
        Revisions::Hash,
        Revisions::DistributionIds,
        Revisions::Document,
    ];

    const OF_RECORDS: [Records; 4] =
        [Records::Slug, Records::Identifier, Records::Created, Records::WasPublished];
}

impl TryFrom<Row> for Record<Stored> {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let id = RecordId::new(row.record_id);
        let cell = |column| Cell { table: "revisions", column, row: format!("{id}/{}", row.number) };
        let kind: Kind = cell("kind").word(&row.kind)?;
        let metadata =
            Stored::from_whole(kind, &row.document).map_err(|_error| cell("document").inconsistent())?;
        Ok(Self {
            id,
            slug: cell("slug").word(&row.slug)?,
            source_id: SourceId::new(row.source_id),
            catalog_id: row.catalog_id.map(RecordId::new),
            organization_id: row.organization_id.map(RecordId::new),
            visibility: Visibility::from_parts(&row.visibility, row.visibility_reason.clone())
                .map_err(|_error| cell("visibility").inconsistent())?,
            was_published: row.was_published,
            created_seq: Seq(row.created_seq),
            revision: cell("number").number(row.number)?,
            created: Timestamp::from_micros(row.created),
            updated: Timestamp::from_micros(row.valid_from),
            hash: cell("hash").digest(&row.hash)?,
            metadata,
            distribution_ids: cell("distribution_ids").json(&row.distribution_ids)?,
            identifier: row.identifier,
        })
    }
}

/// The revisions that hold at an instant.
fn holds_at(at: Timestamp) -> Condition {
    let column = |column| Expr::col((Revisions::Table, column));
    let still = Condition::any()
        .add(column(Revisions::ValidTo).is_null())
        .add(column(Revisions::ValidTo).gt(at.micros()));
    Condition::all().add(column(Revisions::ValidFrom).lte(at.micros())).add(still)
}

/// The revisions of a kind that a list of the past holds, of one stretch or of all.
fn list_at(kind: Kind, filter: &ListFilter, at: Timestamp, readable: Condition) -> SelectStatement {
    Query::select()
        .from(Revisions::Table)
        .and_where(Shelf::Past.column(Records::Kind).eq(kind.as_str()))
        .cond_where(readable)
        .cond_where(filter.condition(Shelf::Past))
        .cond_where(holds_at(at))
        .take()
}

/// The revisions of a page.
fn page_at(
    scope: &Scope,
    kind: Kind,
    filter: &ListFilter,
    at: Timestamp,
    walk: Walk,
) -> Option<SelectStatement> {
    let selections = stretches(scope, filter).into_iter().map(|stretch| {
        list_at(kind, filter, at, stretch.condition(Shelf::Past))
            .columns(Row::OF_REVISIONS.map(|column| (Revisions::Table, column)))
            .and_where_option(walk.condition(Shelf::Past))
            .take()
    });
    merged(selections, Revisions::CreatedSeq, &walk.order(), walk.limit)
}

/// Joins what records keep for good to revisions of them.
fn composed(revisions: SelectStatement, order: Order) -> SelectStatement {
    let (revision, record) = ("v", "r");
    Query::select()
        .columns(Row::OF_REVISIONS.map(|column| (revision, column)))
        .columns(Row::OF_RECORDS.map(|column| (record, column)))
        .from_subquery(revisions, revision)
        .join_as(
            JoinType::InnerJoin,
            Records::Table,
            record,
            Expr::col((record, Records::Id)).equals((revision, Revisions::RecordId)),
        )
        .order_by((revision, Revisions::CreatedSeq), order)
        .take()
}

/// The statement of a page, for the test that asks databases how they would go about it.
#[cfg(test)]
pub(crate) fn plan_of_page(
    scope: &Scope,
    kind: Kind,
    filter: &ListFilter,
    at: Timestamp,
    after: Seq,
) -> SelectStatement {
    let walk = Walk::first(100).after(after);
    page_at(scope, kind, filter, at, walk).map(|page| composed(page, walk.order())).unwrap_or_default()
}

impl Store {
    /// A record as it was at an instant, if the scope may read that state.
    pub async fn record_at(
        &self,
        scope: &Scope,
        kind: Kind,
        id: RecordId,
        at: Timestamp,
    ) -> Result<Option<Record<Stored>>, StoreError> {
        let revision = list_at(kind, &ListFilter::default(), at, listed_on(Shelf::Past, scope))
            .columns(Row::OF_REVISIONS.map(|column| (Revisions::Table, column)))
            .and_where(Expr::col((Revisions::Table, Revisions::RecordId)).eq(id.uuid()))
            .take();
        let row = self.connections.reader.query_one(&composed(revision, Order::Asc)).await?;
        row.map(|row| Row::from_query_result(&row, "")?.try_into()).transpose()
    }

    /// As [`Store::page`], at an instant: organization, catalog and source are those of then.
    ///
    /// What was held or withdrawn since is closed to those whom it is closed to today.
    pub async fn page_at(
        &self,
        scope: &Scope,
        kind: Kind,
        filter: &ListFilter,
        at: Timestamp,
        walk: Walk,
    ) -> Result<Vec<Record<Stored>>, StoreError> {
        let Some(page) = page_at(scope, kind, filter, at, walk) else { return Ok(Vec::new()) };
        let rows = self.connections.reader.query_all(&composed(page, walk.order())).await?;
        rows.iter().map(|row| Row::from_query_result(row, "")?.try_into()).collect()
    }

    /// How many records such a list holds.
    pub async fn count_at(
        &self,
        scope: &Scope,
        kind: Kind,
        filter: &ListFilter,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        let query = list_at(kind, filter, at, listed_on(Shelf::Past, scope))
            .expr(Shelf::Past.column(Records::Kind).count())
            .take();
        let row = self.connections.reader.query_one(&query).await?;
        let count: i64 = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default();
        Cell { table: "revisions", column: "count", row: kind }.number(count)
    }
}

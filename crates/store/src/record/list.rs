//! Lists of records, their lengths, and what a source no longer has.

use std::collections::HashMap;

use sea_orm::{
    Condition, ConnectionTrait as _, DbBackend, FromQueryResult as _,
    sea_query::{Expr, ExprTrait as _, Order, Query, SelectStatement},
};
use uuid::Uuid;
use vitrina_domain::{
    change::Seq,
    id::{RecordId, SourceId},
    query::Direction,
    record::{Kind, Record, Stored},
    scope::Scope,
};

use super::{
    Extent, Records, row,
    visible::{self, Shelf, Stretch, constant, stretches},
};
use crate::{Store, StoreError, Tx, column::Cell, merge::merged};

/// Filters that the store answers by itself, exactly and at any depth; the index answers the others.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ListFilter {
    /// Records of this organization.
    pub organization_id: Option<RecordId>,
    /// Records of this catalog.
    pub catalog_id: Option<RecordId>,
    /// Records of this source.
    pub source_id: Option<SourceId>,
}

impl ListFilter {
    pub(crate) fn condition(&self, shelf: Shelf) -> Condition {
        let column = |column| shelf.column(column);
        Condition::all()
            .add_option(self.organization_id.map(|id| column(Records::OrganizationId).eq(id.uuid())))
            .add_option(self.catalog_id.map(|id| column(Records::CatalogId).eq(id.uuid())))
            .add_option(self.source_id.map(|id| column(Records::SourceId).eq(id.uuid())))
    }
}

/// A stretch of a list in creation order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Walk {
    /// The position of the record that it comes after; nothing means from the end that it begins at.
    pub after: Option<Seq>,
    /// Which way it goes.
    pub direction: Direction,
    /// How many records at most.
    pub limit: u64,
}

impl Walk {
    /// The first of them all, oldest first.
    pub const fn first(limit: u64) -> Self {
        Self { after: None, direction: Direction::Ascending, limit }
    }

    /// What comes after a record.
    #[must_use]
    pub const fn after(self, after: Seq) -> Self {
        Self { after: Some(after), ..self }
    }

    pub(crate) fn order(self) -> Order {
        match self.direction {
            Direction::Ascending => Order::Asc,
            Direction::Descending => Order::Desc,
        }
    }

    pub(crate) fn condition(self, shelf: Shelf) -> Option<Expr> {
        let seq = shelf.column(Records::CreatedSeq);
        self.after.map(|Seq(after)| match self.direction {
            Direction::Ascending => seq.gt(after),
            Direction::Descending => seq.lt(after),
        })
    }
}

/// The records of one stretch from a place on.
fn stretch_of(stretch: Stretch, kind: Kind, filter: &ListFilter, walk: Walk) -> SelectStatement {
    Query::select()
        .columns(Records::COLUMNS.map(|column| (Records::Table, column)))
        .from(Records::Table)
        .and_where(Expr::col((Records::Table, Records::Kind)).eq(constant(kind.as_str())))
        .cond_where(stretch.condition(Shelf::Today))
        .cond_where(filter.condition(Shelf::Today))
        .and_where_option(walk.condition(Shelf::Today))
        .take()
}

/// The records of a page, without their distributions.
fn page(scope: &Scope, kind: Kind, filter: &ListFilter, walk: Walk) -> Option<SelectStatement> {
    let stretches = stretches(scope, filter).into_iter();
    let selections = stretches.map(|stretch| stretch_of(stretch, kind, filter, walk));
    merged(selections, Records::CreatedSeq, &walk.order(), walk.limit)
}

/// The same with their distributions.
fn composed(page: SelectStatement, walk: Walk, extent: Extent, backend: DbBackend) -> SelectStatement {
    row::composed(page, extent, backend).order_by((row::NAME, Records::CreatedSeq), walk.order()).take()
}

impl Store {
    /// Visible records in creation order; tombstones are not in lists. Page 5,000 costs what page 1 costs.
    pub async fn page(
        &self,
        scope: &Scope,
        kind: Kind,
        filter: &ListFilter,
        walk: Walk,
        extent: Extent,
    ) -> Result<Vec<Record<Stored>>, StoreError> {
        let Some(page) = page(scope, kind, filter, walk) else { return Ok(Vec::new()) };
        let query = composed(page, walk, extent, self.connections.reader.get_database_backend());
        row::records(&self.connections.reader.query_all(&query).await?)
    }

    /// How many records such a list holds.
    pub async fn count(&self, scope: &Scope, kind: Kind, filter: &ListFilter) -> Result<u64, StoreError> {
        let query = Query::select()
            .expr(Expr::col((Records::Table, Records::Kind)).count())
            .from(Records::Table)
            .and_where(Expr::col((Records::Table, Records::Kind)).eq(constant(kind.as_str())))
            .cond_where(visible::listed(scope))
            .cond_where(filter.condition(Shelf::Today))
            .take();
        let row = self.connections.reader.query_one(&query).await?;
        let count: i64 = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default();
        Cell { table: "records", column: "count", row: kind }.number(count)
    }

    /// How many records of each kind the scope sees.
    pub async fn counts(&self, scope: &Scope) -> Result<HashMap<Kind, u64>, StoreError> {
        #[derive(sea_orm::FromQueryResult)]
        struct Count {
            kind: String,
            records: i64,
        }
        let kind = || Expr::col((Records::Table, Records::Kind));
        let query = Query::select()
            .expr_as(kind(), "kind")
            .expr_as(kind().count(), "records")
            .from(Records::Table)
            .cond_where(visible::listed(scope))
            .group_by_col((Records::Table, Records::Kind))
            .take();
        let mut counts: HashMap<Kind, u64> = Kind::ALL.into_iter().map(|kind| (kind, 0)).collect();
        for row in self.connections.reader.query_all(&query).await? {
            let Count { kind, records } = Count::from_query_result(&row, "")?;
            let cell = Cell { table: "records", column: "kind", row: &kind };
            counts.insert(cell.word(&kind)?, cell.number(records)?);
        }
        Ok(counts)
    }
}

impl Tx {
    /// Records of a source that are no tombstones, in creation order, after one of them, at most `limit`: among
    /// them is what `--replace` ends.
    pub async fn absent(
        &mut self,
        kind: Kind,
        source_id: SourceId,
        after: Option<RecordId>,
        limit: u64,
    ) -> Result<Vec<RecordId>, StoreError> {
        self.take_turn().await?;
        let after = match after {
            Some(id) => self.created_seq(id).await?,
            None => None,
        };
        let filter = ListFilter { source_id: Some(source_id), ..ListFilter::default() };
        let walk = Walk { after, ..Walk::first(limit) };
        let Some(page) = page(&Scope::All, kind, &filter, walk) else { return Ok(Vec::new()) };
        let ids = Query::select().column(Records::Id).from_subquery(page, "page").take();
        let rows = self.transaction.query_all(&ids).await?;
        let mut ids = Vec::with_capacity(rows.len());
        for row in rows {
            ids.push(RecordId::new(row.try_get_by_index::<Uuid>(0)?));
        }
        Ok(ids)
    }

    async fn created_seq(&self, id: RecordId) -> Result<Option<Seq>, StoreError> {
        let query = Query::select()
            .column(Records::CreatedSeq)
            .from(Records::Table)
            .and_where(Expr::col(Records::Id).eq(id.uuid()))
            .take();
        let row = self.transaction.query_one(&query).await?;
        Ok(row.map(|row| row.try_get_by_index(0).map(Seq)).transpose()?)
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::QueryResult;
    use vitrina_domain::id::RecordId;

    use super::*;
    use crate::testing::{Engine, TestStore};

    /// What `SQLite` says it does for a page, whatever is in it.
    async fn plan(store: &Store, scope: &Scope, filter: &ListFilter) -> String {
        let walk = Walk::first(100).after(Seq(7));
        let page = page(scope, Kind::Dataset, filter, walk).unwrap();
        let mut statement = DbBackend::Sqlite.build(&composed(page, walk, Extent::Whole, DbBackend::Sqlite));
        statement.sql.insert_str(0, "EXPLAIN QUERY PLAN ");
        let rows = store.connections.reader.query_all_raw(statement).await.unwrap();
        let detail = |row: &QueryResult| row.try_get::<String>("", "detail").unwrap();
        rows.iter().map(detail).collect::<Vec<_>>().join("\n")
    }

    #[tokio::test]
    async fn every_list_walks_an_index_in_creation_order() {
        let test = TestStore::open(Engine::Sqlite).await.unwrap().unwrap();
        let id = RecordId::new(Uuid::from_u128(1));
        let filters = [
            (ListFilter::default(), "records_list "),
            (
                ListFilter { organization_id: Some(id), ..ListFilter::default() },
                "records_list_by_organization ",
            ),
            (ListFilter { catalog_id: Some(id), ..ListFilter::default() }, "records_list_by_catalog "),
            (
                ListFilter { source_id: Some(SourceId::new(id.uuid())), ..ListFilter::default() },
                "records_list_by_source ",
            ),
        ];
        for (filter, index) in filters {
            let public = plan(&test.store, &Scope::Public, &filter).await;
            assert!(public.contains(index) && !public.contains("SCAN records"), "{public}");
            for scope in [Scope::All, Scope::Organizations(vec![id])] {
                let plan = plan(&test.store, &scope, &filter).await;
                let walks = plan.matches("created_seq>?").count();
                assert!(walks >= 3 && !plan.contains("SCAN records"), "{scope:?} {plan}");
            }
        }
    }
}

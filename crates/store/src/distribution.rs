//! Distributions: rows of their own, found through the dataset that they belong to.

use sea_orm::{
    Condition, ConnectionTrait as _, DatabaseTransaction, DeriveIden, FromQueryResult,
    sea_query::{Expr, ExprTrait as _, JoinType, Order, Query, SelectStatement},
};
use serde_json::Value;
use uuid::Uuid;
use vitrina_domain::{
    id::{DistributionId, RecordId},
    record::SealedDistribution,
    scope::Scope,
};

use crate::{
    Store, StoreError,
    bulk::Rows,
    column::Cell,
    plain::bound,
    record::{Records, found, listed},
};

/// A distribution with the dataset it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct DistributionRow {
    /// Its id.
    pub id: DistributionId,
    /// The dataset.
    pub dataset_id: RecordId,
    /// Its place in the dataset, from 0.
    pub position: u32,
    /// Its document.
    pub document: Value,
}

/// The table and its columns.
#[derive(Debug, Clone, Copy, DeriveIden)]
pub(crate) enum Distributions {
    Table,
    Id,
    DatasetId,
    Position,
    MatchKey,
    Document,
}

#[derive(Debug, FromQueryResult)]
struct Row {
    id: Uuid,
    dataset_id: Uuid,
    position: i64,
    document: String,
}

impl TryFrom<Row> for DistributionRow {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let cell = |column| Cell { table: "distributions", column, row: row.id };
        Ok(Self {
            id: DistributionId::new(row.id),
            dataset_id: RecordId::new(row.dataset_id),
            position: cell("position").number(row.position)?,
            document: cell("document").json(&row.document)?,
        })
    }
}

/// Distributions of the datasets that a condition admits.
fn of_datasets(admitted: Condition) -> SelectStatement {
    let column = |column| (Distributions::Table, column);
    Query::select()
        .columns(
            [Distributions::Id, Distributions::DatasetId, Distributions::Position, Distributions::Document]
                .map(column),
        )
        .from(Distributions::Table)
        .join(
            JoinType::InnerJoin,
            Records::Table,
            Expr::col((Records::Table, Records::Id)).equals(column(Distributions::DatasetId)),
        )
        .cond_where(admitted)
        .take()
}

impl Store {
    /// A distribution by id, of a dataset in scope or of one that is gone and left its tombstone there.
    pub async fn distribution(
        &self,
        scope: &Scope,
        id: DistributionId,
    ) -> Result<Option<DistributionRow>, StoreError> {
        let query = of_datasets(found(scope))
            .and_where(Expr::col((Distributions::Table, Distributions::Id)).eq(id.uuid()))
            .take();
        let row = self.connections.reader.query_one(&query).await?;
        row.map(|row| Row::from_query_result(&row, "")?.try_into()).transpose()
    }

    /// The distributions of a dataset in scope from a position on.
    pub async fn distributions(
        &self,
        scope: &Scope,
        dataset_id: RecordId,
        from: u32,
        limit: u64,
    ) -> Result<Vec<DistributionRow>, StoreError> {
        let query = of_datasets(listed(scope))
            .and_where(Expr::col((Distributions::Table, Distributions::DatasetId)).eq(dataset_id.uuid()))
            .and_where(Expr::col((Distributions::Table, Distributions::Position)).gte(i64::from(from)))
            .order_by((Distributions::Table, Distributions::Position), Order::Asc)
            .limit(limit)
            .take();
        let rows = self.connections.reader.query_all(&query).await?;
        rows.iter().map(|row| Row::from_query_result(row, "")?.try_into()).collect()
    }
}

/// The distributions of a dataset as they are written, in order.
pub(crate) type OfDataset = (RecordId, Vec<(DistributionId, SealedDistribution)>);

/// Puts these distributions in the place of those that the datasets had.
pub(crate) async fn replace(
    tx: &DatabaseTransaction,
    before: &[Uuid],
    datasets: Vec<OfDataset>,
) -> Result<(), StoreError> {
    if !before.is_empty() {
        let delete = Query::delete()
            .from_table(Distributions::Table)
            .and_where(Expr::col(Distributions::DatasetId).is_in(before.iter().copied()))
            .take();
        tx.execute(&delete).await?;
    }
    let columns = [
        Distributions::Id,
        Distributions::DatasetId,
        Distributions::Position,
        Distributions::MatchKey,
        Distributions::Document,
    ];
    let mut rows = Rows::new(Distributions::Table, columns);
    for (dataset, distributions) in datasets {
        for (position, (id, distribution)) in (0_i64..).zip(distributions) {
            rows.push([
                id.uuid().into(),
                dataset.uuid().into(),
                position.into(),
                distribution.match_key.as_deref().map(bound).into(),
                distribution.text.into(),
            ]);
        }
    }
    rows.insert(tx).await?;
    Ok(())
}

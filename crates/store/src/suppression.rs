//! Who is not written to any more.

use sea_orm::{
    ConnectionTrait as _, DeriveIden, FromQueryResult,
    sea_query::{Expr, ExprTrait as _, OnConflict, Order, Query, SelectStatement},
};
use uuid::Uuid;
use vitrina_domain::{
    canonical::Digest,
    id::SuppressionId,
    mail::{ListName, Suppression},
    time::Timestamp,
};

use crate::{Store, StoreError, Tx, bulk::Rows, column::Cell, plain::bound};

/// The table and its columns.
#[derive(Debug, Clone, Copy, DeriveIden)]
enum Suppressions {
    Table,
    Id,
    Address,
    List,
    Reason,
    Domain,
    Created,
    Actor,
}

impl Suppressions {
    const COLUMNS: [Self; 7] =
        [Self::Id, Self::Address, Self::List, Self::Reason, Self::Domain, Self::Created, Self::Actor];
}

#[derive(Debug, FromQueryResult)]
struct Row {
    id: Uuid,
    address: Vec<u8>,
    list: String,
    reason: String,
    domain: Option<String>,
    created: i64,
    actor: String,
}

impl TryFrom<Row> for Suppression {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let cell = |column| Cell { table: "suppressions", column, row: row.id };
        let list = Some(row.list.as_str()).filter(|list| !list.is_empty());
        Ok(Self {
            id: SuppressionId::new(row.id),
            address: cell("address").digest(&row.address)?,
            list: list.map(|list| cell("list").word(list)).transpose()?,
            reason: cell("reason").word(&row.reason)?,
            domain: row.domain,
            created: Timestamp::from_micros(row.created),
            actor: row.actor,
        })
    }
}

fn all() -> SelectStatement {
    Query::select().columns(Suppressions::COLUMNS).from(Suppressions::Table).take()
}

impl Store {
    /// Suppressions, newest first, older than one.
    pub async fn suppressions(
        &self,
        before: Option<SuppressionId>,
        limit: u64,
    ) -> Result<Vec<Suppression>, StoreError> {
        // The ids are UUIDs of version 7, which sort by time.
        let query = all()
            .and_where_option(before.map(|id| Expr::col(Suppressions::Id).lt(id.uuid())))
            .order_by(Suppressions::Id, Order::Desc)
            .limit(limit)
            .take();
        self.read_suppressions(&query).await
    }

    /// A suppression.
    pub async fn suppression(&self, id: SuppressionId) -> Result<Option<Suppression>, StoreError> {
        let query = all().and_where(Expr::col(Suppressions::Id).eq(id.uuid())).take();
        Ok(self.read_suppressions(&query).await?.pop())
    }

    /// Everything that stands against letters to an address, oldest first.
    pub async fn suppressions_of(&self, address: &Digest) -> Result<Vec<Suppression>, StoreError> {
        let query = all()
            .and_where(Expr::col(Suppressions::Address).eq(address.as_bytes().to_vec()))
            .order_by(Suppressions::Id, Order::Asc)
            .take();
        self.read_suppressions(&query).await
    }

    async fn read_suppressions(&self, query: &SelectStatement) -> Result<Vec<Suppression>, StoreError> {
        let rows = self.connections.reader.query_all(query).await?;
        rows.iter().map(|row| Row::from_query_result(row, "")?.try_into()).collect()
    }
}

impl Tx {
    /// Keeps a suppression unless there is one for its address and list; whether it was kept.
    pub async fn suppress(&mut self, suppression: &Suppression) -> Result<bool, StoreError> {
        let there = OnConflict::columns([Suppressions::Address, Suppressions::List]).do_nothing().to_owned();
        let mut rows = Rows::new(Suppressions::Table, Suppressions::COLUMNS).on_conflict(there);
        rows.push([
            suppression.id.uuid().into(),
            suppression.address.as_bytes().to_vec().into(),
            suppression.list.as_ref().map_or("", ListName::as_str).into(),
            suppression.reason.as_str().into(),
            suppression.domain.as_deref().map(bound).into(),
            suppression.created.micros().into(),
            bound(&suppression.actor).into(),
        ]);
        Ok(rows.insert(&self.transaction).await? > 0)
    }

    /// Ends a suppression; false when there is none.
    pub async fn lift_suppression(&mut self, id: SuppressionId) -> Result<bool, StoreError> {
        let lift = Query::delete()
            .from_table(Suppressions::Table)
            .and_where(Expr::col(Suppressions::Id).eq(id.uuid()))
            .take();
        Ok(self.transaction.execute(&lift).await?.rows_affected() > 0)
    }
}

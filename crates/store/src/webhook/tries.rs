//! The log of a webhook: what became of each try.

use std::time::Duration;

use sea_orm::{
    ConnectionTrait as _, DeriveIden, FromQueryResult,
    sea_query::{Expr, ExprTrait as _, Order, Query},
};
use uuid::Uuid;
use vitrina_domain::{id::WebhookId, time::Timestamp, webhook::Try};

use super::row;
use crate::{Store, StoreError, Tx, bulk::Rows, column::Cell, plain::bound};

/// The most tries that are kept of one webhook.
const MOST: i64 = 1_000;

/// The table and its columns.
#[derive(Debug, Clone, Copy, DeriveIden)]
enum WebhookTries {
    Table,
    WebhookId,
    Position,
    Event,
    Kind,
    At,
    Attempt,
    Took,
    Status,
    Reason,
}

impl WebhookTries {
    const COLUMNS: [Self; 9] = [
        Self::WebhookId,
        Self::Position,
        Self::Event,
        Self::Kind,
        Self::At,
        Self::Attempt,
        Self::Took,
        Self::Status,
        Self::Reason,
    ];
}

#[derive(Debug, FromQueryResult)]
struct Row {
    webhook_id: Uuid,
    position: i64,
    event: String,
    kind: String,
    at: i64,
    attempt: i64,
    took: i64,
    status: Option<i64>,
    reason: Option<String>,
}

impl TryFrom<Row> for Try {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let cell = |column| Cell { table: "webhook_tries", column, row: row.webhook_id };
        Ok(Self {
            position: cell("position").number(row.position)?,
            event: row.event,
            kind: row.kind,
            at: Timestamp::from_micros(row.at),
            attempt: cell("attempt").number(row.attempt)?,
            took: Duration::from_millis(cell("took").number(row.took)?),
            outcome: row::outcome(&cell("status"), row.status, row.reason)?,
        })
    }
}

impl Store {
    /// Tries of a webhook, the last one first, before one.
    pub async fn webhook_tries(
        &self,
        id: WebhookId,
        before: Option<u64>,
        limit: u64,
    ) -> Result<Vec<Try>, StoreError> {
        let cell = Cell { table: "webhook_tries", column: "position", row: id };
        let before = before.map(|before| cell.signed(before)).transpose()?;
        let query = Query::select()
            .columns(WebhookTries::COLUMNS)
            .from(WebhookTries::Table)
            .and_where(Expr::col(WebhookTries::WebhookId).eq(id.uuid()))
            .and_where_option(before.map(|before| Expr::col(WebhookTries::Position).lt(before)))
            .order_by(WebhookTries::Position, Order::Desc)
            .limit(limit)
            .take();
        let rows = self.connections.reader.query_all(&query).await?;
        rows.iter().map(|row| Row::from_query_result(row, "")?.try_into()).collect()
    }
}

impl Tx {
    /// Adds a try to the log of a webhook that this transaction holds, in the place after the last one. Those before the
    /// last thousand are forgotten.
    pub async fn log_try(&mut self, id: WebhookId, new: &Try) -> Result<(), StoreError> {
        let Try { position: _, event, kind, at, attempt, took, outcome } = new;
        let last = Query::select()
            .expr(Expr::col(WebhookTries::Position).max())
            .from(WebhookTries::Table)
            .and_where(Expr::col(WebhookTries::WebhookId).eq(id.uuid()))
            .take();
        let row = self.transaction.query_one(&last).await?;
        let last: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
        let position = last.unwrap_or_default() + 1;
        let (status, reason) = row::told(Some(outcome));
        let mut rows = Rows::new(WebhookTries::Table, WebhookTries::COLUMNS);
        rows.push([
            id.uuid().into(),
            position.into(),
            bound(event).into(),
            bound(kind).into(),
            at.micros().into(),
            i64::from(*attempt).into(),
            i64::try_from(took.as_millis()).unwrap_or(i64::MAX).into(),
            status.into(),
            reason.into(),
        ]);
        rows.insert(&self.transaction).await?;
        let forget = Query::delete()
            .from_table(WebhookTries::Table)
            .and_where(Expr::col(WebhookTries::WebhookId).eq(id.uuid()))
            .and_where(Expr::col(WebhookTries::Position).lte(position - MOST))
            .take();
        self.transaction.execute(&forget).await?;
        Ok(())
    }

    /// Forgets the tries that began before an instant; how many.
    pub async fn forget_tries(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        let forget = Query::delete()
            .from_table(WebhookTries::Table)
            .and_where(Expr::col(WebhookTries::At).lt(before.micros()))
            .take();
        Ok(self.transaction.execute(&forget).await?.rows_affected())
    }

    pub(super) async fn forget_tries_of(&mut self, id: WebhookId) -> Result<(), StoreError> {
        let forget = Query::delete()
            .from_table(WebhookTries::Table)
            .and_where(Expr::col(WebhookTries::WebhookId).eq(id.uuid()))
            .take();
        self.transaction.execute(&forget).await?;
        Ok(())
    }
}

//! Webhooks: each with its position in the change log, and the log of what was sent to it.

use sea_orm::{
    ConnectionTrait as _, DeriveIden, FromQueryResult as _,
    sea_query::{Expr, ExprTrait as _, Order, Query},
};
use vitrina_domain::{
    change::Seq,
    id::WebhookId,
    webhook::{State, Webhook},
};

use crate::{Store, StoreError, Tx, bulk::Rows, plain::plain};
use row::Row;

mod row;
mod tries;

/// The table and its columns.
#[derive(Debug, Clone, Copy, DeriveIden)]
enum Webhooks {
    Table,
    Id,
    Owner,
    Address,
    Kinds,
    OrganizationId,
    Secret,
    FormerSecret,
    FormerUntil,
    State,
    Position,
    Created,
    Accepted,
    FailingSince,
    Tries,
    LastStatus,
    LastReason,
}

impl Store {
    /// A webhook.
    pub async fn webhook(&self, id: WebhookId) -> Result<Option<Webhook>, StoreError> {
        let query = row::all().and_where(Expr::col(Webhooks::Id).eq(id.uuid())).take();
        let row = self.connections.reader.query_one(&query).await?;
        row.map(|row| Row::from_query_result(&row, "")?.try_into()).transpose()
    }

    /// Webhooks of an owner or of all, newest first, older than one.
    pub async fn webhooks(
        &self,
        owner: Option<&str>,
        before: Option<WebhookId>,
        limit: u64,
    ) -> Result<Vec<Webhook>, StoreError> {
        // The ids are UUIDs of version 7, which sort by time.
        let query = row::all()
            .and_where_option(owner.map(|owner| Expr::col(Webhooks::Owner).eq(plain(owner).as_ref())))
            .and_where_option(before.map(|id| Expr::col(Webhooks::Id).lt(id.uuid())))
            .order_by(Webhooks::Id, Order::Desc)
            .limit(limit)
            .take();
        let rows = self.connections.reader.query_all(&query).await?;
        rows.iter().map(|row| Row::from_query_result(row, "")?.try_into()).collect()
    }

    /// The active webhooks that have not seen the log as far as `last`.
    pub async fn webhooks_behind(&self, last: Seq) -> Result<Vec<Webhook>, StoreError> {
        let query = row::all()
            .and_where(Expr::col(Webhooks::State).eq(State::Active.as_str()))
            .and_where(Expr::col(Webhooks::Position).lt(last.0))
            .order_by(Webhooks::Id, Order::Asc)
            .take();
        let rows = self.connections.reader.query_all(&query).await?;
        rows.iter().map(|row| Row::from_query_result(row, "")?.try_into()).collect()
    }
}

impl Tx {
    /// A webhook, which nobody else changes until the end of the transaction.
    pub async fn webhook(&mut self, id: WebhookId) -> Result<Option<Webhook>, StoreError> {
        let query = row::all().and_where(Expr::col(Webhooks::Id).eq(id.uuid())).lock_exclusive().take();
        let row = self.transaction.query_one(&query).await.map_err(StoreError::waiting)?;
        row.map(|row| Row::from_query_result(&row, "")?.try_into()).transpose()
    }

    /// How many webhooks an owner has; nobody else makes one until the end of the transaction.
    pub async fn count_webhooks(&mut self, owner: &str) -> Result<u64, StoreError> {
        self.take_turn().await?;
        let query = Query::select()
            .expr(Expr::col(Webhooks::Id).count())
            .from(Webhooks::Table)
            .and_where(Expr::col(Webhooks::Owner).eq(plain(owner).as_ref()))
            .take();
        let row = self.transaction.query_one(&query).await?;
        let count: i64 = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default();
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// Keeps a new webhook.
    pub async fn add_webhook(&mut self, webhook: &Webhook) -> Result<(), StoreError> {
        let mut rows = Rows::new(Webhooks::Table, Webhooks::COLUMNS);
        rows.push(row::cells(webhook)?);
        rows.insert(&self.transaction).await?;
        Ok(())
    }

    /// Keeps a webhook as it is now.
    pub async fn update_webhook(&mut self, webhook: &Webhook) -> Result<(), StoreError> {
        let update = Query::update()
            .table(Webhooks::Table)
            .values(Webhooks::COLUMNS.into_iter().zip(row::cells(webhook)?))
            .and_where(Expr::col(Webhooks::Id).eq(webhook.id.uuid()))
            .take();
        self.transaction.execute(&update).await?;
        Ok(())
    }

    /// Removes a webhook with its log.
    pub async fn remove_webhook(&mut self, id: WebhookId) -> Result<(), StoreError> {
        self.forget_tries_of(id).await?;
        let remove = Query::delete()
            .from_table(Webhooks::Table)
            .and_where(Expr::col(Webhooks::Id).eq(id.uuid()))
            .take();
        self.transaction.execute(&remove).await?;
        Ok(())
    }
}

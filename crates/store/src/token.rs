//! API tokens, found by their digest; the token itself is never kept.

use sea_orm::{
    ConnectionTrait as _, DeriveIden, FromQueryResult,
    sea_query::{Expr, ExprTrait as _, Order, Query, SelectStatement},
};
use uuid::Uuid;
use vitrina_domain::{canonical::Digest, id::TokenId, time::Timestamp};

use crate::{
    Store, StoreError, Tx,
    bulk::Rows,
    column::{Cell, json_text},
    plain::bound,
};

/// An API token as it is kept: never the token itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Its id.
    pub id: TokenId,
    /// What the operator calls it.
    pub name: String,
    /// SHA-256 of the token.
    pub hash: Digest,
    /// What it allows, as text: `write:datasets`, `import@{organization}`, …
    pub scopes: Vec<String>,
    /// When it was made.
    pub created: Timestamp,
    /// When it stops working.
    pub expires: Timestamp,
    /// When it was revoked.
    pub revoked: Option<Timestamp>,
    /// The last day it was used.
    pub last_used: Option<Timestamp>,
}

/// The table and its columns.
#[derive(Debug, Clone, Copy, DeriveIden)]
enum Tokens {
    Table,
    Id,
    Name,
    Hash,
    Scopes,
    Created,
    Expires,
    Revoked,
    LastUsed,
}

impl Tokens {
    const COLUMNS: [Self; 8] = [
        Self::Id,
        Self::Name,
        Self::Hash,
        Self::Scopes,
        Self::Created,
        Self::Expires,
        Self::Revoked,
        Self::LastUsed,
    ];
}

#[derive(Debug, FromQueryResult)]
struct Row {
    id: Uuid,
    name: String,
    hash: Vec<u8>,
    scopes: String,
    created: i64,
    expires: i64,
    revoked: Option<i64>,
    last_used: Option<i64>,
}

impl TryFrom<Row> for TokenRow {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let cell = |column| Cell { table: "tokens", column, row: row.id };
        Ok(Self {
            id: TokenId::new(row.id),
            hash: cell("hash").digest(&row.hash)?,
            scopes: cell("scopes").json(&row.scopes)?,
            name: row.name,
            created: Timestamp::from_micros(row.created),
            expires: Timestamp::from_micros(row.expires),
            revoked: row.revoked.map(Timestamp::from_micros),
            last_used: row.last_used.map(Timestamp::from_micros),
        })
    }
}

const DAY: i64 = 24 * 60 * 60 * 1_000_000;

fn all() -> SelectStatement {
    Query::select().columns(Tokens::COLUMNS).from(Tokens::Table).take()
}

impl Store {
    /// A token by its hash.
    pub async fn token(&self, hash: &Digest) -> Result<Option<TokenRow>, StoreError> {
        let query = all().and_where(Expr::col(Tokens::Hash).eq(hash.as_bytes().to_vec())).take();
        let row = self.connections.reader.query_one(&query).await?;
        row.map(|row| Row::from_query_result(&row, "")?.try_into()).transpose()
    }

    /// Every token, newest first.
    pub async fn tokens(&self) -> Result<Vec<TokenRow>, StoreError> {
        let query = all().order_by(Tokens::Created, Order::Desc).order_by(Tokens::Id, Order::Desc).take();
        let rows = self.connections.reader.query_all(&query).await?;
        rows.iter().map(|row| Row::from_query_result(row, "")?.try_into()).collect()
    }
}

impl Tx {
    /// Keeps a token.
    pub async fn add_token(&mut self, token: &TokenRow) -> Result<(), StoreError> {
        let mut rows = Rows::new(Tokens::Table, Tokens::COLUMNS);
        rows.push([
            token.id.uuid().into(),
            bound(&token.name).into(),
            token.hash.as_bytes().to_vec().into(),
            json_text(&token.scopes)?.into(),
            token.created.micros().into(),
            token.expires.micros().into(),
            token.revoked.map(Timestamp::micros).into(),
            token.last_used.map(Timestamp::micros).into(),
        ]);
        rows.insert(&self.transaction).await?;
        Ok(())
    }

    /// Revokes a token; false when there is none. The first revocation stands.
    pub async fn revoke_token(&mut self, id: TokenId, at: Timestamp) -> Result<bool, StoreError> {
        let first = Expr::col(Tokens::Revoked).if_null(at.micros());
        let update = Query::update()
            .table(Tokens::Table)
            .value(Tokens::Revoked, first)
            .and_where(Expr::col(Tokens::Id).eq(id.uuid()))
            .take();
        Ok(self.transaction.execute(&update).await?.rows_affected() > 0)
    }

    /// Notes the day a token was used.
    pub async fn touch_token(&mut self, id: TokenId, at: Timestamp) -> Result<(), StoreError> {
        // Only the day, so that the log of one's working hours is not kept, and one write a day is enough.
        let day = at.micros().div_euclid(DAY).saturating_mul(DAY);
        let earlier = Expr::col(Tokens::LastUsed).is_null().or(Expr::col(Tokens::LastUsed).lt(day));
        let update = Query::update()
            .table(Tokens::Table)
            .value(Tokens::LastUsed, day)
            .and_where(Expr::col(Tokens::Id).eq(id.uuid()))
            .and_where(earlier)
            .take();
        self.transaction.execute(&update).await?;
        Ok(())
    }
}

//! Answers kept for requests that are repeated with the same `Idempotency-Key`.

use sea_orm::{
    ConnectionTrait as _, DeriveIden, FromQueryResult,
    sea_query::{Expr, ExprTrait as _, OnConflict, Query},
};
use vitrina_domain::{canonical::Digest, time::Timestamp};

use crate::{
    StoreError, Tx,
    bulk::Rows,
    column::{Cell, json_text},
    plain::{self, bound},
};

/// An answer kept for a repeated request with the same `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    /// Digest of the request: another one under the same key is an error of the client.
    pub request: Digest,
    /// The HTTP status; nothing while the first request is still being answered.
    pub status: Option<u16>,
    /// The headers worth repeating.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// The table and its columns.
#[derive(Debug, Clone, Copy, DeriveIden)]
enum IdempotencyKeys {
    Table,
    Owner,
    Key,
    Request,
    Claimed,
    Status,
    Headers,
    Body,
}

#[derive(Debug, FromQueryResult)]
struct Row {
    request: Vec<u8>,
    status: Option<i64>,
    headers: String,
    body: Vec<u8>,
}

impl Row {
    fn into_answer(self, key: &str) -> Result<StoredAnswer, StoreError> {
        let cell = |column| Cell { table: "idempotency_keys", column, row: key };
        Ok(StoredAnswer {
            request: cell("request").digest(&self.request)?,
            status: self.status.map(|status| cell("status").number(status)).transpose()?,
            headers: cell("headers").json(&self.headers)?,
            body: self.body,
        })
    }
}

fn under(owner: &str, key: &str) -> Expr {
    Expr::col(IdempotencyKeys::Owner)
        .eq(bound(owner))
        .and(Expr::col(IdempotencyKeys::Key).eq(plain::key(key)))
}

impl Tx {
    /// Takes a key for a request, or gives what stands under it. Keys older than `oldest` are dropped.
    ///
    /// Of two claims at once one waits for the other's transaction and then finds what it left.
    pub async fn claim_idempotency_key(
        &mut self,
        owner: &str,
        key: &str,
        request: &Digest,
        oldest: Timestamp,
    ) -> Result<Option<StoredAnswer>, StoreError> {
        let expired = Query::delete()
            .from_table(IdempotencyKeys::Table)
            .and_where(Expr::col(IdempotencyKeys::Claimed).lt(oldest.micros()))
            .take();
        self.transaction.execute(&expired).await?;

        let columns = [
            IdempotencyKeys::Owner,
            IdempotencyKeys::Key,
            IdempotencyKeys::Request,
            IdempotencyKeys::Claimed,
            IdempotencyKeys::Headers,
            IdempotencyKeys::Body,
        ];
        let keeping =
            OnConflict::columns([IdempotencyKeys::Owner, IdempotencyKeys::Key]).do_nothing().to_owned();
        let mut rows = Rows::new(IdempotencyKeys::Table, columns).on_conflict(keeping);
        rows.push([
            bound(owner).into(),
            plain::key(key).into(),
            request.as_bytes().to_vec().into(),
            self.at.micros().into(),
            "[]".into(),
            Vec::<u8>::new().into(),
        ]);
        if rows.insert(&self.transaction).await? > 0 {
            return Ok(None);
        }
        let query = Query::select()
            .columns([
                IdempotencyKeys::Request,
                IdempotencyKeys::Status,
                IdempotencyKeys::Headers,
                IdempotencyKeys::Body,
            ])
            .from(IdempotencyKeys::Table)
            .and_where(under(owner, key))
            .take();
        let row = self.transaction.query_one(&query).await?;
        row.map(|row| Row::from_query_result(&row, "")?.into_answer(key)).transpose()
    }

    /// Gives a key back that was claimed for a request without an answer worth keeping.
    pub async fn release_idempotency_key(&mut self, owner: &str, key: &str) -> Result<(), StoreError> {
        let release = Query::delete()
            .from_table(IdempotencyKeys::Table)
            .and_where(under(owner, key))
            .and_where(Expr::col(IdempotencyKeys::Status).is_null())
            .take();
        self.transaction.execute(&release).await?;
        Ok(())
    }

    /// Keeps the answer under a key.
    pub async fn store_answer(
        &mut self,
        owner: &str,
        key: &str,
        answer: &StoredAnswer,
    ) -> Result<(), StoreError> {
        let update = Query::update()
            .table(IdempotencyKeys::Table)
            .value(IdempotencyKeys::Request, answer.request.as_bytes().to_vec())
            .value(IdempotencyKeys::Status, answer.status.map(i64::from))
            .value(IdempotencyKeys::Headers, json_text(&answer.headers)?)
            .value(IdempotencyKeys::Body, answer.body.clone())
            .and_where(under(owner, key))
            .take();
        self.transaction.execute(&update).await?;
        Ok(())
    }
}

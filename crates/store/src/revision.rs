//! Revisions: every state that a record ever had, whole, with the time in which it held.

use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, DeriveIden, FromQueryResult,
    sea_query::{Expr, ExprTrait as _, Order, Query, SelectStatement},
};
use serde_json::Value;
use uuid::Uuid;
use vitrina_domain::{
    canonical::Digest,
    id::RecordId,
    record::{RawSpan, Revision},
    time::Timestamp,
};

use crate::{Store, StoreError, bulk::Rows, column::Cell, plain::bound, record::Records};

/// The table and its columns.
#[derive(Debug, Clone, Copy, DeriveIden)]
enum Revisions {
    Table,
    RecordId,
    Number,
    ValidFrom,
    ValidTo,
    Actor,
    Hash,
    Document,
    RawDigest,
    RawEncoding,
    RawOffset,
    RawLength,
}

#[derive(Debug, FromQueryResult)]
struct Row {
    number: i64,
    valid_from: i64,
    valid_to: Option<i64>,
    actor: String,
    hash: Vec<u8>,
    document: Option<String>,
    raw_digest: Option<Vec<u8>>,
    raw_encoding: Option<String>,
    raw_offset: Option<i64>,
    raw_length: Option<i64>,
}

impl Row {
    fn into_revision(self, id: RecordId) -> Result<Revision, StoreError> {
        let cell = |column| Cell { table: "revisions", column, row: format!("{id}/{}", self.number) };
        let raw = match (self.raw_digest, self.raw_encoding, self.raw_offset, self.raw_length) {
            (Some(digest), Some(encoding), Some(offset), Some(length)) => Some(RawSpan {
                digest: cell("raw_digest").digest(&digest)?,
                encoding,
                offset: cell("raw_offset").number(offset)?,
                length: cell("raw_length").number(length)?,
            }),
            _ => None,
        };
        Ok(Revision {
            number: cell("number").number(self.number)?,
            valid_from: Timestamp::from_micros(self.valid_from),
            valid_to: self.valid_to.map(Timestamp::from_micros),
            actor: self.actor,
            hash: cell("hash").digest(&self.hash)?,
            document: self.document.map_or(Ok(Value::Null), |text| cell("document").json(&text))?,
            raw,
        })
    }
}

/// The revisions of a record, newest first, without their documents.
fn of(id: RecordId) -> SelectStatement {
    Query::select()
        .columns([
            Revisions::Number,
            Revisions::ValidFrom,
            Revisions::ValidTo,
            Revisions::Actor,
            Revisions::Hash,
            Revisions::RawDigest,
            Revisions::RawEncoding,
            Revisions::RawOffset,
            Revisions::RawLength,
        ])
        .from(Revisions::Table)
        .and_where(Expr::col(Revisions::RecordId).eq(id.uuid()))
        .order_by(Revisions::Number, Order::Desc)
        .take()
}

impl Store {
    /// Revisions of a record after (older than) a number, newest first, without their documents.
    pub async fn revisions(
        &self,
        id: RecordId,
        before: Option<u32>,
        limit: u64,
    ) -> Result<Vec<Revision>, StoreError> {
        let before = before.map(|number| Expr::col(Revisions::Number).lt(i64::from(number)));
        let query =
            of(id).expr_as(Expr::cust("NULL"), "document").and_where_option(before).limit(limit).take();
        let rows = self.connections.reader.query_all(&query).await?;
        rows.iter().map(|row| Row::from_query_result(row, "")?.into_revision(id)).collect()
    }

    /// One revision with its document.
    pub async fn revision(&self, id: RecordId, number: u32) -> Result<Option<Revision>, StoreError> {
        self.one(id, Expr::col(Revisions::Number).eq(i64::from(number))).await
    }

    /// The revision that held at an instant, with its document.
    pub async fn revision_at(&self, id: RecordId, at: Timestamp) -> Result<Option<Revision>, StoreError> {
        self.one(id, Expr::col(Revisions::ValidFrom).lte(at.micros())).await
    }

    /// The newest revision that meets a condition.
    async fn one(&self, id: RecordId, condition: Expr) -> Result<Option<Revision>, StoreError> {
        let query = of(id).column(Revisions::Document).and_where(condition).limit(1).take();
        let row = self.connections.reader.query_one(&query).await?;
        row.map(|row| Row::from_query_result(&row, "")?.into_revision(id)).transpose()
    }
}

/// A revision as it is written.
#[derive(Debug)]
pub(crate) struct NewRevision {
    pub(crate) record_id: RecordId,
    pub(crate) number: u32,
    pub(crate) valid_from: Timestamp,
    pub(crate) hash: Digest,
    pub(crate) document: String,
    pub(crate) raw: Option<RawSpan>,
}

/// Ends the current revisions of records that are already in their next state.
pub(crate) async fn end(tx: &DatabaseTransaction, records: &[Uuid]) -> Result<(), StoreError> {
    if records.is_empty() {
        return Ok(());
    }
    let next_began = Query::select()
        .column((Records::Table, Records::Updated))
        .from(Records::Table)
        .and_where(Expr::col((Records::Table, Records::Id)).equals((Revisions::Table, Revisions::RecordId)))
        .take();
    let update = Query::update()
        .table(Revisions::Table)
        .value(Revisions::ValidTo, Expr::SubQuery(None, Box::new(next_began.into())))
        .and_where(Expr::col(Revisions::RecordId).is_in(records.iter().copied()))
        .and_where(Expr::col(Revisions::ValidTo).is_null())
        .take();
    tx.execute(&update).await?;
    Ok(())
}

/// Appends revisions.
pub(crate) async fn append(
    tx: &DatabaseTransaction,
    actor: &str,
    revisions: Vec<NewRevision>,
) -> Result<(), StoreError> {
    let columns = [
        Revisions::RecordId,
        Revisions::Number,
        Revisions::ValidFrom,
        Revisions::Actor,
        Revisions::Hash,
        Revisions::Document,
        Revisions::RawDigest,
        Revisions::RawEncoding,
        Revisions::RawOffset,
        Revisions::RawLength,
    ];
    let mut rows = Rows::new(Revisions::Table, columns);
    for revision in revisions {
        let cell = |column| Cell { table: "revisions", column, row: revision.record_id };
        let raw = revision.raw.as_ref();
        rows.push([
            revision.record_id.uuid().into(),
            i64::from(revision.number).into(),
            revision.valid_from.micros().into(),
            actor.into(),
            revision.hash.as_bytes().to_vec().into(),
            revision.document.into(),
            raw.map(|raw| raw.digest.as_bytes().to_vec()).into(),
            raw.map(|raw| bound(&raw.encoding)).into(),
            raw.map(|raw| cell("raw_offset").signed(raw.offset)).transpose()?.into(),
            raw.map(|raw| cell("raw_length").signed(raw.length)).transpose()?.into(),
        ]);
    }
    rows.insert(tx).await?;
    Ok(())
}

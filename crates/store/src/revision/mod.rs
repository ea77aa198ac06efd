//! Revisions: every state that a record ever had, whole, with the time in which it held.
//!
//! A revision keeps two words for who may read it. `visibility` is what the record was then, and never changes.
//! `access` is who may read of it today, and is what every read here asks for: it starts as the same word, and
//! whoever holds or withdraws a record closes what came before with it, because a document is mostly taken down for
//! what it says, and its earlier states say the same. Publishing the record again opens those that say exactly what
//! was published, and no others.

mod past;
mod write;

#[cfg(test)]
pub(crate) use past::plan_of_page;
use sea_orm::{
    ConnectionTrait as _, DeriveIden, FromQueryResult,
    sea_query::{Expr, ExprTrait as _, Order, Query, SelectStatement},
};
use serde_json::Value;
use vitrina_domain::{
    id::RecordId,
    record::{RawSpan, Revision},
    scope::Scope,
    time::Timestamp,
};
pub(crate) use write::{NewRevision, access_after, append, end, settle_access};

use crate::{Store, StoreError, column::Cell, record::remembered};

/// The table and its columns.
#[derive(Debug, Clone, Copy, DeriveIden)]
pub(crate) enum Revisions {
    Table,
    RecordId,
    Number,
    Kind,
    SourceId,
    CatalogId,
    OrganizationId,
    CreatedSeq,
    ValidFrom,
    ValidTo,
    Visibility,
    VisibilityReason,
    Access,
    Actor,
    Hash,
    DistributionIds,
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

/// The revisions of a record that a scope may read, newest first, without their documents.
fn of(scope: &Scope, id: RecordId) -> SelectStatement {
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
        .cond_where(remembered(scope))
        .order_by(Revisions::Number, Order::Desc)
        .take()
}

impl Store {
    /// Revisions of a record before (older than) a number, newest first, without their documents.
    pub async fn revisions(
        &self,
        scope: &Scope,
        id: RecordId,
        before: Option<u32>,
        limit: u64,
    ) -> Result<Vec<Revision>, StoreError> {
        let before = before.map(|number| Expr::col(Revisions::Number).lt(i64::from(number)));
        let query = of(scope, id)
            .expr_as(Expr::cust("NULL"), "document")
            .and_where_option(before)
            .limit(limit)
            .take();
        let rows = self.connections.reader.query_all(&query).await?;
        rows.iter().map(|row| Row::from_query_result(row, "")?.into_revision(id)).collect()
    }

    /// One revision with its document.
    pub async fn revision(
        &self,
        scope: &Scope,
        id: RecordId,
        number: u32,
    ) -> Result<Option<Revision>, StoreError> {
        let number = Expr::col(Revisions::Number).eq(i64::from(number));
        let query = of(scope, id).column(Revisions::Document).and_where(number).take();
        let row = self.connections.reader.query_one(&query).await?;
        row.map(|row| Row::from_query_result(&row, "")?.into_revision(id)).transpose()
    }
}

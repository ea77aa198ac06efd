//! The files of distributions: each upload a row, numbered; the last one is the file that is given.

use sea_orm::{
    ConnectionTrait as _, DeriveIden, FromQueryResult, QueryResult,
    sea_query::{Expr, ExprTrait as _, JoinType, Order, Query, SelectStatement},
};
use uuid::Uuid;
use vitrina_domain::{
    canonical::Digest,
    id::{DistributionId, RecordId},
    time::Timestamp,
};

use crate::{
    DistributionRow, Store, StoreError, Tx, bulk::Rows, column::Cell, plain::bound, record::Records,
};

/// A file that was uploaded for a distribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// The distribution.
    pub distribution_id: DistributionId,
    /// Its place among the distribution's files, from 1.
    pub number: u32,
    /// The dataset.
    pub dataset_id: RecordId,
    /// The SHA-256 of its bytes.
    pub digest: Digest,
    /// Its length in bytes.
    pub length: u64,
    /// What its bytes are.
    pub media_type: String,
    /// What it is called.
    pub name: String,
    /// Who sent it.
    pub actor: String,
    /// When.
    pub uploaded: Timestamp,
}

/// A file to be noted; who and when is known by the transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// The distribution.
    pub distribution_id: DistributionId,
    /// The dataset.
    pub dataset_id: RecordId,
    /// The SHA-256 of its bytes.
    pub digest: Digest,
    /// Its length in bytes.
    pub length: u64,
    /// What its bytes are.
    pub media_type: String,
    /// What it is called.
    pub name: String,
}

/// The table and its columns.
#[derive(Debug, Clone, Copy, DeriveIden)]
enum Files {
    Table,
    DistributionId,
    Number,
    DatasetId,
    Digest,
    Length,
    MediaType,
    Name,
    Actor,
    Uploaded,
}

impl Files {
    const COLUMNS: [Self; 9] = [
        Self::DistributionId,
        Self::Number,
        Self::DatasetId,
        Self::Digest,
        Self::Length,
        Self::MediaType,
        Self::Name,
        Self::Actor,
        Self::Uploaded,
    ];
}

#[derive(Debug, FromQueryResult)]
struct Row {
    distribution_id: Uuid,
    number: i64,
    dataset_id: Uuid,
    digest: Vec<u8>,
    length: i64,
    media_type: String,
    name: String,
    actor: String,
    uploaded: i64,
}

impl TryFrom<Row> for FileRow {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let cell = |column| Cell { table: "files", column, row: row.distribution_id };
        Ok(Self {
            distribution_id: DistributionId::new(row.distribution_id),
            number: cell("number").number(row.number)?,
            dataset_id: RecordId::new(row.dataset_id),
            digest: cell("digest").digest(&row.digest)?,
            length: cell("length").number(row.length)?,
            media_type: row.media_type,
            name: row.name,
            actor: row.actor,
            uploaded: Timestamp::from_micros(row.uploaded),
        })
    }
}

fn last_of(distribution: DistributionId) -> SelectStatement {
    Query::select()
        .columns(Files::COLUMNS)
        .from(Files::Table)
        .and_where(Expr::col(Files::DistributionId).eq(distribution.uuid()))
        .order_by(Files::Number, Order::Desc)
        .limit(1)
        .take()
}

fn file(row: Option<QueryResult>) -> Result<Option<FileRow>, StoreError> {
    row.map(|row| Row::from_query_result(&row, "")?.try_into()).transpose()
}

fn bytes_of(organization: Option<RecordId>) -> SelectStatement {
    let mut query = Query::select()
        .expr(Expr::cust(r#"CAST(COALESCE(SUM("files"."length"), 0) AS bigint)"#))
        .from(Files::Table)
        .take();
    if let Some(organization) = organization {
        query
            .join(
                JoinType::InnerJoin,
                Records::Table,
                Expr::col((Records::Table, Records::Id)).equals((Files::Table, Files::DatasetId)),
            )
            .and_where(Expr::col((Records::Table, Records::OrganizationId)).eq(organization.uuid()));
    }
    query
}

fn sum(row: Option<QueryResult>) -> Result<u64, StoreError> {
    let sum: i64 = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default();
    Cell { table: "files", column: "length", row: "sum" }.number(sum)
}

impl Store {
    /// The file of a distribution, which was found in its reader's scope.
    pub async fn file_of(&self, distribution: &DistributionRow) -> Result<Option<FileRow>, StoreError> {
        file(self.connections.reader.query_one(&last_of(distribution.id)).await?)
    }

    /// How many bytes all files have that were uploaded for datasets of an organization, or for any.
    pub async fn uploaded_bytes(&self, organization: Option<RecordId>) -> Result<u64, StoreError> {
        sum(self.connections.reader.query_one(&bytes_of(organization)).await?)
    }
}

impl Tx {
    /// The file that a distribution has now; nobody changes it before the transaction ends.
    pub async fn file_of(&mut self, distribution: DistributionId) -> Result<Option<FileRow>, StoreError> {
        self.take_turn().await?;
        file(self.transaction.query_one(&last_of(distribution)).await?)
    }

    /// As [`Store::uploaded_bytes`]; the sum holds until the transaction ends.
    pub async fn uploaded_bytes(&mut self, organization: Option<RecordId>) -> Result<u64, StoreError> {
        self.take_turn().await?;
        sum(self.transaction.query_one(&bytes_of(organization)).await?)
    }

    /// Makes a file the one of its distribution; those before it stay as its history.
    pub async fn add_file(&mut self, new: NewFile) -> Result<FileRow, StoreError> {
        let last = self.file_of(new.distribution_id).await?;
        let NewFile { distribution_id, dataset_id, digest, length, media_type, name } = new;
        let row = FileRow {
            distribution_id,
            number: last.map_or(0, |last| last.number).saturating_add(1),
            dataset_id,
            digest,
            length,
            media_type: bound(&media_type),
            name: bound(&name),
            actor: self.actor.clone(),
            uploaded: self.at,
        };
        let mut rows = Rows::new(Files::Table, Files::COLUMNS);
        rows.push([
            row.distribution_id.uuid().into(),
            i64::from(row.number).into(),
            row.dataset_id.uuid().into(),
            row.digest.as_bytes().to_vec().into(),
            Cell { table: "files", column: "length", row: row.distribution_id }.signed(row.length)?.into(),
            row.media_type.clone().into(),
            row.name.clone().into(),
            row.actor.clone().into(),
            row.uploaded.micros().into(),
        ]);
        rows.insert(&self.transaction).await?;
        Ok(row)
    }
}

//! What is known of every file. A row is there before its file and goes with it, so that no file is without one.

use sea_orm::{
    ConnectionTrait, DeriveIden, FromQueryResult, QueryResult,
    sea_query::{Expr, ExprTrait as _, OnConflict, Order, Query, SelectStatement},
};
use vitrina_domain::{canonical::Digest, time::Timestamp};

use super::Seal;
use crate::{Store, StoreError, Tx, bulk::Rows, column::Cell};

/// The table and its columns.
#[derive(Debug, Clone, Copy, DeriveIden)]
enum Blobs {
    Table,
    Digest,
    Length,
    Blocks,
    /// When bytes were last about to be put in place.
    Expected,
}

/// The rows that name a digest because they need its file.
const NEEDED: &str = "EXISTS (SELECT 1 FROM files f WHERE f.digest = blobs.digest) \
    OR EXISTS (SELECT 1 FROM import_runs r WHERE r.raw_digest = blobs.digest)";

#[derive(Debug, FromQueryResult)]
struct Row {
    digest: Vec<u8>,
    length: i64,
    blocks: Vec<u8>,
}

fn seal(row: &QueryResult) -> Result<Seal, StoreError> {
    let Row { digest, length, blocks } = Row::from_query_result(row, "")?;
    let cell = |column| Cell { table: "blobs", column, row: hex::encode(&digest) };
    let seal = Seal {
        digest: cell("digest").digest(&digest)?,
        length: cell("length").number(length)?,
        blocks: blocks.into(),
    };
    if seal.is_complete() { Ok(seal) } else { Err(cell("blocks").inconsistent()) }
}

fn seals() -> SelectStatement {
    Query::select().columns([Blobs::Digest, Blobs::Length, Blobs::Blocks]).from(Blobs::Table).take()
}

impl Store {
    /// What vouches for a file.
    pub async fn seal(&self, digest: &Digest) -> Result<Option<Seal>, StoreError> {
        let query = seals().and_where(Expr::col(Blobs::Digest).eq(digest.as_bytes().to_vec())).take();
        let row = self.connections.reader.query_one(&query).await?;
        row.as_ref().map(seal).transpose()
    }

    /// The files that some row needs, in the order of their digests, after one of them.
    pub async fn needed_files(&self, after: Option<&Digest>, limit: u64) -> Result<Vec<Seal>, StoreError> {
        let mut query = seals();
        if let Some(after) = after {
            query.and_where(Expr::col(Blobs::Digest).gt(after.as_bytes().to_vec()));
        }
        let query =
            query.and_where(Expr::cust(NEEDED)).order_by(Blobs::Digest, Order::Asc).limit(limit).take();
        let rows = self.connections.reader.query_all(&query).await?;
        rows.iter().map(seal).collect()
    }

    /// Files that no row needs and that nobody was about to store since an instant.
    pub async fn unneeded_files(&self, since: Timestamp, limit: u64) -> Result<Vec<Digest>, StoreError> {
        let query = seals()
            .and_where(Expr::col(Blobs::Expected).lt(since.micros()))
            .and_where(Expr::cust(NEEDED).not())
            .order_by(Blobs::Expected, Order::Asc)
            .limit(limit)
            .take();
        let rows = self.connections.reader.query_all(&query).await?;
        rows.iter().map(|row| Ok(seal(row)?.digest)).collect()
    }

    /// Removes a file that no row needs and that nobody was about to store since an instant; whether it did.
    ///
    /// The row is held until the file is gone: whoever is about to store the same bytes waits for that, and then puts
    /// them in place anew.
    pub async fn collect_file(&self, digest: Digest, since: Timestamp) -> Result<bool, StoreError> {
        let tx = self.begin("store", since).await?;
        let delete = Query::delete()
            .from_table(Blobs::Table)
            .and_where(Expr::col(Blobs::Digest).eq(digest.as_bytes().to_vec()))
            .and_where(Expr::col(Blobs::Expected).lt(since.micros()))
            .and_where(Expr::cust(NEEDED).not())
            .take();
        if tx.transaction.execute(&delete).await?.rows_affected() == 0 {
            return Ok(false);
        }
        self.blobs().remove(digest).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// The digests of the files that some row needs.
pub(crate) async fn needed<C: ConnectionTrait>(connection: &C) -> Result<Vec<Digest>, StoreError> {
    let query = seals().and_where(Expr::cust(NEEDED)).order_by(Blobs::Digest, Order::Asc).take();
    let rows = connection.query_all(&query).await?;
    rows.iter().map(|row| Ok(seal(row)?.digest)).collect()
}

impl Tx {
    /// Announces a file that is about to be put in its place, and that a row is going to need.
    ///
    /// It must be committed before [`crate::Blobs::adopt`]: for a while from then on nobody collects the file.
    pub async fn expect_blob(&mut self, seal: &Seal) -> Result<(), StoreError> {
        let again = OnConflict::column(Blobs::Digest).update_column(Blobs::Expected).to_owned();
        let columns = [Blobs::Digest, Blobs::Length, Blobs::Blocks, Blobs::Expected];
        let mut rows = Rows::new(Blobs::Table, columns).on_conflict(again);
        let cell = Cell { table: "blobs", column: "length", row: seal.digest };
        rows.push([
            seal.digest.as_bytes().to_vec().into(),
            cell.signed(seal.length)?.into(),
            seal.blocks.to_vec().into(),
            self.at.micros().into(),
        ]);
        rows.insert(&self.transaction).await?;
        Ok(())
    }
}

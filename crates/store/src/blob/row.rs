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
    /// When it was last read whole and found to be as it was stored.
    Checked,
}

/// A file that was not read whole for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unchecked {
    /// The file.
    pub seal: Seal,
    /// When it was last found to be as it was stored.
    pub checked: Timestamp,
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

    /// Files that some row needs and that were last found whole before an instant, the longest ago first; those that come
    /// after one of them in this order.
    pub async fn unchecked_files(
        &self,
        before: Timestamp,
        after: Option<&Unchecked>,
        limit: u64,
    ) -> Result<Vec<Unchecked>, StoreError> {
        let mut query = seals();
        query.column(Blobs::Checked).and_where(Expr::col(Blobs::Checked).lt(before.micros()));
        if let Some(Unchecked { seal, checked }) = after {
            let place = Expr::tuple([Expr::col(Blobs::Checked), Expr::col(Blobs::Digest)]);
            let last = Expr::tuple([checked.micros().into(), seal.digest.as_bytes().to_vec().into()]);
            query.and_where(place.gt(last));
        }
        let query = query
            .and_where(Expr::cust(NEEDED))
            .order_by(Blobs::Checked, Order::Asc)
            .order_by(Blobs::Digest, Order::Asc)
            .limit(limit)
            .take();
        let rows = self.connections.reader.query_all(&query).await?;
        let unchecked = |row: &QueryResult| {
            let checked = Timestamp::from_micros(row.try_get("", "checked")?);
            Ok(Unchecked { seal: seal(row)?, checked })
        };
        rows.iter().map(unchecked).collect()
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
    /// Notes that files are as they were stored.
    pub async fn files_are_whole(&mut self, digests: &[Digest]) -> Result<(), StoreError> {
        let digests = digests.iter().map(|digest| digest.as_bytes().to_vec());
        let update = Query::update()
            .table(Blobs::Table)
            .value(Blobs::Checked, self.at.micros())
            .and_where(Expr::col(Blobs::Digest).is_in(digests))
            .take();
        self.transaction.execute(&update).await?;
        Ok(())
    }

    /// Announces a file that is about to be put in its place, and that a row is going to need.
    ///
    /// It must be committed before [`crate::Blobs::adopt`]: for a while from then on nobody collects the file.
    pub async fn expect_blob(&mut self, seal: &Seal) -> Result<(), StoreError> {
        let again = OnConflict::column(Blobs::Digest).update_column(Blobs::Expected).to_owned();
        let columns = [Blobs::Digest, Blobs::Length, Blobs::Blocks, Blobs::Expected, Blobs::Checked];
        let mut rows = Rows::new(Blobs::Table, columns).on_conflict(again);
        let cell = Cell { table: "blobs", column: "length", row: seal.digest };
        rows.push([
            seal.digest.as_bytes().to_vec().into(),
            cell.signed(seal.length)?.into(),
            seal.blocks.to_vec().into(),
            self.at.micros().into(),
            // Its bytes were just digested.
            self.at.micros().into(),
        ]);
        rows.insert(&self.transaction).await?;
        Ok(())
    }
}

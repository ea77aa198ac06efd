//! What was found in stored files, by their digest. A row goes with its file.

use sea_orm::{
    ConnectionTrait as _, DeriveIden, FromQueryResult,
    sea_query::{Expr, ExprTrait as _, OnConflict, Query},
};
use serde_json::Value;
use vitrina_domain::{canonical::Digest, time::Timestamp};

use crate::{
    Store, StoreError, Tx,
    bulk::Rows,
    column::{Cell, json_text},
    plain::bound,
};

/// What came of a look into a file.
#[derive(Debug, Clone, PartialEq)]
pub struct InspectionRow {
    /// The file.
    pub digest: Digest,
    /// What was found, or why nothing was.
    pub outcome: Value,
    /// When.
    pub inspected: Timestamp,
    /// The version of the program that looked.
    pub program: String,
}

/// The table and its columns.
#[derive(Debug, Clone, Copy, DeriveIden)]
enum Inspections {
    Table,
    Digest,
    Outcome,
    Inspected,
    Program,
}

impl Inspections {
    const COLUMNS: [Self; 4] = [Self::Digest, Self::Outcome, Self::Inspected, Self::Program];
}

#[derive(Debug, FromQueryResult)]
struct Row {
    digest: Vec<u8>,
    outcome: String,
    inspected: i64,
    program: String,
}

impl TryFrom<Row> for InspectionRow {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let Row { digest, outcome, inspected, program } = row;
        let cell = |column| Cell { table: "inspections", column, row: hex::encode(&digest) };
        Ok(Self {
            digest: cell("digest").digest(&digest)?,
            outcome: cell("outcome").json(&outcome)?,
            inspected: Timestamp::from_micros(inspected),
            program,
        })
    }
}

impl Store {
    /// What was found in a file; nothing while nobody looked.
    pub async fn inspection(&self, digest: &Digest) -> Result<Option<InspectionRow>, StoreError> {
        let query = Query::select()
            .columns(Inspections::COLUMNS)
            .from(Inspections::Table)
            .and_where(Expr::col(Inspections::Digest).eq(digest.as_bytes().to_vec()))
            .take();
        let row = self.connections.reader.query_one(&query).await?;
        row.map(|row| Row::from_query_result(&row, "")?.try_into()).transpose()
    }
}

impl Tx {
    /// The version of the program that looked into a file; nothing while none did.
    pub async fn inspected_by(&mut self, digest: &Digest) -> Result<Option<String>, StoreError> {
        let query = Query::select()
            .column(Inspections::Program)
            .from(Inspections::Table)
            .and_where(Expr::col(Inspections::Digest).eq(digest.as_bytes().to_vec()))
            .take();
        let row = self.transaction.query_one(&query).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
    }

    /// Writes what was found in a file, in the place of what was found before.
    pub async fn put_inspection(&mut self, found: &InspectionRow) -> Result<(), StoreError> {
        let again = OnConflict::column(Inspections::Digest)
            .update_columns([Inspections::Outcome, Inspections::Inspected, Inspections::Program])
            .to_owned();
        let mut rows = Rows::new(Inspections::Table, Inspections::COLUMNS).on_conflict(again);
        rows.push([
            found.digest.as_bytes().to_vec().into(),
            json_text(&found.outcome)?.into(),
            found.inspected.micros().into(),
            bound(&found.program).into(),
        ]);
        rows.insert(&self.transaction).await?;
        Ok(())
    }
}

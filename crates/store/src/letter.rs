//! Letters that were not handed over yet. They are personal: whoever ends one deletes it, and none outlives its time.

use sea_orm::{
    ConnectionTrait as _, DeriveIden, FromQueryResult,
    sea_query::{Expr, ExprTrait as _, Query},
};
use serde_json::Value;
use uuid::Uuid;
use vitrina_domain::{id::LetterId, time::Timestamp};

use crate::{
    Store, StoreError, Tx,
    bulk::Rows,
    column::{Cell, json_text},
};

/// A letter as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct LetterRow {
    /// Its id.
    pub id: LetterId,
    /// When it was filed.
    pub filed: Timestamp,
    /// Whom it is for and what it says.
    pub document: Value,
}

/// The table and its columns.
#[derive(Debug, Clone, Copy, DeriveIden)]
enum Letters {
    Table,
    Id,
    Filed,
    Document,
}

impl Letters {
    const COLUMNS: [Self; 3] = [Self::Id, Self::Filed, Self::Document];
}

#[derive(Debug, FromQueryResult)]
struct Row {
    id: Uuid,
    filed: i64,
    document: String,
}

impl TryFrom<Row> for LetterRow {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let cell = Cell { table: "letters", column: "document", row: row.id };
        Ok(Self {
            id: LetterId::new(row.id),
            filed: Timestamp::from_micros(row.filed),
            document: cell.json(&row.document)?,
        })
    }
}

impl Store {
    /// A letter that was not handed over yet.
    pub async fn letter(&self, id: LetterId) -> Result<Option<LetterRow>, StoreError> {
        let query = Query::select()
            .columns(Letters::COLUMNS)
            .from(Letters::Table)
            .and_where(Expr::col(Letters::Id).eq(id.uuid()))
            .take();
        let row = self.connections.reader.query_one(&query).await?;
        row.map(|row| Row::from_query_result(&row, "")?.try_into()).transpose()
    }
}

impl Tx {
    /// Keeps a letter.
    pub async fn add_letter(&mut self, letter: &LetterRow) -> Result<(), StoreError> {
        let mut rows = Rows::new(Letters::Table, Letters::COLUMNS);
        rows.push([
            letter.id.uuid().into(),
            letter.filed.micros().into(),
            json_text(&letter.document)?.into(),
        ]);
        rows.insert(&self.transaction).await?;
        Ok(())
    }

    /// Forgets a letter.
    pub async fn forget_letter(&mut self, id: LetterId) -> Result<(), StoreError> {
        let forget =
            Query::delete().from_table(Letters::Table).and_where(Expr::col(Letters::Id).eq(id.uuid())).take();
        self.transaction.execute(&forget).await?;
        Ok(())
    }

    /// Forgets the letters that were filed before an instant; how many.
    pub async fn forget_letters(&mut self, filed_before: Timestamp) -> Result<u64, StoreError> {
        let forget = Query::delete()
            .from_table(Letters::Table)
            .and_where(Expr::col(Letters::Filed).lt(filed_before.micros()))
            .take();
        Ok(self.transaction.execute(&forget).await?.rows_affected())
    }
}

//! Items of imports: the fate of each record, with its findings.

use sea_orm::{
    ConnectionTrait as _, DeriveIden, FromQueryResult,
    sea_query::{Expr, ExprTrait as _, OnConflict, Order, Query},
};
use uuid::Uuid;
use vitrina_domain::{
    finding::Finding,
    id::{RecordId, RunId},
    import::{Item, Outcome},
};

use crate::{
    Store, StoreError, Tx,
    bulk::Rows,
    column::{Cell, json_text},
    plain::bound,
};

/// The table and its columns.
#[derive(Debug, Clone, Copy, DeriveIden)]
enum ImportItems {
    Table,
    RunId,
    Position,
    Pointer,
    Identifier,
    Title,
    Outcome,
    RecordId,
    Findings,
}

impl ImportItems {
    const COLUMNS: [Self; 8] = [
        Self::RunId,
        Self::Position,
        Self::Pointer,
        Self::Identifier,
        Self::Title,
        Self::Outcome,
        Self::RecordId,
        Self::Findings,
    ];
}

#[derive(Debug, FromQueryResult)]
struct Row {
    run_id: Uuid,
    position: i64,
    pointer: String,
    identifier: Option<String>,
    title: Option<String>,
    outcome: String,
    record_id: Option<Uuid>,
    findings: String,
}

impl TryFrom<Row> for Item {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let cell =
            |column| Cell { table: "import_items", column, row: format!("{}/{}", row.run_id, row.position) };
        Ok(Self {
            position: cell("position").number(row.position)?,
            outcome: cell("outcome").word(&row.outcome)?,
            findings: cell("findings").json(&row.findings)?,
            pointer: row.pointer,
            identifier: row.identifier,
            title: row.title,
            record_id: row.record_id.map(RecordId::new),
        })
    }
}

fn position_cell(run_id: RunId) -> Cell<RunId> {
    Cell { table: "import_items", column: "position", row: run_id }
}

impl Store {
    /// Items of a run from a position on, of one outcome or of all.
    pub async fn run_items(
        &self,
        run_id: RunId,
        outcome: Option<Outcome>,
        from: u64,
        limit: u64,
    ) -> Result<Vec<Item>, StoreError> {
        let query = Query::select()
            .columns(ImportItems::COLUMNS)
            .from(ImportItems::Table)
            .and_where(Expr::col(ImportItems::RunId).eq(run_id.uuid()))
            .and_where(Expr::col(ImportItems::Position).gte(position_cell(run_id).signed(from)?))
            .and_where_option(outcome.map(|outcome| Expr::col(ImportItems::Outcome).eq(outcome.as_str())))
            .order_by(ImportItems::Position, Order::Asc)
            .limit(limit)
            .take();
        let rows = self.connections.reader.query_all(&query).await?;
        rows.iter().map(|row| Row::from_query_result(row, "")?.try_into()).collect()
    }

    /// Findings of the last import of a record.
    pub async fn findings(&self, id: RecordId) -> Result<Vec<Finding>, StoreError> {
        let query = Query::select()
            .column(ImportItems::Findings)
            .from(ImportItems::Table)
            .and_where(Expr::col(ImportItems::RecordId).eq(id.uuid()))
            .order_by(ImportItems::RunId, Order::Desc)
            .order_by(ImportItems::Position, Order::Desc)
            .limit(1)
            .take();
        let Some(row) = self.connections.reader.query_one(&query).await? else { return Ok(Vec::new()) };
        let findings: String = row.try_get_by_index(0)?;
        Cell { table: "import_items", column: "findings", row: id }.json(&findings)
    }
}

impl Tx {
    /// Keeps items of a run; an item of the same position is replaced.
    pub async fn add_items(&mut self, run_id: RunId, items: &[Item]) -> Result<(), StoreError> {
        let key = [ImportItems::RunId, ImportItems::Position];
        let rest = ImportItems::COLUMNS.into_iter().skip(key.len());
        let replacing = OnConflict::columns(key).update_columns(rest).to_owned();
        let mut rows = Rows::new(ImportItems::Table, ImportItems::COLUMNS).on_conflict(replacing);
        for item in items {
            rows.push([
                run_id.uuid().into(),
                position_cell(run_id).signed(item.position)?.into(),
                bound(&item.pointer).into(),
                item.identifier.as_deref().map(bound).into(),
                item.title.as_deref().map(bound).into(),
                item.outcome.as_str().into(),
                item.record_id.map(RecordId::uuid).into(),
                json_text(&item.findings)?.into(),
            ]);
        }
        rows.insert(&self.transaction).await?;
        Ok(())
    }
}

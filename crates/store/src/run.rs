//! Runs of imports.

use sea_orm::{
    ConnectionTrait as _, DeriveIden, FromQueryResult,
    sea_query::{Expr, ExprTrait as _, Order, Query, SelectStatement},
};
use uuid::Uuid;
use vitrina_domain::{
    id::{RunId, SourceId},
    import::{Run, RunState, Tally},
    time::Timestamp,
};

use crate::{
    Store, StoreError, Tx,
    bulk::Rows,
    column::{Cell, json_text},
    plain::bound,
};

/// The table and its columns.
#[derive(Debug, Clone, Copy, DeriveIden)]
enum ImportRuns {
    Table,
    Id,
    SourceId,
    Format,
    RawDigest,
    Actor,
    Fetched,
    Started,
    Ended,
    State,
    ErrorCode,
    ErrorDetail,
    Tally,
    Findings,
}

impl ImportRuns {
    const COLUMNS: [Self; 13] = [
        Self::Id,
        Self::SourceId,
        Self::Format,
        Self::RawDigest,
        Self::Actor,
        Self::Fetched,
        Self::Started,
        Self::Ended,
        Self::State,
        Self::ErrorCode,
        Self::ErrorDetail,
        Self::Tally,
        Self::Findings,
    ];
}

#[derive(Debug, FromQueryResult)]
struct Row {
    id: Uuid,
    source_id: Uuid,
    format: String,
    raw_digest: Vec<u8>,
    actor: String,
    fetched: i64,
    started: i64,
    ended: Option<i64>,
    state: String,
    error_code: Option<String>,
    error_detail: Option<String>,
    tally: String,
    findings: String,
}

impl TryFrom<Row> for Run {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let cell = |column| Cell { table: "import_runs", column, row: row.id };
        let state = match row.state.as_str() {
            "running" => RunState::Running,
            "finished" => RunState::Finished,
            "failed" => RunState::Failed {
                code: row.error_code.unwrap_or_default(),
                detail: row.error_detail.unwrap_or_default(),
            },
            _ => return Err(cell("state").inconsistent()),
        };
        Ok(Self {
            id: RunId::new(row.id),
            source_id: SourceId::new(row.source_id),
            format: row.format,
            raw: cell("raw_digest").digest(&row.raw_digest)?,
            actor: row.actor,
            fetched: Timestamp::from_micros(row.fetched),
            started: Timestamp::from_micros(row.started),
            ended: row.ended.map(Timestamp::from_micros),
            state,
            tally: cell("tally").json(&row.tally)?,
            findings: cell("findings").json(&row.findings)?,
        })
    }
}

/// A state as its three columns.
fn columns_of(state: &RunState) -> (&'static str, Option<String>, Option<String>) {
    match state {
        RunState::Running => ("running", None, None),
        RunState::Finished => ("finished", None, None),
        RunState::Failed { code, detail } => ("failed", Some(bound(code)), Some(bound(detail))),
    }
}

fn all() -> SelectStatement {
    Query::select().columns(ImportRuns::COLUMNS).from(ImportRuns::Table).take()
}

impl Store {
    /// A run of an import.
    pub async fn run(&self, id: RunId) -> Result<Option<Run>, StoreError> {
        let query = all().and_where(Expr::col(ImportRuns::Id).eq(id.uuid())).take();
        let row = self.connections.reader.query_one(&query).await?;
        row.map(|row| Row::from_query_result(&row, "")?.try_into()).transpose()
    }

    /// Runs, newest first, after (older than) one.
    pub async fn runs(&self, before: Option<RunId>, limit: u64) -> Result<Vec<Run>, StoreError> {
        // The ids are UUIDs of version 7, which sort by time.
        let query = all()
            .and_where_option(before.map(|id| Expr::col(ImportRuns::Id).lt(id.uuid())))
            .order_by(ImportRuns::Id, Order::Desc)
            .limit(limit)
            .take();
        let rows = self.connections.reader.query_all(&query).await?;
        rows.iter().map(|row| Row::from_query_result(row, "")?.try_into()).collect()
    }
}

impl Tx {
    /// Opens a run of an import.
    pub async fn start_run(&mut self, run: &Run) -> Result<(), StoreError> {
        let (state, code, detail) = columns_of(&run.state);
        let mut rows = Rows::new(ImportRuns::Table, ImportRuns::COLUMNS);
        rows.push([
            run.id.uuid().into(),
            run.source_id.uuid().into(),
            bound(&run.format).into(),
            run.raw.as_bytes().to_vec().into(),
            bound(&run.actor).into(),
            run.fetched.micros().into(),
            run.started.micros().into(),
            run.ended.map(Timestamp::micros).into(),
            state.into(),
            code.into(),
            detail.into(),
            json_text(&run.tally)?.into(),
            json_text(&run.findings)?.into(),
        ]);
        rows.insert(&self.transaction).await?;
        Ok(())
    }

    /// Writes how a run ended.
    pub async fn finish_run(
        &mut self,
        run_id: RunId,
        state: &RunState,
        tally: &Tally,
        ended: Timestamp,
    ) -> Result<(), StoreError> {
        let (state, code, detail) = columns_of(state);
        let update = Query::update()
            .table(ImportRuns::Table)
            .value(ImportRuns::State, state)
            .value(ImportRuns::ErrorCode, code)
            .value(ImportRuns::ErrorDetail, detail)
            .value(ImportRuns::Tally, json_text(tally)?)
            .value(ImportRuns::Ended, ended.micros())
            .and_where(Expr::col(ImportRuns::Id).eq(run_id.uuid()))
            .take();
        self.transaction.execute(&update).await?;
        Ok(())
    }
}

//! What a job says while it runs.

use sea_orm::{
    ConnectionTrait as _, DeriveIden, FromQueryResult,
    sea_query::{Expr, ExprTrait as _, Order, Query},
};
use uuid::Uuid;
use vitrina_domain::{finding::Bilingual, id::JobId, job::LogLine, time::Timestamp};

use crate::{
    Store, StoreError, Tx,
    bulk::Rows,
    column::{Cell, json_text},
};

/// The table and its columns.
#[derive(Debug, Clone, Copy, DeriveIden)]
enum JobLog {
    Table,
    JobId,
    Position,
    At,
    Attempt,
    Text,
}

#[derive(Debug, FromQueryResult)]
struct Row {
    position: i64,
    at: i64,
    attempt: i64,
    text: String,
}

impl Store {
    /// Lines of the log of a job, after one.
    pub async fn job_log(&self, id: JobId, after: u64, limit: u64) -> Result<Vec<LogLine>, StoreError> {
        let cell = |column| Cell { table: "job_log", column, row: id };
        let query = Query::select()
            .columns([JobLog::Position, JobLog::At, JobLog::Attempt, JobLog::Text])
            .from(JobLog::Table)
            .and_where(Expr::col(JobLog::JobId).eq(id.uuid()))
            .and_where(Expr::col(JobLog::Position).gt(cell("position").signed(after)?))
            .order_by(JobLog::Position, Order::Asc)
            .limit(limit)
            .take();
        let rows = self.connections.reader.query_all(&query).await?;
        let line = |row: Row| -> Result<LogLine, StoreError> {
            Ok(LogLine {
                position: cell("position").number(row.position)?,
                at: Timestamp::from_micros(row.at),
                attempt: cell("attempt").number(row.attempt)?,
                text: cell("text").json(&row.text)?,
            })
        };
        rows.iter().map(|row| line(Row::from_query_result(row, "")?)).collect()
    }
}

impl Tx {
    /// Adds a line to the log of a job.
    pub async fn log_job(&mut self, id: JobId, attempt: u32, text: &Bilingual) -> Result<(), StoreError> {
        let last = Query::select()
            .expr(Expr::col(JobLog::Position).max())
            .from(JobLog::Table)
            .and_where(Expr::col(JobLog::JobId).eq(id.uuid()))
            .take();
        let row = self.transaction.query_one(&last).await?;
        let last: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
        let columns = [JobLog::JobId, JobLog::Position, JobLog::At, JobLog::Attempt, JobLog::Text];
        let mut rows = Rows::new(JobLog::Table, columns);
        rows.push([
            id.uuid().into(),
            (last.unwrap_or_default() + 1).into(),
            self.at.micros().into(),
            i64::from(attempt).into(),
            json_text(text)?.into(),
        ]);
        rows.insert(&self.transaction).await?;
        Ok(())
    }

    pub(super) async fn forget_logs(&mut self, jobs: &[Uuid]) -> Result<(), StoreError> {
        let forget = Query::delete()
            .from_table(JobLog::Table)
            .and_where(Expr::col(JobLog::JobId).is_in(jobs.iter().copied()))
            .take();
        self.transaction.execute(&forget).await?;
        Ok(())
    }
}

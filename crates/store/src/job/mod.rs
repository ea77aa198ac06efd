//! Jobs: filed in the transaction of whoever wants them done, claimed by workers under a lease.
//!
//! A lease is known by a number that is made for each claim. Whatever a worker writes about a job names the lease, so
//! one that lost its job (because it slept too long, or was thought dead) can no longer speak for it.

mod claim;
mod lease;
mod log;
mod row;

pub use claim::{Claim, Terms};
pub use lease::{End, Lease, Renewal};

use std::collections::HashSet;

use sea_orm::{
    ConnectionTrait as _, DbBackend, DeriveIden, FromQueryResult as _,
    sea_query::{Expr, ExprTrait as _, Order, Query},
};
use vitrina_domain::{
    id::JobId,
    job::{Job, JobState},
    time::Timestamp,
};

use crate::{
    Store, StoreError, Tx,
    bulk::Rows,
    column::json_text,
    plain::{bound, plain},
};
use row::Row;

/// The table and its columns.
#[derive(Debug, Clone, Copy, DeriveIden)]
enum Jobs {
    Table,
    Id,
    Kind,
    Key,
    Priority,
    Payload,
    Actor,
    Schedule,
    Created,
    Due,
    Attempt,
    Attempts,
    TimeLimit,
    State,
    Cancelling,
    Worker,
    Lease,
    LeaseUntil,
    Started,
    Ended,
    Progress,
    Result,
    Failure,
}

/// What became of a wish to stop a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancelled {
    /// It had not begun and never will.
    AtOnce,
    /// Its worker hears of it within a heartbeat.
    Asked,
    /// It had ended already.
    TooLate,
    /// There is no such job.
    NoSuch,
}

/// The clock of the database: leases are compared by machines whose own clocks differ.
fn clock(backend: DbBackend) -> Expr {
    Expr::cust(match backend {
        DbBackend::Postgres => "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)",
        _ => "CAST(unixepoch('subsec') * 1000000 AS integer)",
    })
}

/// Whether a job waits or runs.
fn is_open() -> Expr {
    Expr::col(Jobs::State).is_in([JobState::Queued, JobState::Running].map(JobState::as_str))
}

impl Store {
    /// A job.
    pub async fn job(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        let query = row::all().and_where(Expr::col(Jobs::Id).eq(id.uuid())).take();
        let row = self.connections.reader.query_one(&query).await?;
        row.map(|row| Row::from_query_result(&row, "")?.try_into()).transpose()
    }

    /// Jobs in a state or in any, newest first, older than one.
    pub async fn jobs(
        &self,
        state: Option<JobState>,
        before: Option<JobId>,
        limit: u64,
    ) -> Result<Vec<Job>, StoreError> {
        // The ids are UUIDs of version 7, which sort by time.
        let query = row::all()
            .and_where_option(before.map(|id| Expr::col(Jobs::Id).lt(id.uuid())))
            .and_where_option(state.map(|state| Expr::col(Jobs::State).eq(state.as_str())))
            .order_by(Jobs::Id, Order::Desc)
            .limit(limit)
            .take();
        let rows = self.connections.reader.query_all(&query).await?;
        rows.iter().map(|row| Row::from_query_result(row, "")?.try_into()).collect()
    }
}

impl Store {
    /// The keys of a kind for which a job waits or runs.
    pub async fn busy_keys(&self, kind: &str) -> Result<HashSet<String>, StoreError> {
        let query = Query::select()
            .column(Jobs::Key)
            .from(Jobs::Table)
            .and_where(is_open())
            .and_where(Expr::col(Jobs::Kind).eq(kind))
            .and_where(Expr::col(Jobs::Key).is_not_null())
            .take();
        let rows = self.connections.reader.query_all(&query).await?;
        rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
    }
}

impl Tx {
    /// The job of a kind that waits or runs for a key.
    pub async fn open_job(&mut self, kind: &str, key: &str) -> Result<Option<Job>, StoreError> {
        let query = row::all()
            .and_where(is_open())
            .and_where(Expr::col(Jobs::Kind).eq(kind))
            .and_where(Expr::col(Jobs::Key).eq(plain(key).as_ref()))
            .order_by(Jobs::Id, Order::Asc)
            .limit(1)
            .take();
        let row = self.transaction.query_one(&query).await?;
        row.map(|row| Row::from_query_result(&row, "")?.try_into()).transpose()
    }

    /// Lets the jobs of a kind that wait for a key be due at once.
    pub async fn hurry_jobs(&mut self, kind: &str, key: &str) -> Result<(), StoreError> {
        let now = clock(self.transaction.get_database_backend());
        let hurry = Query::update()
            .table(Jobs::Table)
            .value(Jobs::Due, now)
            .and_where(Expr::col(Jobs::State).eq(JobState::Queued.as_str()))
            .and_where(Expr::col(Jobs::Kind).eq(kind))
            .and_where(Expr::col(Jobs::Key).eq(plain(key).as_ref()))
            .take();
        self.transaction.execute(&hurry).await?;
        Ok(())
    }

    /// Files a job: it is there for workers when the transaction commits.
    pub async fn add_job(&mut self, job: &Job) -> Result<(), StoreError> {
        let mut rows = Rows::new(Jobs::Table, Jobs::FILED);
        rows.push([
            job.id.uuid().into(),
            bound(&job.kind).into(),
            job.key.as_deref().map(bound).into(),
            row::rank(job.priority).into(),
            json_text(&job.payload)?.into(),
            bound(&job.actor).into(),
            job.schedule.as_deref().map(bound).into(),
            job.created.micros().into(),
            job.due.micros().into(),
            i64::from(job.attempt).into(),
            i64::from(job.attempts).into(),
            row::millis(job.time_limit).into(),
            job.state.as_str().into(),
            job.cancelling.into(),
            json_text(&job.progress)?.into(),
        ]);
        rows.insert(&self.transaction).await?;
        Ok(())
    }

    /// Whether a job of a schedule waits or runs.
    pub async fn schedule_is_busy(&mut self, schedule: &str) -> Result<bool, StoreError> {
        let query = Query::select()
            .expr(Expr::val(1))
            .from(Jobs::Table)
            .and_where(is_open())
            .and_where(Expr::col(Jobs::Schedule).eq(plain(schedule).as_ref()))
            .limit(1)
            .take();
        Ok(self.transaction.query_one(&query).await?.is_some())
    }

    /// Whether a job of a kind with a key waits or runs.
    pub async fn job_is_filed(&mut self, kind: &str, key: &str) -> Result<bool, StoreError> {
        let query = Query::select()
            .expr(Expr::val(1))
            .from(Jobs::Table)
            .and_where(Expr::col(Jobs::Key).eq(plain(key).as_ref()))
            .and_where(Expr::col(Jobs::Kind).eq(plain(kind).as_ref()))
            .and_where(
                Expr::col(Jobs::State).is_in([JobState::Queued, JobState::Running].map(JobState::as_str)),
            )
            .limit(1)
            .take();
        Ok(self.transaction.query_one(&query).await?.is_some())
    }

    /// Stops a job that waits, or asks the worker that has it to stop.
    pub async fn cancel_job(&mut self, id: JobId) -> Result<Cancelled, StoreError> {
        let now = clock(self.transaction.get_database_backend());
        let stop = Query::update()
            .table(Jobs::Table)
            .value(Jobs::State, JobState::Cancelled.as_str())
            .value(Jobs::Cancelling, true)
            .value(Jobs::Ended, now)
            .and_where(Expr::col(Jobs::Id).eq(id.uuid()))
            .and_where(Expr::col(Jobs::State).eq(JobState::Queued.as_str()))
            .take();
        if self.transaction.execute(&stop).await?.rows_affected() > 0 {
            return Ok(Cancelled::AtOnce);
        }
        let ask = Query::update()
            .table(Jobs::Table)
            .value(Jobs::Cancelling, true)
            .and_where(Expr::col(Jobs::Id).eq(id.uuid()))
            .and_where(Expr::col(Jobs::State).eq(JobState::Running.as_str()))
            .take();
        if self.transaction.execute(&ask).await?.rows_affected() > 0 {
            return Ok(Cancelled::Asked);
        }
        let there = row::all().and_where(Expr::col(Jobs::Id).eq(id.uuid())).take();
        let is_there = self.transaction.query_one(&there).await?.is_some();
        Ok(if is_there { Cancelled::TooLate } else { Cancelled::NoSuch })
    }

    /// Files a job again that was given up or stopped; false when it is not one of those.
    pub async fn retry_job(&mut self, id: JobId) -> Result<bool, StoreError> {
        let now = clock(self.transaction.get_database_backend());
        let again = Query::update()
            .table(Jobs::Table)
            .value(Jobs::State, JobState::Queued.as_str())
            .value(Jobs::Due, now)
            .value(Jobs::Attempt, 0)
            .value(Jobs::Cancelling, false)
            .value(Jobs::Ended, Option::<i64>::None)
            .and_where(Expr::col(Jobs::Id).eq(id.uuid()))
            .and_where(
                Expr::col(Jobs::State).is_in([JobState::Failed, JobState::Cancelled].map(JobState::as_str)),
            )
            .take();
        Ok(self.transaction.execute(&again).await?.rows_affected() > 0)
    }

    /// Forgets some of the jobs that ended before an instant, with their logs; how many.
    pub async fn forget_jobs(&mut self, ended_before: Timestamp, most: u64) -> Result<u64, StoreError> {
        let old = Query::select()
            .column(Jobs::Id)
            .from(Jobs::Table)
            .and_where(
                Expr::col(Jobs::State)
                    .is_in(JobState::ALL.into_iter().filter(|state| state.is_final()).map(JobState::as_str)),
            )
            .and_where(Expr::col(Jobs::Ended).lt(ended_before.micros()))
            .limit(most)
            .take();
        let rows = self.transaction.query_all(&old).await?;
        let ids =
            rows.iter().map(|row| row.try_get_by_index::<uuid::Uuid>(0)).collect::<Result<Vec<_>, _>>()?;
        if ids.is_empty() {
            return Ok(0);
        }
        self.forget_logs(&ids).await?;
        let forget = Query::delete().from_table(Jobs::Table).and_where(Expr::col(Jobs::Id).is_in(ids)).take();
        Ok(self.transaction.execute(&forget).await?.rows_affected())
    }
}

//! What a worker writes about the job it has; nothing once it has lost it.

use std::time::Duration;

use sea_orm::{
    ConnectionTrait as _,
    sea_query::{Expr, ExprTrait as _, Query, UpdateStatement},
};
use serde_json::Value;
use uuid::Uuid;
use vitrina_domain::{
    id::JobId,
    job::{Failure, JobState, Progress},
    time::Timestamp,
};

use super::{Jobs, clock};
use crate::{Store, StoreError, Tx, column::json_text};

/// What shows that a worker has a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// The job.
    pub job: JobId,
    /// The number of the claim.
    pub number: Uuid,
}

impl Lease {
    fn is_held(self) -> Expr {
        Expr::col(Jobs::Id)
            .eq(self.job.uuid())
            .and(Expr::col(Jobs::Lease).eq(self.number))
            .and(Expr::col(Jobs::State).eq(JobState::Running.as_str()))
    }
}

/// Whether a worker still has its job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// It has.
    Held,
    /// It has, and is asked to stop.
    Cancelling,
    /// It has not: another may have it, or it ended.
    Lost,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// The work is done.
    Succeeded(Value),
    /// It is given up.
    Failed(Failure),
    /// It is tried again after a while.
    Again(Failure, Duration),
    /// It was stopped because somebody asked for it.
    Cancelled,
    /// It is given back as if it had not begun.
    Released,
}

impl Store {
    /// Says that the worker is there, and how far it has come.
    pub async fn renew_lease(
        &self,
        lease: Lease,
        silence: Duration,
        progress: &Progress,
    ) -> Result<Renewal, StoreError> {
        let tx = self.begin("worker", Timestamp::default()).await?;
        let backend = tx.transaction.get_database_backend();
        let silence = i64::try_from(silence.as_micros()).unwrap_or(i64::MAX);
        let renew = Query::update()
            .table(Jobs::Table)
            .value(Jobs::LeaseUntil, clock(backend).add(silence))
            .value(Jobs::Progress, json_text(progress)?)
            .and_where(lease.is_held())
            .take();
        if tx.transaction.execute(&renew).await?.rows_affected() == 0 {
            return Ok(Renewal::Lost);
        }
        let query =
            Query::select().column(Jobs::Cancelling).from(Jobs::Table).and_where(lease.is_held()).take();
        let row = tx.transaction.query_one(&query).await?;
        let cancelling = row.map(|row| row.try_get_by_index::<bool>(0)).transpose()?.unwrap_or_default();
        tx.commit().await?;
        Ok(if cancelling { Renewal::Cancelling } else { Renewal::Held })
    }
}

impl Tx {
    /// Writes how an attempt ended; false when the worker has lost the job, and then nothing of this transaction may
    /// be kept.
    pub async fn end_job(
        &mut self,
        lease: Lease,
        end: &End,
        progress: &Progress,
    ) -> Result<bool, StoreError> {
        let backend = self.transaction.get_database_backend();
        let into = |state: JobState| -> UpdateStatement {
            Query::update()
                .table(Jobs::Table)
                .value(Jobs::State, state.as_str())
                .value(Jobs::Lease, Option::<Uuid>::None)
                .value(Jobs::LeaseUntil, Option::<i64>::None)
                .and_where(lease.is_held())
                .take()
        };
        let done =
            |state: JobState| -> UpdateStatement { into(state).value(Jobs::Ended, clock(backend)).take() };
        let nothing = Option::<String>::None;
        let update = match end {
            End::Succeeded(result) => done(JobState::Succeeded)
                .value(Jobs::Result, json_text(result)?)
                .value(Jobs::Failure, nothing)
                .value(Jobs::Progress, json_text(progress)?)
                .take(),
            End::Failed(failure) => done(JobState::Failed)
                .value(Jobs::Failure, json_text(failure)?)
                .value(Jobs::Progress, json_text(progress)?)
                .take(),
            End::Cancelled => done(JobState::Cancelled).value(Jobs::Progress, json_text(progress)?).take(),
            End::Again(failure, wait) => into(JobState::Queued)
                .value(Jobs::Due, clock(backend).add(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX)))
                .value(Jobs::Failure, json_text(failure)?)
                .take(),
            End::Released => into(JobState::Queued)
                .value(Jobs::Due, clock(backend))
                .value(Jobs::Attempt, Expr::col(Jobs::Attempt).sub(1))
                .take(),
        };
        Ok(self.transaction.execute(&update).await?.rows_affected() > 0)
    }
}

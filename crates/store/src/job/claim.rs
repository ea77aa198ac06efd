//! Claiming a job: one worker gets it, and no more run at once than their kind and key allow.

use std::{collections::HashMap, time::Duration};

use sea_orm::{
    Condition, ConnectionTrait as _, DbBackend, FromQueryResult as _, Statement,
    sea_query::{
        Expr, ExprTrait as _, LockBehavior, LockType, Order, Query, SelectStatement, UpdateStatement,
    },
};
use vitrina_domain::{
    finding::Bilingual,
    job::{Failure, Job, JobState},
    time::Timestamp,
};

use super::{Jobs, Lease, clock, row, row::Row};
use crate::{Store, StoreError, Tx, column::json_text, plain::bound};

/// The advisory lock of `PostgreSQL` that those who claim hold for a moment, so that two of them never count the same
/// free place; the number only has to be our own.
const CLAIM_LOCK: i64 = 0x7669_7472_696e_6102;

/// A kind of job that a worker can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms<'a> {
    /// Its name.
    pub kind: &'a str,
    /// How many may run at once, in all processes together.
    pub at_once: u32,
    /// How many with the same key.
    pub per_key: u32,
}

/// What a worker offers to do.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// What the worker calls itself.
    pub worker: &'a str,
    /// What it can do.
    pub kinds: &'a [Terms<'a>],
    /// The number by which it will speak for the job; made for this claim.
    pub lease: uuid::Uuid,
    /// How long it may be silent.
    pub silence: Duration,
}

impl Store {
    /// Gives a job to a worker, if one waits that it can do.
    ///
    /// Jobs whose worker has been silent for too long come first into question again, or are given up.
    pub async fn claim_job(&self, claim: &Claim<'_>) -> Result<Option<(Job, Lease)>, StoreError> {
        // Reading first costs nobody a turn at writing.
        if self
            .connections
            .reader
            .query_one(&anything(claim, self.connections.reader.get_database_backend()))
            .await?
            .is_none()
        {
            return Ok(None);
        }
        let mut tx = self.begin(claim.worker, Timestamp::default()).await?;
        tx.queue_to_claim().await?;
        tx.take_back().await?;
        let claimed = tx.claim(claim).await?;
        tx.commit().await?;
        Ok(claimed)
    }
}

/// One row when something waits or has been silent.
fn anything(claim: &Claim<'_>, backend: DbBackend) -> SelectStatement {
    let waiting = Condition::all()
        .add(Expr::col(Jobs::State).eq(JobState::Queued.as_str()))
        .add(Expr::col(Jobs::Due).lte(clock(backend)))
        .add(Expr::col(Jobs::Kind).is_in(claim.kinds.iter().map(|terms| terms.kind)));
    Query::select()
        .expr(Expr::val(1))
        .from(Jobs::Table)
        .cond_where(Condition::any().add(waiting).add(silent(backend)))
        .limit(1)
        .take()
}

/// Jobs whose worker did not speak in time.
fn silent(backend: DbBackend) -> Condition {
    Condition::all()
        .add(Expr::col(Jobs::State).eq(JobState::Running.as_str()))
        .add(Expr::col(Jobs::LeaseUntil).lt(clock(backend)))
}

impl Tx {
    /// Waits for others who claim. On `SQLite` the transaction has the database for itself already.
    async fn queue_to_claim(&mut self) -> Result<(), StoreError> {
        if self.transaction.get_database_backend() == DbBackend::Postgres {
            let lock = "SELECT pg_advisory_xact_lock($1)";
            let lock = Statement::from_sql_and_values(DbBackend::Postgres, lock, [CLAIM_LOCK.into()]);
            self.transaction.execute_raw(lock).await.map_err(StoreError::waiting)?;
        }
        Ok(())
    }

    /// Takes jobs from workers that are silent: stopped where that was asked, given up where it was the last try, else
    /// queued again.
    async fn take_back(&mut self) -> Result<(), StoreError> {
        let backend = self.transaction.get_database_backend();
        let died = json_text(&Failure {
            code: "worker-died".to_owned(),
            detail: Bilingual::new(
                "el proceso que hacía el trabajo dejó de dar señales de vida",
                "the process that did the work went silent",
            ),
        })?;
        let taken = |state: JobState| -> UpdateStatement {
            Query::update()
                .table(Jobs::Table)
                .value(Jobs::State, state.as_str())
                .value(Jobs::Lease, Option::<uuid::Uuid>::None)
                .value(Jobs::LeaseUntil, Option::<i64>::None)
                .cond_where(silent(backend))
                .take()
        };
        let stopped = taken(JobState::Cancelled)
            .value(Jobs::Ended, clock(backend))
            .and_where(Expr::col(Jobs::Cancelling).eq(true))
            .take();
        let given_up = taken(JobState::Failed)
            .value(Jobs::Ended, clock(backend))
            .value(Jobs::Failure, died.as_str())
            .and_where(Expr::col(Jobs::Attempt).gte(Expr::col(Jobs::Attempts)))
            .take();
        let again = taken(JobState::Queued)
            .value(Jobs::Due, clock(backend))
            .value(Jobs::Failure, died.as_str())
            .take();
        for update in [stopped, given_up, again] {
            self.transaction.execute(&update).await?;
        }
        Ok(())
    }

    async fn claim(&mut self, claim: &Claim<'_>) -> Result<Option<(Job, Lease)>, StoreError> {
        let backend = self.transaction.get_database_backend();
        let Some(candidate) = self.candidate(claim).await? else { return Ok(None) };
        let lease = Lease { job: candidate.id, number: claim.lease };
        let silence = i64::try_from(claim.silence.as_micros()).unwrap_or(i64::MAX);
        let update = Query::update()
            .table(Jobs::Table)
            .value(Jobs::State, JobState::Running.as_str())
            .value(Jobs::Worker, bound(claim.worker))
            .value(Jobs::Lease, lease.number)
            .value(Jobs::LeaseUntil, clock(backend).add(silence))
            .value(Jobs::Attempt, Expr::col(Jobs::Attempt).add(1))
            .value(Jobs::Started, clock(backend))
            .value(Jobs::Progress, json_text(&vitrina_domain::job::Progress::default())?)
            .and_where(Expr::col(Jobs::Id).eq(lease.job.uuid()))
            .take();
        self.transaction.execute(&update).await?;
        let query = row::all().and_where(Expr::col(Jobs::Id).eq(lease.job.uuid())).take();
        let row = self.transaction.query_one(&query).await?;
        row.map(|row| Ok((Row::from_query_result(&row, "")?.try_into()?, lease))).transpose()
    }

    /// The job whose turn it is.
    async fn candidate(&mut self, claim: &Claim<'_>) -> Result<Option<Job>, StoreError> {
        let Places { open, full } = self.places(claim.kinds).await?;
        if open.is_empty() {
            return Ok(None);
        }
        let backend = self.transaction.get_database_backend();
        let query = row::all()
            .and_where(Expr::col(Jobs::State).eq(JobState::Queued.as_str()))
            .and_where(Expr::col(Jobs::Due).lte(clock(backend)))
            .and_where(Expr::col(Jobs::Kind).is_in(open))
            .cond_where(full.into_iter().fold(Condition::all(), |all, (kind, key)| {
                let other = Condition::any()
                    .add(Expr::col(Jobs::Kind).ne(kind))
                    .add(Expr::col(Jobs::Key).is_null())
                    .add(Expr::col(Jobs::Key).ne(key));
                all.add(other)
            }))
            .order_by(Jobs::Priority, Order::Desc)
            .order_by(Jobs::Due, Order::Asc)
            .order_by(Jobs::Id, Order::Asc)
            .limit(1)
            // One whose row somebody is writing, to stop it for example, is left for the next time.
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .take();
        let row = self.transaction.query_one(&query).await?;
        row.map(|row| Row::from_query_result(&row, "")?.try_into()).transpose()
    }

    /// Which kinds have a free place, and which keys have none.
    async fn places<'a>(&mut self, kinds: &[Terms<'a>]) -> Result<Places<'a>, StoreError> {
        let query = Query::select()
            .columns([Jobs::Kind, Jobs::Key])
            .expr(Expr::col(Jobs::Id).count())
            .from(Jobs::Table)
            .and_where(Expr::col(Jobs::State).eq(JobState::Running.as_str()))
            .group_by_columns([Jobs::Kind, Jobs::Key])
            .take();
        let mut running: HashMap<String, i64> = HashMap::new();
        let mut full = Vec::new();
        for row in self.transaction.query_all(&query).await? {
            let (kind, key): (String, Option<String>) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            let count: i64 = row.try_get_by_index(2)?;
            *running.entry(kind.clone()).or_default() += count;
            let most = kinds.iter().find(|terms| terms.kind == kind).map(|terms| i64::from(terms.per_key));
            if let Some((key, most)) = key.zip(most)
                && count >= most
            {
                full.push((kind, key));
            }
        }
        let is_open = |terms: &&Terms<'a>| {
            running.get(terms.kind).copied().unwrap_or_default() < i64::from(terms.at_once)
        };
        Ok(Places { open: kinds.iter().filter(is_open).map(|terms| terms.kind).collect(), full })
    }
}

/// Where there is room.
struct Places<'a> {
    /// Kinds of which more may run.
    open: Vec<&'a str>,
    /// Keys of which no more may run.
    full: Vec<(String, String)>,
}

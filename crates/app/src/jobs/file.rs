//! Filing a job.

use serde_json::Value;
use vitrina_domain::{
    id::JobId,
    job::{Job, JobState, Priority, Progress},
    time::Timestamp,
};
use vitrina_store::Tx;

use crate::{App, AppError, auth::Actor, ports::Terms};

/// A job to be filed.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// The terms of its kind.
    pub terms: Terms,
    /// What it works on: jobs of its kind with the same key take turns.
    pub key: Option<String>,
    /// What it needs to know; no secrets.
    pub payload: Value,
    /// Which of those that wait goes first.
    pub priority: Priority,
    /// Not before this.
    pub due: Option<Timestamp>,
    /// The schedule that files it.
    pub schedule: Option<String>,
}

impl NewJob {
    /// A job of a kind that is due at once.
    pub fn of(terms: Terms, payload: Value) -> Self {
        Self { terms, key: None, payload, priority: Priority::Normal, due: None, schedule: None }
    }
}

impl App {
    /// Files a job in a transaction of its own. Who may ask for the work is for the use case to say.
    pub async fn file_job(&self, actor: &Actor, new: NewJob) -> Result<Job, AppError> {
        let mut tx = self.store().begin(&actor.audit_name(), self.now()).await?;
        let job = self.add_job(&mut tx, actor, new).await?;
        tx.commit().await?;
        self.call_workers();
        Ok(job)
    }

    /// Files a job in the transaction of whatever makes it necessary; after its commit, [`App::call_workers`].
    pub async fn add_job(&self, tx: &mut Tx, actor: &Actor, new: NewJob) -> Result<Job, AppError> {
        let now = self.now();
        let NewJob { terms, key, payload, priority, due, schedule } = new;
        let job = Job {
            id: JobId::new(self.new_id()),
            kind: terms.kind.to_owned(),
            key,
            priority,
            payload,
            actor: actor.audit_name(),
            schedule,
            created: now,
            due: due.unwrap_or(now),
            attempt: 0,
            attempts: terms.attempts,
            time_limit: terms.time_limit,
            state: JobState::Queued,
            cancelling: false,
            worker: None,
            started: None,
            ended: None,
            progress: Progress::default(),
            result: None,
            failure: None,
        };
        tx.add_job(&job).await?;
        Ok(job)
    }

    /// Tells the workers of this process that there is work; others look by themselves.
    pub fn call_workers(&self) {
        self.work_bell.notify_one();
    }
}

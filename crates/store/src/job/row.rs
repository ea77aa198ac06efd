//! A job as a row.

use std::time::Duration;

use sea_orm::{
    FromQueryResult,
    sea_query::{Query, SelectStatement},
};
use uuid::Uuid;
use vitrina_domain::{
    id::JobId,
    job::{Job, Priority},
    time::Timestamp,
};

use super::Jobs;
use crate::{StoreError, column::Cell};

impl Jobs {
    /// The columns of a job that is filed; the others come with its life.
    pub(super) const FILED: [Self; 15] = [
        Self::Id,
        Self::Kind,
        Self::Key,
        Self::Priority,
        Self::Payload,
        Self::Actor,
        Self::Schedule,
        Self::Created,
        Self::Due,
        Self::Attempt,
        Self::Attempts,
        Self::TimeLimit,
        Self::State,
        Self::Cancelling,
        Self::Progress,
    ];

    const LIVED: [Self; 5] = [Self::Worker, Self::Started, Self::Ended, Self::Result, Self::Failure];
}

/// Every job, as [`Row`]s.
pub(super) fn all() -> SelectStatement {
    Query::select().columns(Jobs::FILED).columns(Jobs::LIVED).from(Jobs::Table).take()
}

/// A priority as a number that sorts.
pub(super) const fn rank(priority: Priority) -> i64 {
    match priority {
        Priority::Low => -1,
        Priority::Normal => 0,
        Priority::High => 1,
    }
}

/// A span of time as its column holds it.
pub(super) fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

#[derive(Debug, FromQueryResult)]
pub(super) struct Row {
    id: Uuid,
    kind: String,
    key: Option<String>,
    priority: i64,
    payload: String,
    actor: String,
    schedule: Option<String>,
    created: i64,
    due: i64,
    attempt: i64,
    attempts: i64,
    time_limit: i64,
    state: String,
    cancelling: bool,
    worker: Option<String>,
    started: Option<i64>,
    ended: Option<i64>,
    progress: String,
    result: Option<String>,
    failure: Option<String>,
}

impl TryFrom<Row> for Job {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let cell = |column| Cell { table: "jobs", column, row: row.id };
        let priority = Priority::ALL.into_iter().find(|priority| rank(*priority) == row.priority);
        Ok(Self {
            id: JobId::new(row.id),
            kind: row.kind,
            key: row.key,
            priority: priority.ok_or_else(|| cell("priority").inconsistent())?,
            payload: cell("payload").json(&row.payload)?,
            actor: row.actor,
            schedule: row.schedule,
            created: Timestamp::from_micros(row.created),
            due: Timestamp::from_micros(row.due),
            attempt: cell("attempt").number(row.attempt)?,
            attempts: cell("attempts").number(row.attempts)?,
            time_limit: Duration::from_millis(cell("time_limit").number(row.time_limit)?),
            state: cell("state").word(&row.state)?,
            cancelling: row.cancelling,
            worker: row.worker,
            started: row.started.map(Timestamp::from_micros),
            ended: row.ended.map(Timestamp::from_micros),
            progress: cell("progress").json(&row.progress)?,
            result: row.result.map(|result| cell("result").json(&result)).transpose()?,
            failure: row.failure.map(|failure| cell("failure").json(&failure)).transpose()?,
        })
    }
}

//! Jobs and what they say, as JSON.

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use serde_json::Value;
use vitrina_domain::{
    finding::Locale,
    job::{Failure, Job, LogLine, Progress},
};

use crate::site::Site;

/// A job.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Job)]
pub(crate) struct JobView {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// What is to be done.
    #[schema(example = "forget-jobs")]
    kind: String,
    /// What it works on; jobs of a kind with the same key take turns.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// Where it stands: `queued`, `running`, `succeeded`, `failed`, `cancelled`.
    #[schema(example = "succeeded")]
    state: &'static str,
    /// Whether somebody asked it to stop.
    is_cancelling: bool,
    /// Which of those that wait goes first: `low`, `normal`, `high`.
    #[schema(example = "normal")]
    priority: &'static str,
    /// What the work needs to know.
    #[schema(value_type = Object)]
    payload: Value,
    /// Who filed it.
    actor: String,
    /// The schedule that filed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<String>,
    /// When it was filed.
    #[schema(format = "date-time")]
    created_at: String,
    /// When it is due; while it is queued, not before.
    #[schema(format = "date-time")]
    due_at: String,
    /// When the last attempt began.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "date-time")]
    started_at: Option<String>,
    /// When it ended for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "date-time")]
    ended_at: Option<String>,
    /// How often it was begun.
    attempt: u32,
    /// How often it may be begun.
    attempts: u32,
    /// How long one attempt may take, in seconds.
    time_limit_seconds: u64,
    /// The process that has it, or had it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    worker: Option<String>,
    /// How far the last attempt came.
    progress: ProgressView,
    /// What came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    result: Option<Value>,
    /// Why the last attempt failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<FailureView>,
    /// Where its log is.
    #[schema(format = "uri")]
    log_url: String,
    /// Where it can be followed.
    #[schema(format = "uri")]
    events_url: String,
}

/// How far work has come.
#[derive(Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = JobProgress)]
pub(crate) struct ProgressView {
    /// How much is done, in units of the kind.
    done: u64,
    /// How much there is in all, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
}

/// Why an attempt failed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = JobFailure)]
pub(crate) struct FailureView {
    /// What went wrong, for programs.
    #[schema(example = "time-limit")]
    code: String,
    /// What went wrong, for people.
    detail: String,
}

/// A line of the log of a job.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = JobLogLine)]
pub(crate) struct LineView {
    /// Its place in the log, from 1.
    position: u64,
    /// When it was written.
    #[schema(format = "date-time")]
    at: String,
    /// The attempt that wrote it.
    attempt: u32,
    /// What it says.
    text: String,
}

/// The answer to a request that filed a job: where it is, and how it stands.
pub(crate) fn filed(site: &Site, status: StatusCode, job: Job, locale: Locale) -> Response {
    let place = site.url(&format!("/api/v1/jobs/{}", job.id));
    (status, [(header::LOCATION, place)], Json(self::job(site, job, locale))).into_response()
}

pub(crate) fn job(site: &Site, job: Job, locale: Locale) -> JobView {
    let Job {
        id,
        kind,
        key,
        priority,
        payload,
        actor,
        schedule,
        created,
        due,
        attempt,
        attempts,
        time_limit,
        state,
        cancelling,
        worker,
        started,
        ended,
        progress,
        result,
        failure,
    } = job;
    let Progress { done, total } = progress;
    let told = |Failure { code, detail }| FailureView { code, detail: detail.get(locale).to_owned() };
    JobView {
        log_url: site.url(&format!("/api/v1/jobs/{id}/log")),
        events_url: site.url(&format!("/api/v1/jobs/{id}/events")),
        id: id.to_string(),
        kind,
        key,
        state: state.as_str(),
        is_cancelling: cancelling && !state.is_final(),
        priority: priority.as_str(),
        payload,
        actor,
        schedule,
        created_at: created.to_string(),
        due_at: due.to_string(),
        started_at: started.map(|at| at.to_string()),
        ended_at: ended.map(|at| at.to_string()),
        attempt,
        attempts,
        time_limit_seconds: time_limit.as_secs(),
        worker,
        progress: ProgressView { done, total },
        result,
        failure: failure.map(told),
    }
}

pub(crate) fn line(line: &LogLine, locale: Locale) -> LineView {
    let LogLine { position, at, attempt, text } = line;
    LineView { position: *position, at: at.to_string(), attempt: *attempt, text: text.get(locale).to_owned() }
}

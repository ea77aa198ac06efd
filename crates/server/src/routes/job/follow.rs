//! Follows a job while it runs, as server-sent events.

use std::{collections::VecDeque, convert::Infallible, time::Duration};

use axum::{
    extract::Path,
    http::HeaderMap,
    response::{
        IntoResponse as _, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::{Stream, stream};
use serde::Serialize;
use tokio::time::{Instant, sleep};
use vitrina_app::Chain;
use vitrina_domain::{id::JobId, job::Job};

use super::{named, view};
use crate::{
    actor::Bearer,
    inquiry::{Ask, Inquiry},
    problem::Answer,
    routes::asks::LanguageAsks,
};

/// How often the job is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// How long one answer goes on; the reader then asks again, from where it was.
const LONGEST: Duration = Duration::from_mins(5);

/// How many lines of the log are read at a time.
const LINES: u64 = 100;

/// An event, as its fields are sent.
#[derive(Debug, utoipa::ToSchema)]
#[schema(as = JobEvent)]
#[expect(dead_code, reason = "it is there for the contract: events are written by the HTTP library")]
struct EventView {
    /// `job`, `log` or `end`.
    #[schema(example = "job")]
    event: String,
    /// The job or the line as JSON, or the state in which the job ended.
    data: String,
    /// The position of the line, for `Last-Event-ID`.
    id: Option<String>,
}

/// Follows a job while it runs, as server-sent events.
///
/// The events are `job` (the job, first and whenever it changes), `log` (a line of its log, with its position as the id of
/// the event) and `end`, after which nothing comes. A reader that is cut off goes on from `Last-Event-ID`. It can be
/// followed by whoever filed it, and with the scope `admin`.
#[utoipa::path(
    get, path = "/api/v1/jobs/{id}/events", operation_id = "follow_job", tag = "jobs",
    params(
        ("id" = String, Path, description = "The job's id."),
        ("Last-Event-ID" = Option<String>, Header, description = "The position of the last line that was read."),
        LanguageAsks,
    ),
    responses((status = 200, description = "The events.", content_type = "text/event-stream", body = EventView)),
    security(("token" = []))
)]
pub(super) async fn follow(
    Ask(inquiry, _): Ask<LanguageAsks, Bearer>,
    Path(id): Path<String>,
) -> Answer<Response> {
    let job = inquiry.state.app.job(&inquiry.actor, named(&id)?).await?;
    let after = last_read(&inquiry.headers);
    let follower = Follower {
        id: job.id,
        after,
        until: Instant::now() + LONGEST,
        job: Some(job),
        shown: None,
        ready: VecDeque::new(),
        inquiry,
    };
    Ok(Sse::new(follower.events()).keep_alive(KeepAlive::default()).into_response())
}

fn last_read(headers: &HeaderMap) -> u64 {
    let text = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}

struct Follower {
    inquiry: Inquiry,
    id: JobId,
    /// The last line that was read.
    after: u64,
    until: Instant,
    /// The job as it was read and is not shown yet.
    job: Option<Job>,
    shown: Option<Job>,
    ready: VecDeque<Event>,
}

impl Follower {
    fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(Some(self), |follower| async {
            let mut follower = follower?;
            loop {
                if let Some(event) = follower.ready.pop_front() {
                    return Some((Ok(event), Some(follower)));
                }
                if follower.is_over() || !follower.look().await {
                    return None;
                }
            }
        })
    }

    /// Nothing more comes: the job has ended and its end was shown, or it is time to ask again.
    fn is_over(&self) -> bool {
        let has_ended = self.shown.as_ref().is_some_and(|job| job.state.is_final());
        has_ended || Instant::now() >= self.until || self.inquiry.state.lifecycle.is_stopping()
    }

    /// Reads what is new, waiting first where something was shown already; false when it cannot be read any more.
    async fn look(&mut self) -> bool {
        let Inquiry { state, actor, reader, .. } = &self.inquiry;
        if self.job.is_none() {
            tokio::select! {
                () = sleep(LOOK) => {}
                () = state.lifecycle.stopping() => return true,
            }
        }
        // The lines are read after the job, so that those of its end are there when it has ended.
        let read = async {
            let job = match self.job.take() {
                Some(job) => job,
                None => state.app.job(actor, self.id).await?,
            };
            Ok::<_, vitrina_app::AppError>((job, state.app.job_log(actor, self.id, self.after, LINES).await?))
        };
        let (job, lines) = match read.await {
            Ok(read) => read,
            Err(error) => {
                tracing::warn!(job = %self.id, error = %Chain(&error), "a job cannot be followed any more");
                return false;
            }
        };
        for line in &lines {
            self.after = line.position;
            let event = event("log", &view::line(line, reader.locale));
            self.ready.push_back(event.id(line.position.to_string()));
        }
        if u64::try_from(lines.len()).is_ok_and(|read| read == LINES) {
            // There may be more of them, which come before the job.
            self.job = Some(job);
        } else if self.shown.as_ref() != Some(&job) {
            self.ready.push_back(event("job", &view::job(&state.site, job.clone(), reader.locale)));
            if job.state.is_final() {
                self.ready.push_back(Event::default().event("end").data(job.state.as_str()));
            }
            self.shown = Some(job);
        }
        true
    }
}

fn event(name: &str, data: &impl Serialize) -> Event {
    let text = serde_json::to_string(data).unwrap_or_default();
    Event::default().event(name).data(text)
}

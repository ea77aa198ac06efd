//! Lists jobs, newest first.

use axum::response::{IntoResponse as _, Response};
use vitrina_domain::{finding::Bilingual, job::JobState};

use super::view::{self, JobView};
use crate::{
    actor::Bearer,
    filter::{PageSize, Parameter, Parameters, Spec},
    inquiry::{Ask, Inquiry},
    nearest::nearest,
    paging::Page,
    problem::{Answer, Code, Problem},
    routes::asks::asks,
};

asks! {
    /// What a list of jobs takes.
    JobsAsks = Spec {
        parameters: &[Parameter::Limit, Parameter::Cursor, Parameter::State, Parameter::Lang],
        page: PageSize::RECORDS,
        ..Spec::NONE
    };
}

/// Lists jobs, newest first.
///
/// A job is work that outlives the request that asked for it. Those that ended are kept for thirty days. Needs the scope
/// `admin`.
#[utoipa::path(
    get, path = "/api/v1/jobs", operation_id = "list_jobs", tag = "jobs", params(JobsAsks),
    responses((status = 200, description = "A page of jobs.", body = Page<JobView>)),
    security(("token" = ["admin"]))
)]
pub(super) async fn list(Ask(inquiry, _): Ask<JobsAsks, Bearer>) -> Answer<Response> {
    let Inquiry { state, actor, asked, reader, .. } = &inquiry;
    let mut jobs = state.app.jobs(actor, wanted(asked)?, inquiry.position()?, asked.limit + 1).await?;
    let next = inquiry.next_of(&mut jobs, |last| last.id);
    let items = jobs.into_iter().map(|job| view::job(&state.site, job, reader.locale)).collect();
    Ok(Page::uncounted(items, next).into_response())
}

fn wanted(asked: &Parameters) -> Answer<Option<JobState>> {
    let Some(word) = asked.text(Parameter::State) else { return Ok(None) };
    let words = || JobState::ALL.iter().map(|state| state.as_str());
    word.parse().map(Some).map_err(|_error| {
        let text = Bilingual::new("ese estado no existe", "there is no such state");
        Problem::parameter(Code::InvalidParameter, Parameter::State.name(), text)
            .with_nearest(nearest(word, words()))
            .with_allowed(words())
    })
}

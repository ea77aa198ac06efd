//! Lists what a job said.

use axum::{
    extract::Path,
    response::{IntoResponse as _, Response},
};

use super::{
    named,
    view::{self, LineView},
};
use crate::{
    actor::Bearer,
    filter::{PageSize, Parameter, Spec},
    inquiry::{Ask, Inquiry},
    paging::Page,
    problem::Answer,
    routes::asks::asks,
};

asks! {
    /// What a list of lines of a log takes.
    LinesAsks = Spec {
        parameters: &[Parameter::Limit, Parameter::Cursor, Parameter::Lang],
        page: PageSize::ROWS,
        ..Spec::NONE
    };
}

/// Lists what a job said, in the order in which it did.
///
/// Each attempt adds to the log of those before it. It can be read by whoever filed the job, and with the scope `admin`.
#[utoipa::path(
    get, path = "/api/v1/jobs/{id}/log", operation_id = "list_job_log", tag = "jobs",
    params(("id" = String, Path, description = "The job's id."), LinesAsks),
    responses((status = 200, description = "A page of lines.", body = Page<LineView>)),
    security(("token" = []))
)]
pub(super) async fn log(Ask(inquiry, _): Ask<LinesAsks, Bearer>, Path(id): Path<String>) -> Answer<Response> {
    let Inquiry { state, actor, asked, reader, .. } = &inquiry;
    let id = named(&id)?;
    let after: u64 = inquiry.position()?.unwrap_or_default();
    let mut lines = state.app.job_log(actor, id, after, asked.limit + 1).await?;
    let next = inquiry.next_of(&mut lines, |last| last.position);
    let items = lines.iter().map(|line| view::line(line, reader.locale)).collect();
    Ok(Page::uncounted(items, next).into_response())
}

//! Files a job again.

use axum::{Json, extract::Path};

use super::{
    named,
    view::{self, JobView},
};
use crate::{
    actor::Bearer,
    inquiry::{Ask, Inquiry},
    problem::Answer,
    routes::asks::LanguageAsks,
};

/// Files a job again that was given up or stopped.
///
/// It is due at once and has all its attempts before it; its log goes on. Needs the scope `admin`.
#[utoipa::path(
    post, path = "/api/v1/jobs/{id}/retry", operation_id = "retry_job", tag = "jobs",
    params(("id" = String, Path, description = "The job's id."), LanguageAsks),
    responses((status = 200, description = "The job as it is now.", body = JobView)),
    security(("token" = ["admin"]))
)]
pub(super) async fn retry(
    Ask(inquiry, _): Ask<LanguageAsks, Bearer>,
    Path(id): Path<String>,
) -> Answer<Json<JobView>> {
    let Inquiry { state, actor, reader, .. } = &inquiry;
    let job = state.app.retry_job(actor, named(&id)?).await?;
    Ok(Json(view::job(&state.site, job, reader.locale)))
}

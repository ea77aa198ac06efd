//! Stops a job.

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

/// Stops a job.
///
/// One that waits is `cancelled` at once; one that runs is asked to stop and is so within a few seconds, unless it ends
/// before. It can be stopped by whoever filed it, and with the scope `admin`.
#[utoipa::path(
    post, path = "/api/v1/jobs/{id}/cancel", operation_id = "cancel_job", tag = "jobs",
    params(("id" = String, Path, description = "The job's id."), LanguageAsks),
    responses((status = 200, description = "The job as it is now.", body = JobView)),
    security(("token" = []))
)]
pub(super) async fn cancel(
    Ask(inquiry, _): Ask<LanguageAsks, Bearer>,
    Path(id): Path<String>,
) -> Answer<Json<JobView>> {
    let Inquiry { state, actor, reader, .. } = &inquiry;
    let job = state.app.cancel_job(actor, named(&id)?).await?;
    Ok(Json(view::job(&state.site, job, reader.locale)))
}

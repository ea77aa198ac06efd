//! Gives one job.

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

/// Gives one job.
///
/// It can be read by whoever filed it, and with the scope `admin`.
#[utoipa::path(
    get, path = "/api/v1/jobs/{id}", operation_id = "get_job", tag = "jobs",
    params(("id" = String, Path, description = "The job's id."), LanguageAsks),
    responses((status = 200, description = "The job.", body = JobView)),
    security(("token" = []))
)]
pub(super) async fn get(
    Ask(inquiry, _): Ask<LanguageAsks, Bearer>,
    Path(id): Path<String>,
) -> Answer<Json<JobView>> {
    let Inquiry { state, actor, reader, .. } = &inquiry;
    let job = state.app.job(actor, named(&id)?).await?;
    Ok(Json(view::job(&state.site, job, reader.locale)))
}

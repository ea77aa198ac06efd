//! Files the job of a schedule now.

use axum::{extract::Path, http::StatusCode, response::Response};

use crate::{
    actor::Bearer,
    inquiry::{Ask, Inquiry},
    problem::Answer,
    routes::{
        asks::LanguageAsks,
        job::view::{self, JobView},
    },
};

/// Files the job of a schedule now.
///
/// The times of the schedule stay as they are. Needs the scope `admin`.
#[utoipa::path(
    post, path = "/api/v1/schedules/{name}/run", operation_id = "run_schedule", tag = "jobs",
    params(("name" = String, Path, description = "The schedule's name."), LanguageAsks),
    responses((status = 201, description = "The job.", body = JobView)),
    security(("token" = ["admin"]))
)]
pub(super) async fn run(
    Ask(inquiry, _): Ask<LanguageAsks, Bearer>,
    Path(name): Path<String>,
) -> Answer<Response> {
    let Inquiry { state, actor, reader, .. } = &inquiry;
    let job = state.app.run_schedule(actor, &name).await?;
    Ok(view::filed(&state.site, StatusCode::CREATED, job, reader.locale))
}

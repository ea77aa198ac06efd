//! Sends a test.

use axum::{extract::Path, http::StatusCode, response::Response};

use super::named;
use crate::{
    actor::Bearer,
    inquiry::{Ask, Inquiry},
    problem::Answer,
    routes::{
        asks::LanguageAsks,
        job::view::{self, JobView},
    },
};

/// Sends a webhook a test event, once, whatever its state.
///
/// Its `type` is `mx.vitrina.webhook.ping.v1`, and it is signed as every event. What came of it is in the job, and in the
/// list of deliveries. It can be done with the token that the webhook was made with, and with the scope `admin`.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/ping", operation_id = "ping_webhook", tag = "changes",
    params(("id" = String, Path, description = "The webhook's id."), LanguageAsks),
    responses((status = 202, description = "The job that sends it.", body = JobView)),
    security(("token" = []))
)]
pub(super) async fn ping(
    Ask(inquiry, _): Ask<LanguageAsks, Bearer>,
    Path(id): Path<String>,
) -> Answer<Response> {
    let Inquiry { state, actor, reader, .. } = &inquiry;
    let job = state.app.ping_webhook(actor, named(&id)?).await?;
    Ok(view::filed(&state.site, StatusCode::ACCEPTED, job, reader.locale))
}

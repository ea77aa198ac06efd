//! Removes a webhook.

use axum::{extract::Path, http::StatusCode};

use super::named;
use crate::{actor::Bearer, inquiry::Ask, problem::Answer, routes::asks::NothingAsks};

/// Removes a webhook with the log of its deliveries; nothing more is sent to it.
///
/// It can be removed with the token that it was made with, and with the scope `admin`.
#[utoipa::path(
    delete, path = "/api/v1/webhooks/{id}", operation_id = "delete_webhook", tag = "changes",
    params(("id" = String, Path, description = "The webhook's id."), NothingAsks),
    responses((status = 204, description = "It is removed.")),
    security(("token" = []))
)]
pub(super) async fn delete(
    Ask(inquiry, _): Ask<NothingAsks, Bearer>,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    inquiry.state.app.delete_webhook(&inquiry.actor, named(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

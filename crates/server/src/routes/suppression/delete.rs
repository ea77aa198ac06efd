//! Lets somebody be written to again.

use axum::{extract::Path, http::StatusCode};

use super::named;
use crate::{
    actor::Bearer,
    inquiry::{Ask, Inquiry},
    problem::Answer,
    routes::asks::NothingAsks,
};

/// Lets somebody be written to again.
///
/// Whoever unsubscribed did not ask for that: delete only what the person, or the mail server, takes back. Needs the scope
/// `admin`.
#[utoipa::path(
    delete, path = "/api/v1/suppressions/{id}", operation_id = "delete_suppression", tag = "mail",
    params(("id" = String, Path, description = "The suppression's id."), NothingAsks),
    responses((status = 204, description = "The suppression is gone.")),
    security(("token" = ["admin"]))
)]
pub(super) async fn delete(
    Ask(inquiry, _): Ask<NothingAsks, Bearer>,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    let Inquiry { state, actor, .. } = &inquiry;
    state.app.lift_suppression(actor, named(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

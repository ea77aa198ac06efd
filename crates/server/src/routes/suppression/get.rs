//! Gives one suppression.

use axum::{Json, extract::Path};

use super::{named, view::SuppressionView};
use crate::{
    actor::Bearer,
    inquiry::{Ask, Inquiry},
    problem::Answer,
    routes::asks::NothingAsks,
};

/// Gives one suppression.
///
/// Needs the scope `admin`.
#[utoipa::path(
    get, path = "/api/v1/suppressions/{id}", operation_id = "get_suppression", tag = "mail",
    params(("id" = String, Path, description = "The suppression's id."), NothingAsks),
    responses((status = 200, description = "The suppression.", body = SuppressionView)),
    security(("token" = ["admin"]))
)]
pub(super) async fn get(
    Ask(inquiry, _): Ask<NothingAsks, Bearer>,
    Path(id): Path<String>,
) -> Answer<Json<SuppressionView>> {
    let Inquiry { state, actor, .. } = &inquiry;
    Ok(Json(state.app.suppression(actor, named(&id)?).await?.into()))
}

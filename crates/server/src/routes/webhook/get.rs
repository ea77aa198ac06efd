//! Gives one webhook.

use axum::{Json, extract::Path};

use super::{
    named,
    view::{self, WebhookView},
};
use crate::{
    actor::Bearer,
    inquiry::{Ask, Inquiry},
    problem::Answer,
    routes::asks::LanguageAsks,
};

/// Gives one webhook.
///
/// It can be read with the token that it was made with, and with the scope `admin`. Its secret is not shown.
#[utoipa::path(
    get, path = "/api/v1/webhooks/{id}", operation_id = "get_webhook", tag = "changes",
    params(("id" = String, Path, description = "The webhook's id."), LanguageAsks),
    responses((status = 200, description = "The webhook.", body = WebhookView)),
    security(("token" = []))
)]
pub(super) async fn get(
    Ask(inquiry, _): Ask<LanguageAsks, Bearer>,
    Path(id): Path<String>,
) -> Answer<Json<WebhookView>> {
    let Inquiry { state, actor, reader, .. } = &inquiry;
    let webhook = state.app.webhook(actor, named(&id)?).await?;
    Ok(Json(view::webhook(&state.site, &webhook, reader.locale)))
}

//! Gives a webhook a new secret.

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

/// Gives a webhook a new secret, which is shown in this answer and not again.
///
/// For a day the former secret signs beside it: `webhook-signature` then holds two signatures, and a subscriber accepts an
/// event when one of them fits. It can be done with the token that the webhook was made with, and with the scope `admin`.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/secret", operation_id = "rotate_webhook_secret", tag = "changes",
    params(("id" = String, Path, description = "The webhook's id."), LanguageAsks),
    responses((status = 200, description = "The webhook, with its new secret.", body = WebhookView)),
    security(("token" = []))
)]
pub(super) async fn rotate(
    Ask(inquiry, _): Ask<LanguageAsks, Bearer>,
    Path(id): Path<String>,
) -> Answer<Json<WebhookView>> {
    let Inquiry { state, actor, reader, .. } = &inquiry;
    let webhook = state.app.rotate_secret(actor, named(&id)?).await?;
    Ok(Json(view::webhook(&state.site, &webhook, reader.locale).with_secret(&webhook.secret)))
}

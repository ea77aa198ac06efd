//! Sends events again.

use axum::{Json, extract::Path};

use super::{
    named,
    view::{self, WebhookView},
};
use crate::{
    actor::Bearer,
    filter::{Parameter, Spec},
    inquiry::{Ask, Inquiry},
    problem::Answer,
    routes::{asks::asks, change::start},
};

asks! {
    /// What a replay takes.
    ReplayAsks = Spec { parameters: &[Parameter::From, Parameter::Lang], ..Spec::NONE };
}

/// Sends a webhook again whatever came after a token of the change log, or everything without one.
///
/// Tokens are those of `/changes`: the `token` of an item, which is also the `id` of its event, or of a page. Events have
/// the ids that they had before. A webhook that is `failing` or `gone` is active again; one that is paused stays so. It
/// can be done with the token that the webhook was made with, and with the scope `admin`.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/replay", operation_id = "replay_webhook", tag = "changes",
    params(("id" = String, Path, description = "The webhook's id."), ReplayAsks),
    responses((status = 200, description = "The webhook as it is now.", body = WebhookView)),
    security(("token" = []))
)]
pub(super) async fn replay(
    Ask(inquiry, _): Ask<ReplayAsks, Bearer>,
    Path(id): Path<String>,
) -> Answer<Json<WebhookView>> {
    let Inquiry { state, actor, asked, reader, .. } = &inquiry;
    let webhook = state.app.replay_webhook(actor, named(&id)?, start(asked)?).await?;
    Ok(Json(view::webhook(&state.site, &webhook, reader.locale)))
}

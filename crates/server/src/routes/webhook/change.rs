//! Changes a webhook.

use axum::{Json, extract::Path};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use vitrina_app::{
    record::Reference,
    webhook::{WebhookChange, Whose, Wish},
};
use vitrina_domain::record::Kind;

use super::{
    named, refused, unreadable,
    view::{self, WebhookView},
};
use crate::{
    actor::Bearer,
    body::MergePatch,
    inquiry::{Ask, Inquiry},
    problem::Answer,
    routes::asks::LanguageAsks,
};

/// What changes of a webhook; what is left out stays.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookChange)]
pub(super) struct Change {
    /// Another address. It begins without the refusals of the one before.
    #[schema(format = "uri")]
    address: Option<String>,
    /// Other kinds of record; none means every kind.
    #[schema(value_type = Option<Vec<String>>)]
    kinds: Option<Vec<Kind>>,
    /// Another organization, by id or slug; null means all.
    #[serde(default, deserialize_with = "whose")]
    #[schema(value_type = Option<String>)]
    organization: Option<Whose>,
    /// `paused`: nothing is sent for now; `active`: from where it stopped.
    #[schema(value_type = Option<String>)]
    state: Option<WishedState>,
}

/// The states that an owner can wish for.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WishedState {
    Active,
    Paused,
}

/// What is given, be it null, and not absent.
fn whose<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Whose>, D::Error> {
    let organization = Option::<String>::deserialize(deserializer)?;
    Ok(Some(organization.map_or(Whose::All, |name| Whose::Of(Reference::from(name.as_str())))))
}

/// Changes a webhook: its address, its events, or whether it is paused.
///
/// `state` = `active` also begins again with one that is `failing` or `gone`, from where it stopped. It can be changed
/// with the token that it was made with, and with the scope `admin`.
#[utoipa::path(
    patch, path = "/api/v1/webhooks/{id}", operation_id = "change_webhook", tag = "changes",
    params(("id" = String, Path, description = "The webhook's id."), LanguageAsks),
    request_body(content((Change = "application/merge-patch+json"), (Change = "application/json"))),
    responses((status = 200, description = "The webhook as it is now.", body = WebhookView)),
    security(("token" = []))
)]
pub(super) async fn change(
    Ask(inquiry, _): Ask<LanguageAsks, Bearer>,
    Path(id): Path<String>,
    MergePatch(patch): MergePatch,
) -> Answer<Json<WebhookView>> {
    let Inquiry { state, actor, reader, .. } = &inquiry;
    let changed = state.app.change_webhook(actor, named(&id)?, read(&patch)?).await;
    Ok(Json(view::webhook(&state.site, &changed.map_err(refused)?, reader.locale)))
}

fn read(patch: &Value) -> Answer<WebhookChange> {
    let Change { address, kinds, organization, state } =
        Change::deserialize(patch).map_err(|error| unreadable(&error))?;
    Ok(WebhookChange {
        address,
        kinds,
        organization,
        wish: state.map(|state| match state {
            WishedState::Active => Wish::Resume,
            WishedState::Paused => Wish::Pause,
        }),
    })
}

//! Makes a webhook.

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use vitrina_app::{record::Reference, webhook::NewWebhook};
use vitrina_domain::record::Kind;

use super::{
    refused, unreadable,
    view::{self, WebhookView},
};
use crate::{
    actor::Bearer,
    body::JsonBody,
    inquiry::{Ask, Inquiry},
    problem::Answer,
    routes::asks::LanguageAsks,
};

/// What somebody wants to be told, and where.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewWebhook)]
pub(super) struct Body {
    /// Where: an address that begins with https:// or http://, at one of the ports 80, 443, 8080 and 8443.
    #[schema(format = "uri")]
    address: String,
    /// Of which kinds of record; without it, of every kind.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    kinds: Vec<Kind>,
    /// Of which organization, by id or slug; without it, of all.
    organization: Option<String>,
}

/// Makes a webhook: an address that is told of every public change from now on.
///
/// Each change is an event of its own, sent in order as `CloudEvents` 1.0 (`application/cloudevents+json`), whose `data` is
/// an item of `/changes`. Events are signed as Standard Webhooks 1.0 has it (`webhook-id`, `webhook-timestamp`,
/// `webhook-signature`) with the secret in this answer, which is not shown again. Every event is sent at least once, with
/// the same `id` each time, until the address answers 2xx; a redirect is not followed. Whoever has a token may have twenty
/// webhooks.
#[utoipa::path(
    post, path = "/api/v1/webhooks", operation_id = "create_webhook", tag = "changes", params(LanguageAsks),
    request_body(content = Body, content_type = "application/json"),
    responses((status = 201, description = "The webhook, with its secret.", body = WebhookView)),
    security(("token" = []))
)]
pub(super) async fn create(
    Ask(inquiry, _): Ask<LanguageAsks, Bearer>,
    JsonBody(body): JsonBody,
) -> Answer<Response> {
    let Inquiry { state, actor, reader, .. } = &inquiry;
    let Body { address, kinds, organization } =
        Body::deserialize(&body).map_err(|error| unreadable(&error))?;
    let new = NewWebhook { address, kinds, organization: organization.as_deref().map(Reference::from) };
    let webhook = state.app.create_webhook(actor, new).await.map_err(refused)?;
    let place = state.site.url(&format!("/api/v1/webhooks/{}", webhook.id));
    let body = Json(view::webhook(&state.site, &webhook, reader.locale).with_secret(&webhook.secret));
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], body).into_response())
}

//! Lists webhooks, newest first.

use axum::{
    Json,
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};

use super::view::{self, WebhookView};
use crate::{
    actor::Bearer,
    filter::{PageSize, Parameter, Spec},
    inquiry::{Ask, Inquiry},
    paging::{Page, cut, link_next},
    problem::Answer,
    routes::asks::asks,
};

asks! {
    /// What a list of webhooks takes.
    WebhooksAsks = Spec {
        parameters: &[Parameter::Limit, Parameter::Cursor, Parameter::Lang],
        page: PageSize::RECORDS,
        ..Spec::NONE
    };
}

/// Lists webhooks, newest first.
///
/// Those that were made with the same token; with the scope `admin`, all of them. Secrets are not shown.
#[utoipa::path(
    get, path = "/api/v1/webhooks", operation_id = "list_webhooks", tag = "changes", params(WebhooksAsks),
    responses((status = 200, description = "A page of webhooks.", body = Page<WebhookView>)),
    security(("token" = []))
)]
pub(super) async fn list(Ask(inquiry, _): Ask<WebhooksAsks, Bearer>) -> Answer<Response> {
    let Inquiry { state, actor, asked, reader, .. } = &inquiry;
    let mut webhooks = state.app.webhooks(actor, inquiry.position()?, asked.limit + 1).await?;
    let has_more = cut(&mut webhooks, asked.limit);
    let next = webhooks.last().filter(|_| has_more).map(|last| inquiry.next_url(&last.id));
    let items = webhooks.iter().map(|webhook| view::webhook(&state.site, webhook, reader.locale)).collect();
    let mut headers = HeaderMap::new();
    link_next(&mut headers, next.as_deref());
    Ok((headers, Json(Page::uncounted(items, next))).into_response())
}

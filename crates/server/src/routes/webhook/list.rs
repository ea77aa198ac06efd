//! Lists webhooks, newest first.

use axum::response::{IntoResponse as _, Response};

use super::view::{self, WebhookView};
use crate::{
    actor::Bearer,
    filter::{PageSize, Parameter, Spec},
    inquiry::{Ask, Inquiry},
    paging::Page,
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
    let next = inquiry.next_of(&mut webhooks, |last| last.id);
    let items = webhooks.iter().map(|webhook| view::webhook(&state.site, webhook, reader.locale)).collect();
    Ok(Page::uncounted(items, next).into_response())
}

//! Ends a subscription.

use axum::{extract::Path, response::Response};

use super::page;
use crate::{
    actor::Anyone,
    inquiry::{Ask, Inquiry},
    pages::{self, Farewell, Frame},
    problem::Answer,
    routes::asks::LanguageAsks,
};

/// Ends a subscription.
///
/// This is the one click of RFC 8058: the token is all that is needed, and the body (`List-Unsubscribe=One-Click`) changes
/// nothing. Again is the same as once, and the answer is the same whether or not the site knows the person.
#[utoipa::path(
    post, path = "/api/v1/unsubscribe/{token}", operation_id = "unsubscribe", tag = "mail",
    params(("token" = String, Path, description = "What the link in the letter holds."), LanguageAsks),
    responses((status = 200, description = "It has ended.", content_type = "text/html", body = String))
)]
pub(super) async fn act(
    Ask(inquiry, _): Ask<LanguageAsks, Anyone>,
    Path(token): Path<String>,
) -> Answer<Response> {
    let Inquiry { state, reader, uri, .. } = &inquiry;
    let list = state.app.unsubscribe(&token).await?;
    let frame = Frame::new(state.app.site(), reader.locale, uri.path());
    page(pages::unsubscribe(frame, list.as_str(), Farewell::Done))
}

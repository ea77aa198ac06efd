//! Asks a person whether a subscription shall end.

use axum::{extract::Path, response::Response};

use super::page;
use crate::{
    actor::Anyone,
    inquiry::{Ask, Inquiry},
    pages::{self, Farewell, Frame},
    problem::Answer,
    routes::asks::LanguageAsks,
};

/// Asks a person whether a subscription shall end.
///
/// Nothing ends by reading it: programs that look at the links of a letter do no harm. The page has a button that sends the
/// `POST`.
#[utoipa::path(
    get, path = "/api/v1/unsubscribe/{token}", operation_id = "show_unsubscribe", tag = "mail",
    params(("token" = String, Path, description = "What the link in the letter holds."), LanguageAsks),
    responses((status = 200, description = "The question.", content_type = "text/html", body = String))
)]
pub(super) async fn show(
    Ask(inquiry, _): Ask<LanguageAsks, Anyone>,
    Path(token): Path<String>,
) -> Answer<Response> {
    let Inquiry { state, reader, uri, .. } = &inquiry;
    let list = state.app.subscription(&token).await?;
    let frame = Frame::new(state.app.site(), reader.locale, uri.path());
    page(pages::unsubscribe(frame, list.as_str(), Farewell::Asked))
}

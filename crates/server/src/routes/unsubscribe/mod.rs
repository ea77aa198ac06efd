//! Ending a subscription with one click (RFC 8058): by programs at once, by people after they were asked.

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use utoipa_axum::{router::OpenApiRouter, routes};

mod act;
mod show;

use crate::{
    negotiate::Representation,
    pages::Rendered,
    problem::{Answer, Problem},
    state::AppState,
};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(show::show, act::act))
}

/// A page that nobody keeps: its address is a secret of its reader's.
fn page(rendered: Rendered) -> Answer<Response> {
    let page = rendered.map_err(Problem::internal)?;
    let headers = [
        (header::CONTENT_TYPE, Representation::Html.content_type()),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, page).into_response())
}

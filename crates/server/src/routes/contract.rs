//! The OpenAPI document, the interactive documentation, and the page of error codes.

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{Html, IntoResponse as _, Response},
    routing,
};

use super::asks::LanguageAsks;
use crate::{
    actor::Anyone,
    conditional::Validators,
    inquiry::Ask,
    openapi::{docs_file, docs_index},
    pages::{self, Frame},
    problem::{Answer, Problem},
    state::{AppState, Contract},
};

async fn document(State(state): State<AppState>, headers: HeaderMap) -> Answer<Response> {
    show(&state.contract, &headers)
}

async fn document_3_0(State(state): State<AppState>, headers: HeaderMap) -> Answer<Response> {
    show(&state.contract_3_0, &headers)
}

fn show(contract: &Contract, headers: &HeaderMap) -> Answer<Response> {
    let kind = HeaderValue::from_static("application/json");
    let make = || ([(header::CONTENT_TYPE, kind)], contract.bytes.clone()).into_response();
    match contract.tag.clone() {
        Some(tag) => Validators { tag, modified: None }.respond(headers, || Ok(make())),
        None => Ok(make()),
    }
}

/// The codes of problems: what `type` leads to.
async fn errors(Ask(inquiry, _): Ask<LanguageAsks, Anyone>) -> Answer<Response> {
    let frame = Frame::new(inquiry.state.app.site(), inquiry.reader.locale, "/docs/errors");
    let page = pages::codes(frame).map_err(Problem::internal)?;
    let vary = (header::VARY, HeaderValue::from_static("Accept-Language"));
    Ok(([vary], Html(page)).into_response())
}

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/openapi.json", routing::get(document))
        .route("/openapi-3.0.json", routing::get(document_3_0))
        .route("/docs", routing::get(docs_index))
        .route("/docs/", routing::get(docs_file))
        .route("/docs/errors", routing::get(errors))
        .route("/docs/{*path}", routing::get(docs_file))
}

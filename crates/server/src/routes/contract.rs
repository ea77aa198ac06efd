//! The OpenAPI document, the interactive documentation, and the page of error codes.

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{Html, IntoResponse as _, Response},
    routing,
};

use super::record::WriteAsks;
use crate::{
    conditional::Validators,
    filter::Asked,
    locale::Reader,
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
async fn errors(
    State(state): State<AppState>,
    Asked(asked, _): Asked<WriteAsks>,
    reader: Reader,
) -> Answer<Response> {
    let locale = asked.reader(reader).locale;
    let page =
        pages::codes(Frame::new(state.app.site(), locale, "/docs/errors")).map_err(Problem::internal)?;
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

//! Addresses for people and for links that last: pages, the catalog as a whole, permanent IRIs.

mod asset;
mod catalog;
mod dataset;
mod home;
mod permanent;
mod search;

use axum::{
    Router,
    body::Bytes,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use vitrina_domain::query::{Field, SortKey};

use super::asks::asks;
use crate::{
    filter::{PageSize, Parameter, Spec},
    negotiate::Representation,
    pages::Rendered,
    problem::{Answer, Problem},
    state::AppState,
};

asks! {
    /// What pages take.
    PageAsks = Spec { parameters: &[Parameter::Lang, Parameter::F], ..Spec::NONE };
    /// What the page of results takes.
    ResultAsks = Spec {
        parameters: &[Parameter::Q, Parameter::Cursor, Parameter::Sort, Parameter::Lang, Parameter::Kind],
        filters: Field::ALL,
        sorts: &[SortKey::Relevance, SortKey::Created, SortKey::Updated, SortKey::Issued, SortKey::Modified, SortKey::Title],
        expansions: &[],
        page: PageSize::RECORDS,
    };
    /// What the catalog as a whole takes.
    CatalogAsks = Spec {
        parameters: &[Parameter::Q, Parameter::Lang, Parameter::F, Parameter::Bom],
        filters: Field::ALL,
        ..Spec::NONE
    };
}

/// The routes.
pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/", get(home::get))
        .route("/search", get(search::get))
        .route("/dataset/{slug}", get(dataset::get))
        .route("/catalog", get(catalog::get))
        .route("/catalog.{extension}", get(catalog::get_with_extension))
        .route("/data.json", get(catalog::data_json))
        .route("/id/{kind}/{id}", get(permanent::get))
        .route("/assets/style.css", get(asset::style))
}

/// A rendered page as a response.
fn html(page: Rendered) -> Answer<Response> {
    Ok(([(header::CONTENT_TYPE, Representation::Html.content_type())], rendered(page)?).into_response())
}

/// The bytes of a rendered page.
fn rendered(page: Rendered) -> Answer<Bytes> {
    page.map(Bytes::from).map_err(Problem::internal)
}

/// A redirect that is not for ever.
fn see_other(address: &str) -> Response {
    let location = HeaderValue::from_str(address).unwrap_or_else(|_error| HeaderValue::from_static("/"));
    let vary = HeaderValue::from_static("Accept");
    (axum::http::StatusCode::SEE_OTHER, [(header::LOCATION, location), (header::VARY, vary)]).into_response()
}

//! The catalog as a whole: a page to browse, or one streamed file.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use vitrina_app::auth::Actor;
use vitrina_domain::record::Kind;
use vitrina_formats::Format;

use super::{CatalogAsks, search::page};
use crate::{
    filter::{Asked, Parameter, Parameters},
    locale::Reader,
    negotiate::{self, Representation, Wish},
    problem::Answer,
    routes::export::stream,
    state::AppState,
};

/// What the catalog is offered as, the page first.
const OFFERED: &[Representation] = &[
    Representation::Html,
    Representation::Data(Format::Turtle),
    Representation::Data(Format::Json),
    Representation::Data(Format::Ndjson),
    Representation::Data(Format::Csv),
    Representation::Data(Format::DataJson),
];

/// The catalog in the representation that the reader prefers.
pub(super) async fn get(
    State(state): State<AppState>,
    Asked(asked, _): Asked<CatalogAsks>,
    reader: Reader,
    uri: Uri,
    headers: HeaderMap,
) -> Answer<Response> {
    represent(&state, &asked, reader, None, &uri, &headers).await
}

/// The catalog in the representation of an extension.
pub(super) async fn get_with_extension(
    State(state): State<AppState>,
    Path(extension): Path<String>,
    Asked(asked, _): Asked<CatalogAsks>,
    reader: Reader,
    uri: Uri,
    headers: HeaderMap,
) -> Answer<Response> {
    represent(&state, &asked, reader, Some(&extension), &uri, &headers).await
}

/// The catalog as DCAT-US 1.1.
pub(super) async fn data_json(
    State(state): State<AppState>,
    Asked(asked, _): Asked<CatalogAsks>,
    reader: Reader,
    uri: Uri,
    headers: HeaderMap,
) -> Answer<Response> {
    let format = Format::DataJson;
    let mut response =
        stream(&state, &Actor::Anonymous, Kind::Dataset, format, &asked, reader, &uri, &headers).await?;
    // Harvesters of data.json look for JSON, not for a media type of its own.
    let json = Representation::Data(Format::Json).content_type();
    response.headers_mut().insert(axum::http::header::CONTENT_TYPE, json);
    Ok(response)
}

async fn represent(
    state: &AppState,
    asked: &Parameters,
    reader: Reader,
    extension: Option<&str>,
    uri: &Uri,
    headers: &HeaderMap,
) -> Answer<Response> {
    let wish = Wish { parameter: asked.text(Parameter::F), extension };
    let chosen = negotiate::choose(OFFERED, wish, headers)?;
    let mut response = match chosen {
        Representation::Html => page(state, asked, asked.reader(reader), uri, headers).await?,
        Representation::Data(format) => {
            stream(state, &Actor::Anonymous, Kind::Dataset, format, asked, reader, uri, headers).await?
        }
    };
    negotiate::describe(response.headers_mut(), chosen, OFFERED, |one| match (one, one.extension()) {
        (Representation::Html, _) => state.site.url("/catalog"),
        (_, Some(extension)) => state.site.url(&format!("/catalog.{extension}")),
        (_, None) => state.site.url(&format!("/catalog?f={}", one.name())),
    });
    Ok(response)
}

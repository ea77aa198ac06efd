//! The catalog as a whole: a page to browse, or one streamed file.

use axum::{extract::Path, http::header, response::Response};
use vitrina_domain::record::Kind;
use vitrina_formats::Format;

use super::{CatalogAsks, search::page};
use crate::{
    actor::Anyone,
    inquiry::{Ask, Inquiry},
    negotiate::{self, Representation},
    problem::Answer,
    routes::export::stream,
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
pub(super) async fn get(Ask(inquiry, _): Ask<CatalogAsks, Anyone>) -> Answer<Response> {
    represent(None, &inquiry).await
}

/// The catalog in the representation of an extension.
pub(super) async fn get_with_extension(
    Path(extension): Path<String>,
    Ask(inquiry, _): Ask<CatalogAsks, Anyone>,
) -> Answer<Response> {
    represent(Some(&extension), &inquiry).await
}

/// The catalog as DCAT-US 1.1.
pub(super) async fn data_json(Ask(inquiry, _): Ask<CatalogAsks, Anyone>) -> Answer<Response> {
    let mut response = stream(Kind::Dataset, Format::DataJson, &inquiry).await?;
    // Harvesters of data.json look for JSON, not for a media type of its own.
    let json = Representation::Data(Format::Json).content_type();
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    Ok(response)
}

async fn represent(extension: Option<&str>, inquiry: &Inquiry) -> Answer<Response> {
    let site = &inquiry.state.site;
    let chosen = inquiry.representation(OFFERED, extension)?;
    let mut response = match chosen {
        Representation::Html => page(inquiry).await?,
        Representation::Data(format) => stream(Kind::Dataset, format, inquiry).await?,
    };
    negotiate::describe(response.headers_mut(), chosen, OFFERED, |one| match (one, one.extension()) {
        (Representation::Html, _) => site.url("/catalog"),
        (_, Some(extension)) => site.url(&format!("/catalog.{extension}")),
        (_, None) => site.url(&format!("/catalog?f={}", one.name())),
    });
    Ok(response)
}

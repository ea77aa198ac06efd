//! Permanent IRIs: each leads to the page or document about what it names.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use vitrina_app::{
    auth::Actor,
    record::{Extent, Reference},
};
use vitrina_domain::{finding::Bilingual, record::Kind};
use vitrina_formats::Format;

use super::see_other;
use crate::{
    negotiate::{self, Representation, Wish},
    problem::{Answer, Code, Problem},
    routes::record::api_url,
    state::AppState,
};

/// What a dataset's IRI can lead to.
const OFFERED: &[Representation] =
    &[Representation::Html, Representation::Data(Format::Json), Representation::Data(Format::Turtle)];

/// Leads to the page or document, by what the reader prefers.
pub(super) async fn get(
    State(state): State<AppState>,
    Path((kind, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer<Response> {
    let nothing = || {
        Problem::new(Code::NotFound)
            .with_detail(Bilingual::new("esta IRI no nombra nada aquí", "this IRI names nothing here"))
    };
    let reader = Actor::Anonymous;
    if kind == "distribution" {
        let (row, _) = state.app.distribution(&reader, id.parse().map_err(|_error| nothing())?).await?;
        return Ok(see_other(&state.site.url(&format!("/api/v1/distributions/{}", row.id))));
    }
    let kind: Kind = kind.parse().map_err(|_error| nothing())?;
    let reference = Reference::Id(id.parse().map_err(|_error| nothing())?);
    let record = state.app.record(&reader, kind, &reference, Extent::HEAD).await?;
    if kind != Kind::Dataset {
        return Ok(see_other(&api_url(&state.site, kind, &record.id.to_string())));
    }
    let chosen = negotiate::choose(OFFERED, Wish::default(), &headers)?;
    let suffix = match (chosen, chosen.extension()) {
        (Representation::Html, _) | (_, None) => String::new(),
        (_, Some(extension)) => format!(".{extension}"),
    };
    Ok(see_other(&state.site.url(&format!("/dataset/{}{suffix}", record.slug))))
}

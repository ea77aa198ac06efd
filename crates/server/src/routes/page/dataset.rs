//! A dataset under its readable address: a page, or any of its representations.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use vitrina_app::{AppError, auth::Actor, record::Reference};
use vitrina_domain::record::{Kind, Record};
use vitrina_formats::Format;

use super::{PageAsks, html};
use crate::{
    filter::{Asked, Parameter},
    locale::Reader,
    negotiate::{self, Representation, Wish},
    pages::{self, Frame},
    problem::{Answer, Code, Problem},
    routes::record::{get::other, validators},
    state::AppState,
    view,
};

/// What a dataset is offered as, pages first.
const OFFERED: &[Representation] = &[
    Representation::Html,
    Representation::Data(Format::Json),
    Representation::Data(Format::Turtle),
    Representation::Data(Format::Ndjson),
    Representation::Data(Format::Csv),
    Representation::Data(Format::DataJson),
];

/// A dataset by slug, with or without the extension of a representation.
pub(super) async fn get(
    State(state): State<AppState>,
    Path(name): Path<String>,
    Asked(asked, _): Asked<PageAsks>,
    reader: Reader,
    uri: Uri,
    headers: HeaderMap,
) -> Answer<Response> {
    let reader = asked.reader(reader);
    let (slug, extension) =
        name.split_once('.').map_or((name.as_str(), None), |(slug, rest)| (slug, Some(rest)));
    let wish = Wish { parameter: asked.text(Parameter::F), extension };
    let chosen = negotiate::choose(OFFERED, wish, &headers)?;
    let suffix = extension.map_or_else(String::new, |extension| format!(".{extension}"));
    let address = |slug: &str| state.site.url(&format!("/dataset/{slug}{suffix}"));
    let moved =
        |slug: &str| (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, address(slug))]).into_response();
    let path = uri.path().to_owned();
    let frame = Frame::new(state.app.site(), reader.locale, &path);
    let record = match state.app.record(&Actor::Anonymous, Kind::Dataset, &Reference::from(slug)).await {
        Ok(record) => record,
        Err(AppError::Moved(slug)) => return Ok(moved(slug.as_str())),
        Err(AppError::Gone(tombstone)) if chosen == Representation::Html => {
            let page = html(pages::tombstone(frame, &tombstone))?;
            return Ok((StatusCode::GONE, page).into_response());
        }
        Err(error) => return Err(error.into()),
    };
    if record.slug.as_str() != slug {
        return Ok(moved(record.slug.as_str()));
    }
    represent(&state, &record, chosen, frame, &reader, &headers).await
}

async fn represent(
    state: &AppState,
    record: &Record,
    chosen: Representation,
    frame: Frame<'_>,
    reader: &Reader,
    headers: &HeaderMap,
) -> Answer<Response> {
    let languages = reader.tags();
    let beside = state.app.neighbours(std::slice::from_ref(record)).await?.pop().unwrap_or_default();
    let organization = beside.organization.as_ref().map_or("", |name| name.display(&languages)).to_owned();
    let spoken = languages.join(",");
    let validators = validators(record, chosen.name(), &["page", &spoken, frame.path, &organization]);
    let mut response = validators.respond(headers, || match chosen {
        Representation::Html => match record.metadata.as_dataset() {
            Some(dataset) => html(pages::dataset(&state.app, frame, record, dataset, &beside)),
            None => Err(Problem::new(Code::NotFound)),
        },
        Representation::Data(Format::Json) => {
            Ok(axum::Json(view::record(&state.site, record, &beside, &[], &languages)).into_response())
        }
        Representation::Data(format) => Ok(other(state, format, record, &languages)),
    })?;
    negotiate::describe(response.headers_mut(), chosen, OFFERED, |one| match (one, one.extension()) {
        (Representation::Html, _) => state.site.url(&format!("/dataset/{}", record.slug)),
        (_, Some(extension)) => state.site.url(&format!("/dataset/{}.{extension}", record.slug)),
        (_, None) => state.site.url(&format!("/dataset/{}?f={}", record.slug, one.name())),
    });
    Ok(response)
}

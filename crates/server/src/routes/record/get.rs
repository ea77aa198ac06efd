//! One record.

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use vitrina_app::{auth::Actor, record::Reference};
use vitrina_domain::record::{Kind, Record};
use vitrina_formats::{Format, write::Context};

use super::{api_url, or_moved, validators};
use crate::{
    filter::{Parameter, Parameters},
    locale::Reader,
    negotiate::{self, Representation, Wish},
    problem::Answer,
    state::AppState,
    view,
};

/// What one record is offered as; pages have addresses of their own.
pub(crate) fn offered(kind: Kind) -> &'static [Representation] {
    const DATASET: &[Representation] = &[
        Representation::Data(Format::Json),
        Representation::Data(Format::Ndjson),
        Representation::Data(Format::Csv),
        Representation::Data(Format::DataJson),
        Representation::Data(Format::Turtle),
    ];
    const OTHER: &[Representation] = &[Representation::Data(Format::Json)];
    if kind == Kind::Dataset { DATASET } else { OTHER }
}

/// A record by id or slug, as it is or as it was.
pub(crate) async fn get(
    state: &AppState,
    actor: &Actor,
    kind: Kind,
    key: &str,
    asked: &Parameters,
    reader: Reader,
    headers: &HeaderMap,
) -> Answer<Response> {
    let reader = asked.reader(reader);
    let wish = Wish { parameter: asked.text(Parameter::F), extension: None };
    let chosen = negotiate::choose(offered(kind), wish, headers)?;
    let reference = Reference::from(key);
    let at = asked.instant(Parameter::At);
    let found = match at {
        Some(instant) => state.app.record_at(actor, kind, &reference, instant).await,
        None => state.app.record(actor, kind, &reference).await,
    };
    let record = match found {
        Ok(record) => record,
        Err(error) => {
            let at = at.map_or_else(String::new, |instant| format!("?at={instant}"));
            return or_moved(error, |slug| format!("{}{at}", api_url(&state.site, kind, slug)));
        }
    };
    represent(state, &record, chosen, asked, &reader, headers).await
}

/// A record in a representation.
pub(crate) async fn represent(
    state: &AppState,
    record: &Record,
    chosen: Representation,
    asked: &Parameters,
    reader: &Reader,
    headers: &HeaderMap,
) -> Answer<Response> {
    let languages = reader.tags();
    let mut beside = state.app.neighbours(std::slice::from_ref(record)).await?;
    let beside = beside.pop().unwrap_or_default();
    let names = [&beside.organization, &beside.catalog];
    let names = names
        .into_iter()
        .flatten()
        .map(|name| name.display(&languages).to_owned())
        .collect::<Vec<_>>()
        .join("\n");
    let look: Vec<String> = asked.pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let look = look.join("&");
    let spoken = languages.join(",");
    let validators = validators(record, chosen.name(), &[&look, &spoken, &names]);
    let mut response = validators.respond(headers, || {
        Ok(match chosen {
            Representation::Data(Format::Json) | Representation::Html => {
                let show = match asked.text(Parameter::At) {
                    Some(_) => view::past_record,
                    None => view::record,
                };
                let mut document = show(&state.site, record, &beside, &asked.expand, &languages);
                if let Some(paths) = &asked.fields {
                    document = view::project(&document, paths);
                }
                axum::Json(document).into_response()
            }
            Representation::Data(format) => other(state, format, record, &languages),
        })
    })?;
    negotiate::describe(response.headers_mut(), chosen, offered(record.kind()), |one| {
        format!("{}?f={}", api_url(&state.site, record.kind(), &record.id.to_string()), one.name())
    });
    Ok(response)
}

/// A record in a format that is not our own.
pub(crate) fn other(state: &AppState, format: Format, record: &Record, languages: &[&str]) -> Response {
    let catalog = state.app.site().catalog();
    let context = Context {
        base_url: &state.site.base_url,
        catalog: &catalog,
        vocabularies: state.app.vocabularies(),
        languages,
    };
    let (bytes, left_out) = vitrina_formats::write::record(format, context, record);
    let media_type = Representation::Data(format).content_type();
    let mut response = ([(header::CONTENT_TYPE, media_type)], bytes).into_response();
    if format == Format::Csv {
        response.headers_mut().insert("x-export-escaped", HeaderValue::from_static("1"));
    }
    if !left_out.is_empty() {
        tracing::debug!(record = %record.id, count = left_out.len(), "values could not be expressed");
    }
    response
}

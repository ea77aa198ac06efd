//! A dataset under its readable address: a page, or any of its representations.

use axum::{
    body::Bytes,
    extract::Path,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use vitrina_app::{AppError, directory::Neighbours, record::Reference};
use vitrina_domain::record::{Kind, Record, Stored};
use vitrina_formats::Format;

use super::{PageAsks, html, rendered};
use crate::{
    actor::Anyone,
    inquiry::{Ask, Inquiry},
    instead::Instead,
    kept::Made,
    negotiate::{self, Representation},
    pages::{self, Frame},
    problem::{Answer, Code, Problem},
    routes::record::{
        get::{extent, other, shown},
        neighbours, validators,
    },
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
    Path(name): Path<String>,
    Ask(inquiry, _): Ask<PageAsks, Anyone>,
) -> Result<Response, Instead> {
    let Inquiry { state, actor, .. } = &inquiry;
    let (slug, extension) =
        name.split_once('.').map_or((name.as_str(), None), |(slug, rest)| (slug, Some(rest)));
    let chosen = inquiry.representation(OFFERED, extension)?;
    let address = |slug: &str| {
        let suffix = extension.map_or_else(String::new, |extension| format!(".{extension}"));
        state.site.url(&format!("/dataset/{slug}{suffix}"))
    };
    let make = async || {
        let record =
            match state.app.record(actor, Kind::Dataset, &Reference::from(slug), extent(chosen)).await {
                Ok(record) => record,
                Err(AppError::Gone(tombstone)) if chosen == Representation::Html => {
                    let page = html(pages::tombstone(frame(&inquiry), &tombstone))?;
                    return Err(Instead::Page((StatusCode::GONE, page).into_response()));
                }
                Err(error) => return Err(Instead::of(error, address)),
            };
        if record.slug.as_str() != slug {
            return Err(Instead::Elsewhere(address(record.slug.as_str())));
        }
        Ok(represent(&record, chosen, &inquiry).await?)
    };
    inquiry.kept(chosen, make).await
}

/// What the page has around it.
fn frame(inquiry: &Inquiry) -> Frame<'_> {
    Frame::new(inquiry.state.app.site(), inquiry.reader.locale, inquiry.uri.path())
}

async fn represent(record: &Record<Stored>, chosen: Representation, inquiry: &Inquiry) -> Answer<Made> {
    let Inquiry { state, reader, uri, .. } = inquiry;
    let site = &state.site;
    let languages = reader.tags();
    let beside = neighbours(state, record).await?;
    let names = beside.display(&languages).join("\n");
    let spoken = languages.join(",");
    let validators = validators(record, chosen.name(), &["page", &spoken, uri.path(), &names]);
    let body = match chosen {
        Representation::Html => page(record, &beside, inquiry)?,
        Representation::Data(Format::Json) => {
            view::record(site, record, view::neighbours(site, &beside, &[], &languages)).into()
        }
        Representation::Data(format) => other(format, record, inquiry)?,
    };
    let mut headers = HeaderMap::new();
    negotiate::describe(&mut headers, chosen, OFFERED, |one| match (one, one.extension()) {
        (Representation::Html, _) => site.url(&format!("/dataset/{}", record.slug)),
        (_, Some(extension)) => site.url(&format!("/dataset/{}.{extension}", record.slug)),
        (_, None) => site.url(&format!("/dataset/{}?f={}", record.slug, one.name())),
    });
    Ok(Made { shows: shown(record), validators, headers, body })
}

fn page(record: &Record<Stored>, beside: &Neighbours, inquiry: &Inquiry) -> Answer<Bytes> {
    let files = record.metadata.total_distributions();
    let record = record.clone().read_part()?;
    let Some(dataset) = record.metadata.as_dataset() else { return Err(Problem::new(Code::NotFound)) };
    rendered(pages::dataset(&inquiry.state.app, frame(inquiry), &record, dataset, files, beside))
}

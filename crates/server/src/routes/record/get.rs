//! One record.

use axum::{body::Bytes, http::HeaderMap, response::Response};
use vitrina_app::{directory::Neighbours, record::Extent};
use vitrina_domain::{
    id::RecordId,
    record::{Kind, Record, Stored},
};
use vitrina_formats::{Format, write};

use super::{
    api_url,
    found::{found, found_at},
    neighbours, validators,
};
use crate::{
    conditional::Validators,
    filter::Parameter,
    inquiry::Inquiry,
    instead::Instead,
    kept::Made,
    negotiate::{self, Representation},
    problem::{Answer, Problem},
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
pub(crate) async fn get(kind: Kind, key: &str, inquiry: &Inquiry) -> Result<Response, Instead> {
    let chosen = inquiry.representation(offered(kind), None)?;
    let make = async || {
        let record = match inquiry.asked.instant(Parameter::At) {
            Some(instant) => found_at(kind, key, instant, inquiry).await?,
            None => found(kind, key, "", extent(chosen), inquiry).await?,
        };
        Ok(represent(&record, chosen, inquiry).await?)
    };
    inquiry.kept(chosen, make).await
}

/// As much of a record as a representation shows: our own format has the first distributions, others have all.
pub(crate) fn extent(chosen: Representation) -> Extent {
    match chosen {
        Representation::Data(Format::Json) | Representation::Html => {
            Extent::First(view::MOST_DISTRIBUTIONS.into())
        }
        Representation::Data(_) => Extent::Whole,
    }
}

/// A record in a representation.
async fn represent(record: &Record<Stored>, chosen: Representation, inquiry: &Inquiry) -> Answer<Made> {
    let site = &inquiry.state.site;
    let beside = neighbours(&inquiry.state, record).await?;
    let body = match chosen {
        Representation::Data(Format::Json) | Representation::Html => own(record, &beside, inquiry)?,
        Representation::Data(format) => other(format, record, inquiry)?,
    };
    let mut headers = HeaderMap::new();
    let address = api_url(site, record.kind(), &record.id.to_string());
    negotiate::describe(&mut headers, chosen, offered(record.kind()), |one| {
        [&address, "?f=", one.name()].concat()
    });
    Ok(Made { shows: shown(record), validators: as_seen(record, &beside, chosen, inquiry), headers, body })
}

/// The records that an answer about one record shows: itself, and those that it names.
pub(crate) fn shown(record: &Record<Stored>) -> Vec<RecordId> {
    [Some(record.id), record.organization_id, record.catalog_id].into_iter().flatten().collect()
}

/// The validators of a record as this reader sees it: parameters, languages and the names beside it change its look.
fn as_seen(
    record: &Record<Stored>,
    beside: &Neighbours,
    chosen: Representation,
    inquiry: &Inquiry,
) -> Validators {
    let languages = inquiry.reader.tags();
    let names = beside.display(&languages);
    let pairs: Vec<String> =
        inquiry.asked.pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    validators(record, chosen.name(), &[&pairs.join("&"), &languages.join(","), &names.join("\n")])
}

/// A record in our own format.
fn own(record: &Record<Stored>, beside: &Neighbours, inquiry: &Inquiry) -> Answer<Bytes> {
    let Inquiry { state, asked, reader, .. } = inquiry;
    let show = match asked.text(Parameter::At) {
        Some(_) => view::past_record,
        None => view::record,
    };
    let names = view::neighbours(&state.site, beside, &asked.expand, &reader.tags());
    let document = show(&state.site, record, names);
    let Some(paths) = &asked.fields else { return Ok(document.into()) };
    let document = serde_json::from_slice(&document).map_err(Problem::internal)?;
    Ok(view::project(&document, paths).to_string().into())
}

/// A record in a format that is not our own.
pub(crate) fn other(format: Format, record: &Record<Stored>, inquiry: &Inquiry) -> Answer<Bytes> {
    let (bytes, left_out) = inquiry.write(|context| write::record(format, context, record.clone()))?;
    if !left_out.is_empty() {
        tracing::debug!(record = %record.id, count = left_out.len(), "values could not be expressed");
    }
    Ok(bytes.into())
}

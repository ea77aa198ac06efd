//! Lists of records.

use axum::{
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
};
use vitrina_app::{
    directory::Neighbours,
    list::{self, ListRequest},
    record::Extent,
};
use vitrina_domain::record::{Kind, Record, Stored};
use vitrina_formats::{Format, write::ListWriter};

use super::past;
use crate::{
    filter::{Count, Parameter},
    inquiry::Inquiry,
    negotiate::{self, Representation},
    notice::Notice,
    paging::{Page, link_next},
    problem::{Answer, Problem},
    view::{self, Item},
};

/// What lists are offered as, the default first.
pub(crate) const LIST_OFFER: &[Representation] = &[
    Representation::Data(Format::Json),
    Representation::Data(Format::Ndjson),
    Representation::Data(Format::Csv),
];

/// A page of the records of a kind.
pub(crate) async fn list(kind: Kind, inquiry: &Inquiry) -> Answer<Response> {
    let Inquiry { state, actor, headers, .. } = inquiry;
    let chosen = inquiry.representation(LIST_OFFER, None)?;
    let validators = inquiry.validators(chosen.name()).await?;
    if let Some(response) = validators.not_modified(headers) {
        return Ok(response);
    }
    let extent = match chosen {
        Representation::Data(Format::Json) | Representation::Html => list::SUMMARISED,
        Representation::Data(_) => Extent::Whole,
    };
    let found = state.app.list(actor, request(kind, extent, inquiry)?).await?;
    let next = found.next.as_ref().map(|after| inquiry.next_url(after));
    let mut response = match chosen {
        Representation::Data(Format::Json) | Representation::Html => {
            axum::Json(page(kind, found, next.clone(), inquiry).await?).into_response()
        }
        Representation::Data(format) => table(format, found.records, inquiry)?.into_response(),
    };
    validators.apply(response.headers_mut());
    negotiate::describe(response.headers_mut(), chosen, LIST_OFFER, |one| {
        let f = Parameter::F.name();
        inquiry.address(&[f], (f, one.name()))
    });
    link_next(response.headers_mut(), next.as_deref());
    Ok(response)
}

/// What is asked of the use case.
fn request(kind: Kind, extent: Extent, inquiry: &Inquiry) -> Answer<ListRequest> {
    let asked = &inquiry.asked;
    Ok(ListRequest {
        kind,
        query: asked.query.clone(),
        at: past::instant(asked)?,
        sort: asked.order(),
        after: inquiry.position()?,
        limit: usize::try_from(asked.limit).unwrap_or(usize::MAX),
        count: if asked.count == Count::None { list::Count::No } else { list::Count::Exact },
        extent,
    })
}

/// The page in our own format.
async fn page(kind: Kind, found: list::Page, next: Option<String>, inquiry: &Inquiry) -> Answer<Page<Item>> {
    let Inquiry { state, actor, asked, reader, .. } = inquiry;
    let beside = state.app.neighbours(&found.records).await?;
    let items = found.records.iter().zip(&beside).map(|(record, beside)| item(record, beside, inquiry));
    // What no record has today says nothing of the past, where the names asked for were looked up.
    let notices = match asked.text(Parameter::At) {
        Some(_) => Vec::new(),
        None => Notice::of_empty(&state.app, actor, (&[kind], &asked.query), found.total, reader)?,
    };
    Ok(Page::uncounted(items.collect::<Answer<_>>()?, next).counted(found.total).noticed(notices))
}

/// A record in short, or the members of it that were asked for.
fn item(record: &Record<Stored>, beside: &Neighbours, inquiry: &Inquiry) -> Answer<Item> {
    let Inquiry { state, asked, reader, .. } = inquiry;
    let languages = reader.tags();
    let summary = view::summary(&state.app, &state.site, record, beside, &languages)?;
    let Some(paths) = &asked.fields else { return Ok(Item::from(summary)) };
    // Members that summaries lack come from the whole record.
    let names = view::neighbours(&state.site, beside, &[], &languages);
    let whole = view::record(&state.site, record, names);
    Item::within(summary, &whole, paths).map_err(Problem::internal)
}

/// The page as a list in another format.
fn table(format: Format, records: Vec<Record<Stored>>, inquiry: &Inquiry) -> Answer<Vec<u8>> {
    inquiry.write(|context| {
        let mut writer = ListWriter::new(format, context);
        let mut bytes = Vec::from(mark(format, inquiry));
        writer.begin(&mut bytes);
        for record in records {
            writer.record(record, &mut bytes)?;
        }
        writer.end(&mut bytes);
        Ok(bytes)
    })
}

/// What a file of a format begins with: browsers get the mark that makes spreadsheets read CSV as UTF-8.
pub(crate) fn mark(format: Format, inquiry: &Inquiry) -> &'static str {
    let Inquiry { asked, headers, .. } = inquiry;
    let is_marked =
        format == Format::Csv && asked.flag(Parameter::Bom).unwrap_or_else(|| is_browser(headers));
    if is_marked { "\u{feff}" } else { "" }
}

/// Whether the reader prefers pages, as only browsers do.
fn is_browser(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

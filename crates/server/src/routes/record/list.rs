//! Lists of records.

use axum::{
    http::{HeaderMap, HeaderValue, Uri, header},
    response::{IntoResponse as _, Response},
};
use serde_json::Value;
use vitrina_app::{
    After,
    auth::Actor,
    directory::Neighbours,
    list::{self, ListRequest},
};
use vitrina_domain::{
    query::Sort,
    record::{Kind, Record},
};
use vitrina_formats::{
    Format,
    write::{Context, ListWriter},
};

use super::{LIST_OFFER, past};
use crate::{
    conditional::{EntityTag, Validators},
    cursor,
    filter::{Count, Parameter, Parameters},
    locale::Reader,
    negotiate::{self, Representation, Wish},
    notice::Notice,
    paging::{Page, link_next, next_url},
    problem::Answer,
    state::AppState,
    view,
};

/// A page of the records of a kind.
pub(crate) async fn list(
    state: &AppState,
    actor: &Actor,
    kind: Kind,
    asked: &Parameters,
    reader: Reader,
    uri: &Uri,
    headers: &HeaderMap,
) -> Answer<Response> {
    let reader = asked.reader(reader);
    let wish = Wish { parameter: asked.text(Parameter::F), extension: None };
    let chosen = negotiate::choose(LIST_OFFER, wish, headers)?;
    let validators = list_validators(state, actor, uri, chosen.name(), &reader).await?;
    if let Some(response) = validators.not_modified(headers) {
        return Ok(response);
    }
    let at = past::instant(asked)?;
    let binding = asked.binding(uri.path());
    let after: Option<After> =
        asked.cursor.as_deref().map(|text| cursor::decode(binding, text)).transpose()?;
    let default = if asked.query.has_words() { Sort::RELEVANCE } else { Sort::CREATED };
    let request = ListRequest {
        kind,
        query: asked.query.clone(),
        at,
        sort: asked.sort.unwrap_or(default),
        after,
        limit: usize::try_from(asked.limit).unwrap_or(usize::MAX),
        count: if asked.count == Count::None { list::Count::No } else { list::Count::Exact },
    };
    let page = state.app.list(actor, request).await?;
    let beside = state.app.neighbours(&page.records).await?;
    let next = page
        .next
        .as_ref()
        .map(|after| next_url(&state.site, uri.path(), &asked.pairs, &cursor::encode(binding, after)));
    let mut response = match chosen {
        Representation::Data(Format::Json) | Representation::Html => {
            let items = items(state, &page.records, &beside, asked, &reader);
            let what = (&[kind][..], &asked.query);
            // What no record has today says nothing of the past, where the names asked for were looked up.
            let notices = match at {
                Some(_) => Vec::new(),
                None => Notice::of_empty(&state.app, actor, what, page.total, &reader)?,
            };
            let page = Page::uncounted(items, next.clone()).counted(page.total).noticed(notices);
            axum::Json(page).into_response()
        }
        Representation::Data(format) => {
            table(state, format, &page.records, asked, &reader, headers).into_response()
        }
    };
    validators.apply(response.headers_mut());
    negotiate::describe(response.headers_mut(), chosen, LIST_OFFER, |one| {
        alternate(state, uri, &asked.pairs, one)
    });
    link_next(response.headers_mut(), next.as_deref());
    Ok(response)
}

fn items(
    state: &AppState,
    records: &[Record],
    beside: &[Neighbours],
    asked: &Parameters,
    reader: &Reader,
) -> Vec<Value> {
    let languages = reader.tags();
    let summary = |(record, beside): (&Record, &Neighbours)| {
        let summary = view::summary(&state.app, &state.site, record, beside, &languages);
        let summary = serde_json::to_value(summary).unwrap_or_default();
        let Some(paths) = &asked.fields else { return summary };
        // Members that summaries lack come from the whole record.
        let mut whole = view::record(&state.site, record, beside, &[], &languages);
        if let (Some(whole), Value::Object(summary)) = (whole.as_object_mut(), summary) {
            whole.extend(summary);
        }
        view::project(&whole, paths)
    };
    records.iter().zip(beside).map(summary).collect()
}

/// The page as a list in another format; browsers get the mark that makes spreadsheets read CSV as UTF-8.
fn table(
    state: &AppState,
    format: Format,
    records: &[Record],
    asked: &Parameters,
    reader: &Reader,
    headers: &HeaderMap,
) -> Vec<u8> {
    let catalog = state.app.site().catalog();
    let languages = reader.tags();
    let context = Context {
        base_url: &state.site.base_url,
        catalog: &catalog,
        vocabularies: state.app.vocabularies(),
        languages: &languages,
    };
    let mut writer = ListWriter::new(format, context);
    let mut bytes = Vec::new();
    if format == Format::Csv && asked.flag(Parameter::Bom).unwrap_or_else(|| is_browser(headers)) {
        bytes.extend("\u{feff}".as_bytes());
    }
    writer.begin(&mut bytes);
    for record in records {
        writer.record(record, &mut bytes);
    }
    writer.end(&mut bytes);
    bytes
}

/// Whether the reader prefers pages, as only browsers do.
pub(crate) fn is_browser(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// The validators of a list: they change with every change that its reader could see, and when the index catches up.
pub(crate) async fn list_validators(
    state: &AppState,
    actor: &Actor,
    uri: &Uri,
    representation: &str,
    reader: &Reader,
) -> Answer<Validators> {
    let index = state.app.index_position().to_string();
    let (log, modified) = state.app.last_change(actor).await?;
    let address = uri.path_and_query().map_or("", |address| address.as_str());
    let languages = reader.languages.join(",");
    let parts = [address, representation, &languages, &log.to_string(), &index, &actor.audit_name()];
    Ok(Validators { tag: EntityTag::of(parts), modified })
}

/// The address of the same list in another representation.
pub(crate) fn alternate(
    state: &AppState,
    uri: &Uri,
    pairs: &[(String, String)],
    representation: Representation,
) -> String {
    let kept =
        pairs.iter().filter(|(name, _)| name != "f").map(|(name, value)| (name.as_str(), value.as_str()));
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(kept).append_pair("f", representation.name());
    format!("{}?{}", state.site.url(uri.path()), query.finish())
}

/// JSON with a media type of its own.
pub(crate) fn json_bytes(bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], bytes).into_response()
}

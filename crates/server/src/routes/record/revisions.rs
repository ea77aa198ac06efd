//! The revisions of a record.

use axum::{
    http::{HeaderMap, Uri},
    response::{IntoResponse as _, Response},
};
use serde_json::Value;
use vitrina_app::{auth::Actor, record::Reference};
use vitrina_domain::record::Kind;

use super::{api_url, or_moved, validators};
use crate::{
    conditional::{EntityTag, Validators},
    cursor,
    filter::Parameters,
    paging::{Page, cut, link_next, next_url},
    problem::Answer,
    state::AppState,
    view,
};

/// A page of revisions, newest first.
pub(crate) async fn list(
    state: &AppState,
    actor: &Actor,
    kind: Kind,
    key: &str,
    asked: &Parameters,
    uri: &Uri,
    headers: &HeaderMap,
) -> Answer<Response> {
    let record = match state.app.record(actor, kind, &Reference::from(key)).await {
        Ok(record) => record,
        Err(error) => {
            return or_moved(error, |slug| format!("{}/revisions", api_url(&state.site, kind, slug)));
        }
    };
    let binding = asked.binding(uri.path());
    let before: Option<u32> =
        asked.cursor.as_deref().map(|text| cursor::decode(binding, text)).transpose()?;
    let look = uri.query().unwrap_or_default();
    let validators = validators(&record, "revisions", &[look]);
    if let Some(response) = validators.not_modified(headers) {
        return Ok(response);
    }
    let reference = Reference::Id(record.id);
    let mut revisions = state.app.revisions(actor, kind, &reference, before, asked.limit + 1).await?;
    let more = cut(&mut revisions, asked.limit);
    let next = revisions
        .last()
        .filter(|_| more)
        .map(|last| next_url(&state.site, uri.path(), &asked.pairs, &cursor::encode(binding, &last.number)));
    let items: Vec<Value> =
        revisions.iter().map(|revision| view::revision(&state.site, &record, revision)).collect();
    let mut response = axum::Json(Page::uncounted(items, next.clone())).into_response();
    validators.apply(response.headers_mut());
    link_next(response.headers_mut(), next.as_deref());
    Ok(response)
}

/// One revision with its document.
pub(crate) async fn get(
    state: &AppState,
    actor: &Actor,
    kind: Kind,
    key: &str,
    number: u32,
    headers: &HeaderMap,
) -> Answer<Response> {
    let found = state.app.revision(actor, kind, &Reference::from(key), number).await;
    let (record, revision) = match found {
        Ok(found) => found,
        Err(error) => {
            return or_moved(error, |slug| {
                format!("{}/revisions/{number}", api_url(&state.site, kind, slug))
            });
        }
    };
    let end = revision.valid_to.map_or_else(String::new, |end| end.to_string());
    let tag = EntityTag::of(["revision", &record.id.to_string(), &number.to_string(), &end]);
    let validators = Validators { tag, modified: Some(revision.valid_to.unwrap_or(revision.valid_from)) };
    validators
        .respond(headers, || Ok(axum::Json(view::revision(&state.site, &record, &revision)).into_response()))
}

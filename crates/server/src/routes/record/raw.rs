//! The raw original of a record.

use axum::{http::HeaderMap, response::Response};
use vitrina_app::{auth::Actor, record::Reference};
use vitrina_domain::record::Kind;

use super::{api_url, list::json_bytes, or_moved, validators};
use crate::{problem::Answer, state::AppState};

/// The bytes that the current revision was made from.
pub(crate) async fn raw(
    state: &AppState,
    actor: &Actor,
    kind: Kind,
    key: &str,
    headers: &HeaderMap,
) -> Answer<Response> {
    let record = match state.app.record(actor, kind, &Reference::from(key)).await {
        Ok(record) => record,
        Err(error) => return or_moved(error, |slug| format!("{}/raw", api_url(&state.site, kind, slug))),
    };
    let validators = validators(&record, "raw", &[]);
    if let Some(response) = validators.not_modified(headers) {
        return Ok(response);
    }
    let bytes = state.app.raw(actor, kind, &Reference::Id(record.id)).await?;
    let mut response = json_bytes(bytes);
    validators.apply(response.headers_mut());
    Ok(response)
}

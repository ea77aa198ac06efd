//! Replacing a document.

use axum::{http::HeaderMap, response::Response};
use serde_json::Value;
use vitrina_app::{
    auth::Actor,
    record::{Reference, Target},
};
use vitrina_domain::record::Kind;

use super::written;
use crate::{
    conditional::precondition, filter::Parameters, locale::Reader, problem::Answer, state::AppState,
};

/// Replaces the document of a record.
#[expect(clippy::too_many_arguments, reason = "each argument is one part of the request")]
pub(crate) async fn replace(
    state: &AppState,
    actor: &Actor,
    kind: Kind,
    key: &str,
    asked: &Parameters,
    reader: Reader,
    headers: &HeaderMap,
    document: Value,
) -> Answer<Response> {
    let target = Target::Record(state.app.id_of(actor, kind, &Reference::from(key)).await?);
    let precondition = precondition(headers)?;
    let saved = state.app.replace(actor, kind, &target, &precondition, document).await?;
    written::answer(state, saved, asked, reader).await
}

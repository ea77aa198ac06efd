//! Changing members of a document.

use axum::{http::HeaderMap, response::Response};
use serde_json::Value;
use vitrina_app::{auth::Actor, record::Reference};
use vitrina_domain::record::Kind;

use super::written;
use crate::{
    conditional::precondition, filter::Parameters, locale::Reader, problem::Answer, state::AppState,
};

/// Applies a merge patch.
#[expect(clippy::too_many_arguments, reason = "each argument is one part of the request")]
pub(crate) async fn patch(
    state: &AppState,
    actor: &Actor,
    kind: Kind,
    key: &str,
    asked: &Parameters,
    reader: Reader,
    headers: &HeaderMap,
    patch: &Value,
) -> Answer<Response> {
    let id = state.app.id_of(actor, kind, &Reference::from(key)).await?;
    let precondition = precondition(headers)?;
    let saved = state.app.patch(actor, kind, id, &precondition, patch).await?;
    written::answer(state, saved, asked, reader).await
}

//! Deleting a record.

use axum::{
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use vitrina_app::{auth::Actor, record::Reference};
use vitrina_domain::record::Kind;

use crate::{
    conditional::precondition,
    filter::{Parameter, Parameters},
    problem::{Answer, TombstoneBody},
    state::AppState,
};

/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// Deletes a record and shows its tombstone.
pub(crate) async fn delete(
    state: &AppState,
    actor: &Actor,
    kind: Kind,
    key: &str,
    asked: &Parameters,
    headers: &HeaderMap,
) -> Answer<Response> {
    let id = state.app.id_of(actor, kind, &Reference::from(key)).await?;
    let precondition = precondition(headers)?;
    let reason: String =
        asked.text(Parameter::Reason).unwrap_or("deleted").chars().take(LONGEST_REASON).collect();
    let tombstone = state.app.delete(actor, kind, id, &precondition, reason).await?;
    Ok(axum::Json(TombstoneBody::from(&tombstone)).into_response())
}

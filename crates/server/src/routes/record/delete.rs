//! Deleting a record.

use axum::response::{IntoResponse as _, Response};
use vitrina_app::record::Reference;
use vitrina_domain::record::Kind;

use crate::{
    conditional::precondition,
    filter::Parameter,
    inquiry::Inquiry,
    problem::{Answer, TombstoneBody},
};

/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// Deletes a record and shows its tombstone.
pub(crate) async fn delete(kind: Kind, key: &str, inquiry: &Inquiry) -> Answer<Response> {
    let Inquiry { state, actor, asked, headers, .. } = inquiry;
    let id = state.app.id_of(actor, kind, &Reference::from(key)).await?;
    let precondition = precondition(headers)?;
    let reason: String =
        asked.text(Parameter::Reason).unwrap_or("deleted").chars().take(LONGEST_REASON).collect();
    let tombstone = state.app.delete(actor, kind, id, &precondition, reason).await?;
    Ok(axum::Json(TombstoneBody::from(&tombstone)).into_response())
}

//! Replacing a document.

use axum::response::Response;
use serde_json::Value;
use vitrina_app::record::{Reference, Target};
use vitrina_domain::record::Kind;

use super::written;
use crate::{conditional::precondition, inquiry::Inquiry, problem::Answer};

/// Replaces the document of a record.
pub(crate) async fn replace(kind: Kind, key: &str, inquiry: &Inquiry, document: Value) -> Answer<Response> {
    let Inquiry { state, actor, headers, .. } = inquiry;
    let target = Target::Record(state.app.id_of(actor, kind, &Reference::from(key)).await?);
    let precondition = precondition(headers)?;
    let saved = state.app.replace(actor, kind, &target, &precondition, document).await?;
    written::answer(saved, inquiry).await
}

//! Changing members of a document.

use axum::response::Response;
use serde_json::Value;
use vitrina_app::record::Reference;
use vitrina_domain::record::Kind;

use super::written;
use crate::{conditional::precondition, inquiry::Inquiry, problem::Answer};

/// Applies a merge patch.
pub(crate) async fn patch(kind: Kind, key: &str, inquiry: &Inquiry, patch: &Value) -> Answer<Response> {
    let Inquiry { state, actor, headers, .. } = inquiry;
    let id = state.app.id_of(actor, kind, &Reference::from(key)).await?;
    let precondition = precondition(headers)?;
    let saved = state.app.patch(actor, kind, id, &precondition, patch).await?;
    written::answer(saved, inquiry).await
}

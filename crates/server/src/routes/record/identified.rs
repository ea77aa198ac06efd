//! Writing a dataset by the identifier that its organization gives it.

use axum::response::Response;
use serde_json::Value;
use vitrina_app::record::{Reference, Target};
use vitrina_domain::record::Kind;

use super::written;
use crate::{conditional::precondition, inquiry::Inquiry, problem::Answer};

/// Makes the dataset, or replaces its document.
pub(crate) async fn put(
    organization: &str,
    identifier: String,
    inquiry: &Inquiry,
    document: Value,
) -> Answer<Response> {
    let Inquiry { state, actor, headers, .. } = inquiry;
    let organization_id = state.app.id_of(actor, Kind::Organization, &Reference::from(organization)).await?;
    let target = Target::Identified { organization_id, identifier };
    let precondition = precondition(headers)?;
    let saved = state.app.replace(actor, Kind::Dataset, &target, &precondition, document).await?;
    written::answer(saved, inquiry).await
}

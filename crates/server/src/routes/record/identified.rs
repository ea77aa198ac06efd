//! Writing a dataset by the identifier that its organization gives it.

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

/// Makes the dataset, or replaces its document.
#[expect(clippy::too_many_arguments, reason = "each argument is one part of the request")]
pub(crate) async fn put(
    state: &AppState,
    actor: &Actor,
    organization: &str,
    identifier: String,
    asked: &Parameters,
    reader: Reader,
    headers: &HeaderMap,
    document: Value,
) -> Answer<Response> {
    let organization_id = state.app.id_of(actor, Kind::Organization, &Reference::from(organization)).await?;
    let target = Target::Identified { organization_id, identifier };
    let precondition = precondition(headers)?;
    let saved = state.app.replace(actor, Kind::Dataset, &target, &precondition, document).await?;
    written::answer(state, saved, asked, reader).await
}

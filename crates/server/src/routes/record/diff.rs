//! What changed between two revisions.

use axum::{
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use vitrina_app::{auth::Actor, record::Reference};
use vitrina_domain::{finding::Bilingual, record::Kind};

use super::{DiffBody, DifferenceBody, api_url, or_moved, validators};
use crate::{
    filter::{Parameter, Parameters},
    problem::{Answer, Code, Problem},
    state::AppState,
};

/// The members in which two revisions differ; without `to` the current one is meant, without `from` the one before.
pub(crate) async fn diff(
    state: &AppState,
    actor: &Actor,
    kind: Kind,
    key: &str,
    asked: &Parameters,
    headers: &HeaderMap,
) -> Answer<Response> {
    let record = match state.app.record(actor, kind, &Reference::from(key)).await {
        Ok(record) => record,
        Err(error) => return or_moved(error, |slug| format!("{}/diff", api_url(&state.site, kind, slug))),
    };
    let to = asked.number::<u32>(Parameter::To)?.unwrap_or(record.revision);
    let from = asked.number::<u32>(Parameter::From)?.unwrap_or_else(|| to.saturating_sub(1));
    if from == 0 || from >= to {
        let text =
            Bilingual::new("«from» es una revisión anterior a «to»", "\"from\" is a revision before \"to\"");
        return Err(Problem::parameter(Code::InvalidParameter, Parameter::From.name(), text));
    }
    let look = format!("{from}-{to}");
    let validators = validators(&record, "diff", &[&look]);
    if let Some(response) = validators.not_modified(headers) {
        return Ok(response);
    }
    let differences = state.app.diff(actor, kind, &Reference::Id(record.id), from, to).await?;
    let differences = differences
        .into_iter()
        .map(|difference| DifferenceBody {
            pointer: difference.pointer,
            from: difference.from,
            to: difference.to,
        })
        .collect();
    let mut response = axum::Json(DiffBody { from, to, differences }).into_response();
    validators.apply(response.headers_mut());
    Ok(response)
}

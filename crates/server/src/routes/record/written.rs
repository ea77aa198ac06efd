//! What writes have in common: their preconditions and their answers.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use vitrina_app::{
    auth::Actor,
    record::{Effect, Precondition, Reference, Saved},
};
use vitrina_domain::{id::RecordId, record::Kind};

use super::{api_url, validators};
use crate::{conditional, filter::Parameters, locale::Reader, problem::Answer, state::AppState, view};

/// What `If-Match` and `If-None-Match` demand, in revisions: the readable part of our tags tells them.
pub(crate) fn precondition(headers: &HeaderMap) -> Answer<Precondition> {
    Ok(match conditional::Precondition::given(headers)? {
        None => Precondition::Absent,
        Some(conditional::Precondition::Exists) => Precondition::Any,
        // What must not be there matches no revision.
        Some(conditional::Precondition::Absent) => Precondition::Revisions(Vec::new()),
        Some(conditional::Precondition::Tags(tags)) => {
            Precondition::Revisions(tags.iter().filter_map(|tag| revision_of(tag)).collect())
        }
    })
}

fn revision_of(tag: &str) -> Option<u32> {
    tag.strip_prefix('r')?.split('-').next()?.parse().ok()
}

/// The id of a record that a path names by id or slug.
pub(crate) async fn id_of(state: &AppState, actor: &Actor, kind: Kind, key: &str) -> Answer<RecordId> {
    match Reference::from(key) {
        Reference::Id(id) => Ok(id),
        reference @ Reference::Slug(_) => Ok(state.app.record(actor, kind, &reference).await?.id),
    }
}

/// The record after a write, with what was found in its document.
pub(crate) async fn answer(
    state: &AppState,
    saved: Saved,
    asked: &Parameters,
    reader: Reader,
) -> Answer<Response> {
    let reader = asked.reader(reader);
    let languages = reader.tags();
    let Saved { record, effect, findings } = saved;
    let mut beside = state.app.neighbours(std::slice::from_ref(&record)).await?;
    let mut document = view::record(&state.site, &record, &beside.pop().unwrap_or_default(), &[], &languages);
    if let Some(object) = document.as_object_mut() {
        object.insert("findings".to_owned(), view::findings(&findings, reader.locale));
    }
    let status = if effect == Effect::Created { StatusCode::CREATED } else { StatusCode::OK };
    let mut response = (status, axum::Json(document)).into_response();
    validators(&record, "json", &[]).apply(response.headers_mut());
    let address = api_url(&state.site, record.kind(), &record.id.to_string());
    if let Ok(location) = HeaderValue::from_str(&address) {
        let name = if effect == Effect::Created { header::LOCATION } else { header::CONTENT_LOCATION };
        response.headers_mut().insert(name, location);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(&[], Precondition::Absent)]
    #[case(&[("if-match", "*")], Precondition::Any)]
    #[case(&[("if-match", "\"r7-abc\", \"r8-x\"")], Precondition::Revisions(vec![7, 8]))]
    #[case(&[("if-match", "\"abc\"")], Precondition::Revisions(vec![]))]
    #[case(&[("if-match", "W/\"r7-abc\"")], Precondition::Revisions(vec![]))]
    #[case(&[("if-none-match", "*")], Precondition::Revisions(vec![]))]
    fn preconditions(#[case] headers: &[(&'static str, &'static str)], #[case] expected: Precondition) {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (header::HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        assert_eq!(precondition(&headers).unwrap(), expected);
    }
}

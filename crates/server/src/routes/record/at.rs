//! A record as it was at an instant.

use axum::{
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use serde_json::Value;
use vitrina_app::{auth::Actor, record::Reference};
use vitrina_domain::{record::Kind, time::Timestamp};

use super::{api_url, or_moved};
use crate::{
    conditional::{EntityTag, Validators},
    problem::Answer,
    state::AppState,
};

/// The document that held at an instant, with the number of its revision.
pub(crate) async fn get(
    state: &AppState,
    actor: &Actor,
    kind: Kind,
    reference: &Reference,
    instant: Timestamp,
    headers: &HeaderMap,
) -> Answer<Response> {
    let (record, revision) = match state.app.record_at(actor, kind, reference, instant).await {
        Ok(found) => found,
        Err(error) => return or_moved(error, |slug| api_url(&state.site, kind, slug)),
    };
    let id = record.id.to_string();
    let validators = Validators {
        tag: EntityTag::of(["at", &id, &revision.number.to_string()]),
        modified: Some(revision.valid_from),
    };
    validators.respond(headers, || {
        let mut document = revision.document.clone();
        if let Some(object) = document.as_object_mut() {
            object.insert("id".to_owned(), Value::from(id));
            object.insert("kind".to_owned(), Value::from(kind.as_str()));
            object.insert("slug".to_owned(), Value::from(record.slug.as_str()));
            object.insert("revision".to_owned(), Value::from(revision.number));
            object.insert("updated_at".to_owned(), Value::from(revision.valid_from.to_string()));
            object.insert("hash".to_owned(), Value::from(revision.hash.to_string()));
        }
        Ok(axum::Json(document).into_response())
    })
}

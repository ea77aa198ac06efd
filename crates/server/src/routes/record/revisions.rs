//! The revisions of a record.

use axum::response::{IntoResponse as _, Response};
use serde_json::Value;
use vitrina_app::record::{Extent, Reference};
use vitrina_domain::record::Kind;

use super::{
    found::{found, instead},
    validators,
};
use crate::{
    conditional::{EntityTag, Validators},
    inquiry::{Inquiry, Reply},
    instead::Instead,
    paging::Page,
    view,
};

/// A page of revisions, newest first.
pub(crate) async fn list(kind: Kind, key: &str, inquiry: &Inquiry) -> Result<Response, Instead> {
    let record = found(kind, key, "/revisions", Extent::HEAD, inquiry).await?;
    let before: Option<u32> = inquiry.position()?;
    let validators = validators(&record, "revisions", &[inquiry.uri.query().unwrap_or_default()]);
    let make = async || {
        let Inquiry { state, actor, asked, .. } = inquiry;
        let reference = Reference::Id(record.id);
        let mut revisions = state.app.revisions(actor, kind, &reference, before, asked.limit + 1).await?;
        let next = inquiry.next_of(&mut revisions, |last| last.number);
        let items: Vec<Value> =
            revisions.iter().map(|revision| view::revision(&state.site, &record, revision)).collect();
        Ok(Reply { body: Page::uncounted(items, next.clone()), next })
    };
    Ok(inquiry.reply(&validators, make).await?)
}

/// One revision with its document.
pub(crate) async fn get(kind: Kind, key: &str, number: u32, inquiry: &Inquiry) -> Result<Response, Instead> {
    let Inquiry { state, actor, headers, .. } = inquiry;
    let found = state.app.revision(actor, kind, &Reference::from(key), number).await;
    let (record, revision) =
        found.map_err(|error| instead(error, kind, &format!("/revisions/{number}"), inquiry))?;
    let end = revision.valid_to.map_or_else(String::new, |end| end.to_string());
    let tag = EntityTag::of(["revision", &record.id.to_string(), &number.to_string(), &end]);
    let validators = Validators { tag, modified: Some(revision.valid_to.unwrap_or(revision.valid_from)) };
    let make = || Ok(axum::Json(view::revision(&state.site, &record, &revision)).into_response());
    Ok(validators.respond(headers, make)?)
}

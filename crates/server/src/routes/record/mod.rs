//! Records of every kind: the same operations, declared once per kind.
//!
//! Each file holds one operation for any kind; [`record_routes!`] gives each kind its paths and operation ids.

pub(crate) mod asks;
pub(crate) mod body;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod diff;
pub(crate) mod found;
pub(crate) mod get;
pub(crate) mod identified;
pub(crate) mod list;
pub(crate) mod past;
pub(crate) mod patch;
pub(crate) mod raw;
pub(crate) mod replace;
pub(crate) mod revisions;
pub(crate) mod written;

mod operations;

use axum::{
    http::header,
    response::{IntoResponse as _, Response},
};
use vitrina_app::directory::Neighbours;
use vitrina_domain::record::{Kind, Record, Stored};
use vitrina_formats::Format;

use crate::{
    conditional::{EntityTag, Validators, revision_stem},
    negotiate::Representation,
    problem::Answer,
    site::Site,
    state::AppState,
};

pub(crate) use operations::record_routes;

/// The validators of one representation of a record.
pub(crate) fn validators(record: &Record<Stored>, representation: &str, look: &[&str]) -> Validators {
    let hash = record.hash.to_string();
    let state = record.visibility.state();
    let updated = record.updated.micros().to_string();
    let parts = [hash.as_str(), state, &updated, representation].into_iter().chain(look.iter().copied());
    Validators {
        tag: EntityTag::with_stem(&revision_stem(record.revision), parts),
        modified: Some(record.updated),
    }
}

/// The names beside one record.
pub(crate) async fn neighbours(state: &AppState, record: &Record<Stored>) -> Answer<Neighbours> {
    let mut beside = state.app.neighbours([record]).await?;
    Ok(beside.pop().unwrap_or_default())
}

/// JSON that is written already.
pub(crate) fn json(bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, Representation::Data(Format::Json).content_type())], bytes).into_response()
}

/// The address of a record in the API.
pub(crate) fn api_url(site: &Site, kind: Kind, key: &str) -> String {
    site.url(&format!("/api/v1/{}/{key}", kind.collection()))
}

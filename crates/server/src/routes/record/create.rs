//! Making a record.

use axum::response::Response;
use serde_json::Value;
use vitrina_app::{
    auth::Actor,
    record::{NewRecord, Reference},
};
use vitrina_domain::{
    id::RecordId,
    record::{Kind, Visibility},
};

use super::written;
use crate::{
    filter::{Parameter, Parameters},
    locale::Reader,
    problem::Answer,
    state::AppState,
};

/// Makes a record from a document.
pub(crate) async fn create(
    state: &AppState,
    actor: &Actor,
    kind: Kind,
    asked: &Parameters,
    reader: Reader,
    document: Value,
) -> Answer<Response> {
    let new = NewRecord {
        kind,
        document,
        organization_id: place(state, actor, Kind::Organization, asked.text(Parameter::Organization)).await?,
        catalog_id: place(state, actor, Kind::Catalog, asked.text(Parameter::Catalog)).await?,
        visibility: Visibility::Published,
    };
    let saved = state.app.create(actor, new).await?;
    written::answer(state, saved, asked, reader).await
}

/// The record that a parameter names by id or slug.
pub(crate) async fn place(
    state: &AppState,
    actor: &Actor,
    kind: Kind,
    key: Option<&str>,
) -> Answer<Option<RecordId>> {
    match key {
        Some(key) => Ok(Some(state.app.id_of(actor, kind, &Reference::from(key)).await?)),
        None => Ok(None),
    }
}

//! Making a record.

use axum::response::Response;
use serde_json::Value;
use vitrina_app::record::{NewRecord, Reference};
use vitrina_domain::{
    id::RecordId,
    record::{Kind, Visibility},
};

use super::written;
use crate::{filter::Parameter, inquiry::Inquiry, problem::Answer};

/// Makes a record from a document.
pub(crate) async fn create(kind: Kind, inquiry: &Inquiry, document: Value) -> Answer<Response> {
    let new = NewRecord {
        kind,
        document,
        organization_id: place(Kind::Organization, Parameter::Organization, inquiry).await?,
        catalog_id: place(Kind::Catalog, Parameter::Catalog, inquiry).await?,
        visibility: Visibility::Published,
    };
    let saved = inquiry.state.app.create(&inquiry.actor, new).await?;
    written::answer(saved, inquiry).await
}

/// The record that a parameter names by id or slug.
pub(crate) async fn place(kind: Kind, parameter: Parameter, inquiry: &Inquiry) -> Answer<Option<RecordId>> {
    let Inquiry { state, actor, asked, .. } = inquiry;
    match asked.text(parameter) {
        Some(key) => Ok(Some(state.app.id_of(actor, kind, &Reference::from(key)).await?)),
        None => Ok(None),
    }
}

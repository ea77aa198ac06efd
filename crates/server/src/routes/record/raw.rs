//! The raw original of a record.

use axum::response::Response;
use vitrina_app::record::{Extent, Reference};
use vitrina_domain::record::Kind;

use super::{found::found, json, validators};
use crate::{inquiry::Inquiry, instead::Instead, problem::Problem};

/// The bytes that the current revision was made from.
pub(crate) async fn raw(kind: Kind, key: &str, inquiry: &Inquiry) -> Result<Response, Instead> {
    let Inquiry { state, actor, headers, .. } = inquiry;
    let record = found(kind, key, "/raw", Extent::HEAD, inquiry).await?;
    let validators = validators(&record, "raw", &[]);
    if let Some(response) = validators.not_modified(headers) {
        return Ok(response);
    }
    let bytes = state.app.raw(actor, kind, &Reference::Id(record.id)).await.map_err(Problem::from)?;
    let mut response = json(bytes);
    validators.apply(response.headers_mut());
    Ok(response)
}

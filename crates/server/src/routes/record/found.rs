//! The record that a key names, or what is answered instead of it.

use vitrina_app::{
    AppError,
    record::{Extent, Reference},
};
use vitrina_domain::{
    record::{Kind, Record, Stored},
    time::Timestamp,
};

use super::api_url;
use crate::{inquiry::Inquiry, instead::Instead};

/// What an error comes to, for what the API has at the address of a record followed by `rest`.
pub(super) fn instead(error: AppError, kind: Kind, rest: &str, inquiry: &Inquiry) -> Instead {
    Instead::of(error, |slug| format!("{}{rest}", api_url(&inquiry.state.site, kind, slug)))
}

/// The record that a key names, for what the API has at its address followed by `rest`.
pub(crate) async fn found(
    kind: Kind,
    key: &str,
    rest: &str,
    extent: Extent,
    inquiry: &Inquiry,
) -> Result<Record<Stored>, Instead> {
    let record = inquiry.state.app.record(&inquiry.actor, kind, &Reference::from(key), extent).await;
    record.map_err(|error| instead(error, kind, rest, inquiry))
}

/// The record that a key names, as it was at an instant.
pub(crate) async fn found_at(
    kind: Kind,
    key: &str,
    instant: Timestamp,
    inquiry: &Inquiry,
) -> Result<Record<Stored>, Instead> {
    let record = inquiry.state.app.record_at(&inquiry.actor, kind, &Reference::from(key), instant).await;
    record.map_err(|error| instead(error, kind, &format!("?at={instant}"), inquiry))
}

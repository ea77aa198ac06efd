//! The record that a key names, or what is answered instead of it.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use vitrina_app::{
    AppError,
    record::{Extent, Reference},
};
use vitrina_domain::{
    record::{Kind, Record, Stored},
    time::Timestamp,
};

use super::api_url;
use crate::{inquiry::Inquiry, problem::Problem};

/// What is answered instead of what was asked for.
#[derive(Debug)]
pub(crate) enum Instead {
    /// The slug is one of before; this is the address for good.
    Elsewhere(String),
    /// A page tells people why there is nothing.
    Page(Response),
    /// It cannot be had.
    Problem(Problem),
}

impl Instead {
    /// What an error of a use case comes to; `address` is that of the same thing under the slug of now.
    pub(crate) fn of(error: AppError, address: impl FnOnce(&str) -> String) -> Self {
        match error {
            AppError::Moved(slug) => Self::Elsewhere(address(slug.as_str())),
            other => Self::Problem(Problem::from(other)),
        }
    }

    /// As [`Instead::of`], for what the API has at the address of a record followed by `rest`.
    pub(crate) fn of_record(error: AppError, kind: Kind, rest: &str, inquiry: &Inquiry) -> Self {
        Self::of(error, |slug| format!("{}{rest}", api_url(&inquiry.state.site, kind, slug)))
    }
}

impl From<Problem> for Instead {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl IntoResponse for Instead {
    fn into_response(self) -> Response {
        match self {
            Self::Elsewhere(address) => {
                (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, address)]).into_response()
            }
            Self::Page(page) => page,
            Self::Problem(problem) => problem.into_response(),
        }
    }
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
    record.map_err(|error| Instead::of_record(error, kind, rest, inquiry))
}

/// The record that a key names, as it was at an instant.
pub(crate) async fn found_at(
    kind: Kind,
    key: &str,
    instant: Timestamp,
    inquiry: &Inquiry,
) -> Result<Record<Stored>, Instead> {
    let record = inquiry.state.app.record_at(&inquiry.actor, kind, &Reference::from(key), instant).await;
    record.map_err(|error| Instead::of_record(error, kind, &format!("?at={instant}"), inquiry))
}

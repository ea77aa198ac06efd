//! What is answered instead of what was asked for.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use vitrina_app::AppError;

use crate::problem::Problem;

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

//! The files of distributions: put there, described, given.

mod body;
mod download;
mod get;
mod inspection;
mod range;
mod upload;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

/// The operations.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(get::get, upload::upload))
        .routes(routes!(download::download))
        .routes(routes!(inspection::get))
}

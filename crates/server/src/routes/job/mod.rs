//! Jobs: work that outlives the request that asked for it.

use utoipa_axum::{router::OpenApiRouter, routes};
use vitrina_domain::id::JobId;

mod cancel;
mod follow;
mod get;
mod list;
mod log;
mod retry;
pub(super) mod view;

use crate::{
    problem::{Answer, Code, Problem},
    state::AppState,
};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(list::list))
        .routes(routes!(get::get))
        .routes(routes!(log::log))
        .routes(routes!(follow::follow))
        .routes(routes!(cancel::cancel))
        .routes(routes!(retry::retry))
}

/// The job that a path names.
fn named(text: &str) -> Answer<JobId> {
    text.parse().map_err(|_error| Problem::new(Code::NotFound))
}

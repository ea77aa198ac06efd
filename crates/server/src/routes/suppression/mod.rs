//! Suppressions: who is not written to any more.

use utoipa_axum::{router::OpenApiRouter, routes};
use vitrina_domain::id::SuppressionId;

mod create;
mod delete;
mod get;
mod list;
mod view;

use crate::{
    problem::{Answer, Code, Problem},
    state::AppState,
};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(list::list, create::create))
        .routes(routes!(get::get, delete::delete))
}

/// The suppression that a path names.
fn named(text: &str) -> Answer<SuppressionId> {
    text.parse().map_err(|_error| Problem::new(Code::NotFound))
}

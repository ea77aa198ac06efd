//! Runs of imports and the fate of each record.

use utoipa_axum::{router::OpenApiRouter, routes};

mod get;
mod items;
mod list;
pub(super) mod view;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(list::list))
        .routes(routes!(get::get))
        .routes(routes!(items::items))
}

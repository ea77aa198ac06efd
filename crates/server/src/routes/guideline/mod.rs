//! The guideline versions: laws and rules as data.

use utoipa_axum::{router::OpenApiRouter, routes};

mod get;
mod list;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(list::list)).routes(routes!(get::get))
}

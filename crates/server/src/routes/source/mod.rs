//! The places that records come from.

use utoipa_axum::{router::OpenApiRouter, routes};

mod list;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(list::list))
}

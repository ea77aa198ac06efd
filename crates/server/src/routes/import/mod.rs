//! Bulk import.

use utoipa_axum::{router::OpenApiRouter, routes};

mod create;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(create::create))
}

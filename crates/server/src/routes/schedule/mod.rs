//! Schedules: jobs that come again and again.

use utoipa_axum::{router::OpenApiRouter, routes};

mod list;
mod retime;
mod run;
mod view;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(list::list))
        .routes(routes!(retime::retime))
        .routes(routes!(run::run))
}

//! What runs here, and how much there is.

use std::collections::BTreeMap;

use axum::Json;
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::asks::NothingAsks;
use crate::{actor::Anyone, inquiry::Ask, problem::Answer, state::AppState};

/// What runs here, and how much there is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Status)]
struct StatusView {
    /// The program.
    #[schema(example = "vitrina")]
    software: &'static str,
    /// Its version.
    version: &'static str,
    /// Public records by kind.
    records: BTreeMap<&'static str, u64>,
    /// Whether searches see every change.
    index_is_current: bool,
    /// How many changes searches are behind.
    index_lag: i64,
    /// Whether the database has the schema of this program.
    schema_is_current: bool,
    /// Whether the server is stopping.
    is_stopping: bool,
}

/// Tells what runs here, how much there is, and whether searches are up to date.
///
/// Records are counted by kind; `index_lag` is how many changes a search does not see yet.
#[utoipa::path(
    get, path = "/api/v1/status", operation_id = "get_status", tag = "site", params(NothingAsks),
    responses((status = 200, description = "The state.", body = StatusView))
)]
async fn status(Ask(inquiry, _): Ask<NothingAsks, Anyone>) -> Answer<Json<StatusView>> {
    let state = &inquiry.state;
    let status = state.app.status().await?;
    let lag = (status.log.0 - status.index.0).max(0);
    Ok(Json(StatusView {
        software: "vitrina",
        version: env!("CARGO_PKG_VERSION"),
        records: status.counts.iter().map(|(kind, count)| (kind.as_str(), *count)).collect(),
        index_is_current: lag == 0,
        index_lag: lag,
        schema_is_current: status.schema.pending.is_empty(),
        is_stopping: state.lifecycle.is_stopping(),
    }))
}

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(status))
}

//! Gives one run of an import.

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};

use super::view;
use crate::{
    actor::Caller, filter::Asked, locale::Reader, openapi::component, problem::Answer,
    routes::record::WriteAsks, state::AppState,
};

/// Gives one run of an import.
///
/// `tally` counts the records by what became of them.
#[utoipa::path(
    get, path = "/api/v1/import/runs/{id}", operation_id = "get_import_run", tag = "import",
    params(("id" = String, Path, description = "The run's id."), WriteAsks),
    responses((status = 200, description = "The run.", body = component::ImportRun))
)]
pub(super) async fn get(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Path(id): Path<String>,
    Asked(asked, _): Asked<WriteAsks>,
    reader: Reader,
) -> Answer<Response> {
    let run = state.app.run(&actor, view::id(&id)?).await?;
    let source = state.app.source_name(run.source_id).await?;
    Ok(Json(view::run(&state.site, &run, &source, asked.reader(reader).locale)).into_response())
}

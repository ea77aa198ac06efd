//! Gives one run of an import.

use axum::{
    Json,
    extract::Path,
    response::{IntoResponse as _, Response},
};

use super::view;
use crate::{
    inquiry::{Ask, Inquiry},
    openapi::component,
    problem::Answer,
    routes::asks::LanguageAsks,
};

/// Gives one run of an import.
///
/// `tally` counts the records by what became of them.
#[utoipa::path(
    get, path = "/api/v1/import/runs/{id}", operation_id = "get_import_run", tag = "import",
    params(("id" = String, Path, description = "The run's id."), LanguageAsks),
    responses((status = 200, description = "The run.", body = component::ImportRun))
)]
pub(super) async fn get(Ask(inquiry, _): Ask<LanguageAsks>, Path(id): Path<String>) -> Answer<Response> {
    let Inquiry { state, actor, reader, .. } = &inquiry;
    let run = state.app.run(actor, view::id(&id)?).await?;
    let source = state.app.source_name(run.source_id).await?;
    Ok(Json(view::run(&state.site, &run, &source, reader.locale)).into_response())
}

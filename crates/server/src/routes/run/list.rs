//! Lists runs of imports, newest first.

use axum::response::{IntoResponse as _, Response};
use vitrina_domain::id::RunId;

use super::view;
use crate::{
    filter::{PageSize, Parameter, Spec},
    inquiry::{Ask, Inquiry},
    openapi::component,
    paging::Page,
    problem::Answer,
    routes::asks::asks,
};

asks! {
    /// What a list of runs takes.
    RunsAsks = Spec {
        parameters: &[Parameter::Limit, Parameter::Cursor, Parameter::Lang],
        page: PageSize::RECORDS,
        ..Spec::NONE
    };
}

/// Lists runs of imports, newest first.
///
/// Imports are public, those that failed too; only what they read may not be.
#[utoipa::path(
    get, path = "/api/v1/import/runs", operation_id = "list_import_runs", tag = "import", params(RunsAsks),
    responses((status = 200, description = "A page of runs.", body = Page<component::ImportRun>))
)]
pub(super) async fn list(Ask(inquiry, _): Ask<RunsAsks>) -> Answer<Response> {
    let Inquiry { state, actor, asked, reader, .. } = &inquiry;
    let before: Option<RunId> = inquiry.position()?;
    let mut runs = state.app.runs(actor, before, asked.limit + 1).await?;
    let next = inquiry.next_of(&mut runs, |last| last.id);
    let mut items = Vec::with_capacity(runs.len());
    for run in &runs {
        let source = state.app.source_name(run.source_id).await?;
        items.push(view::run(&state.site, run, &source, reader.locale));
    }
    Ok(Page::uncounted(items, next).into_response())
}

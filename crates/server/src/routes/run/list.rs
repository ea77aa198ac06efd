//! Lists runs of imports, newest first.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, Uri},
    response::{IntoResponse as _, Response},
};
use vitrina_domain::id::RunId;

use super::view;
use crate::{
    actor::Caller,
    cursor,
    filter::{Asked, PageSize, Parameter, Spec},
    locale::Reader,
    openapi::component,
    paging::{Page, cut, link_next, next_url},
    problem::Answer,
    routes::record::asks,
    state::AppState,
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
pub(super) async fn list(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Asked(asked, _): Asked<RunsAsks>,
    reader: Reader,
    uri: Uri,
) -> Answer<Response> {
    let locale = asked.reader(reader).locale;
    let binding = asked.binding(uri.path());
    let before: Option<RunId> =
        asked.cursor.as_deref().map(|cursor| cursor::decode(binding, cursor)).transpose()?;
    let mut runs = state.app.runs(&actor, before, asked.limit + 1).await?;
    let has_more = cut(&mut runs, asked.limit);
    let next = runs
        .last()
        .filter(|_| has_more)
        .map(|last| next_url(&state.site, uri.path(), &asked.pairs, &cursor::encode(binding, &last.id)));
    let mut items = Vec::with_capacity(runs.len());
    for run in &runs {
        let source = state.app.source_name(run.source_id).await?;
        items.push(view::run(&state.site, run, &source, locale));
    }
    let mut headers = HeaderMap::new();
    link_next(&mut headers, next.as_deref());
    Ok((headers, Json(Page::uncounted(items, next))).into_response())
}

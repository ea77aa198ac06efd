//! Lists the records of a run with their fate.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, Uri},
    response::{IntoResponse as _, Response},
};
use vitrina_domain::{finding::Bilingual, import::Outcome};

use super::view;
use crate::{
    actor::Caller,
    cursor,
    filter::{Asked, PageSize, Parameter, Parameters, Spec},
    locale::Reader,
    nearest::nearest,
    openapi::component,
    paging::{Page, link_next, next_url},
    problem::{Answer, Code, Problem},
    routes::record::asks,
    state::AppState,
};

asks! {
    /// What a list of records of a run takes.
    ItemsAsks = Spec {
        parameters: &[Parameter::Limit, Parameter::Cursor, Parameter::Outcome, Parameter::Lang],
        page: PageSize::ROWS,
        ..Spec::NONE
    };
}

/// Lists the records of a run with their fate and what was found in them.
///
/// They come in the order of the document; `pointer` leads to the record there.
#[utoipa::path(
    get, path = "/api/v1/import/runs/{id}/items", operation_id = "list_import_items", tag = "import",
    params(("id" = String, Path, description = "The run's id."), ItemsAsks),
    responses((status = 200, description = "A page of records.", body = Page<component::ImportItem>))
)]
pub(super) async fn items(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Path(id): Path<String>,
    Asked(asked, _): Asked<ItemsAsks>,
    reader: Reader,
    uri: Uri,
) -> Answer<Response> {
    let (id, outcome) = (view::id(&id)?, outcome(&asked)?);
    let binding = asked.binding(uri.path());
    let from: u64 = asked.cursor.as_deref().map_or(Ok(0), |cursor| cursor::decode(binding, cursor))?;
    let mut items = state.app.run_items(&actor, id, outcome, from, asked.limit + 1).await?;
    let shown = usize::try_from(asked.limit).unwrap_or(usize::MAX);
    // The first item that is not shown any more is where the next page starts.
    let next = items.get(shown).map(|first| {
        next_url(&state.site, uri.path(), &asked.pairs, &cursor::encode(binding, &first.position))
    });
    items.truncate(shown);
    let locale = asked.reader(reader).locale;
    let items = items.iter().map(|item| view::item(item, locale)).collect();
    let mut headers = HeaderMap::new();
    link_next(&mut headers, next.as_deref());
    Ok((headers, Json(Page::uncounted(items, next))).into_response())
}

fn outcome(asked: &Parameters) -> Answer<Option<Outcome>> {
    let Some(word) = asked.text(Parameter::Outcome) else { return Ok(None) };
    let words = || Outcome::ALL.iter().map(|outcome| outcome.as_str());
    word.parse().map(Some).map_err(|_error| {
        let text = Bilingual::new("ese resultado no existe", "there is no such outcome");
        Problem::parameter(Code::InvalidParameter, "outcome", text)
            .with_nearest(nearest(word, words()))
            .with_allowed(words())
    })
}

//! Lists the records of a run with their fate.

use axum::{
    extract::Path,
    response::{IntoResponse as _, Response},
};
use vitrina_domain::{finding::Bilingual, import::Outcome};

use super::view;
use crate::{
    filter::{PageSize, Parameter, Parameters, Spec},
    inquiry::{Ask, Inquiry},
    nearest::nearest,
    openapi::component,
    paging::Page,
    problem::{Answer, Code, Problem},
    routes::asks::asks,
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
pub(super) async fn items(Ask(inquiry, _): Ask<ItemsAsks>, Path(id): Path<String>) -> Answer<Response> {
    let Inquiry { state, actor, asked, reader, .. } = &inquiry;
    let (id, outcome) = (view::id(&id)?, outcome(asked)?);
    let from: u64 = inquiry.position()?.unwrap_or_default();
    let mut items = state.app.run_items(actor, id, outcome, from, asked.limit + 1).await?;
    let shown = usize::try_from(asked.limit).unwrap_or(usize::MAX);
    // The first item that is not shown any more is where the next page starts.
    let next = items.get(shown).map(|first| inquiry.next_url(&first.position));
    items.truncate(shown);
    let items = items.iter().map(|item| view::item(item, reader.locale)).collect();
    Ok(Page::uncounted(items, next).into_response())
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

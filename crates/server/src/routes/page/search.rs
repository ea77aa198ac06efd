//! The page of results.

use axum::response::Response;
use vitrina_app::search::SearchRequest;
use vitrina_domain::{
    query::{FacetOrder, FacetRequest, Field},
    record::Kind,
};

use super::{ResultAsks, html};
use crate::{
    actor::Anyone,
    filter::Parameter,
    inquiry::{Ask, Inquiry},
    pages::{self, Frame, Results},
    problem::Answer,
    routes::search::request,
};

/// What was found, with counts to narrow it by.
pub(super) async fn get(Ask(inquiry, _): Ask<ResultAsks, Anyone>) -> Answer<Response> {
    page(&inquiry).await
}

/// The page for these parameters.
pub(super) async fn page(inquiry: &Inquiry) -> Answer<Response> {
    let Inquiry { state, actor, asked, reader, uri, headers } = inquiry;
    let validators = inquiry.validators("html").await?;
    if let Some(response) = validators.not_modified(headers) {
        return Ok(response);
    }
    let facet = |field, limit| FacetRequest { field, limit, order: FacetOrder::CountDescending };
    let mut wanted = SearchRequest {
        facets: vec![facet(Field::Theme, 10), facet(Field::Organization, 10), facet(Field::Format, 10)],
        ..request(inquiry)?
    };
    if wanted.selection.kinds.is_empty() {
        wanted.selection.kinds = vec![Kind::Dataset];
    }
    let found = state.app.search(actor, wanted).await?;
    let beside = state.app.neighbours(found.hits.iter().map(|(_, record)| record)).await?;
    let hits = found
        .hits
        .into_iter()
        .zip(beside)
        .map(|((hit, record), beside)| (record, beside, hit.snippet))
        .collect();
    let cursor = Parameter::Cursor.name();
    let next = found.next.as_ref().map(|after| {
        let query = asked.query_string(&[cursor], Some((cursor, &inquiry.cursor(after))));
        format!("{}?{query}", uri.path())
    });
    let kept = asked.query_string(&[cursor], None);
    let results = Results {
        query: asked.text(Parameter::Q).unwrap_or_default(),
        total: found.total.unwrap_or_default(),
        hits,
        facets: found.facets,
        narrow: if kept.is_empty() { "/search?".to_owned() } else { format!("/search?{kept}&") },
        next,
    };
    let path = uri.path_and_query().map_or("/search", |path| path.as_str());
    let frame = Frame::new(state.app.site(), reader.locale, path);
    let mut response = html(pages::search(&state.app, frame, &results))?;
    validators.apply(response.headers_mut());
    Ok(response)
}

//! The first page.

use axum::response::Response;
use vitrina_app::{
    list::{Count, ListRequest, SUMMARISED},
    search::SearchRequest,
};
use vitrina_domain::{
    query::{Direction, FacetOrder, FacetRequest, Field, Query, Selection, Sort, SortKey},
    record::Kind,
};

use super::{PageAsks, html};
use crate::{
    actor::Anyone,
    inquiry::{Ask, Inquiry},
    pages::{self, Frame, Home},
    problem::Answer,
};

/// How many of the newest datasets the page shows.
const NEWEST: usize = 6;

/// Search, what is new, and what there is.
pub(super) async fn get(Ask(inquiry, _): Ask<PageAsks, Anyone>) -> Answer<Response> {
    let Inquiry { state, actor, reader, uri, headers, .. } = &inquiry;
    let validators = inquiry.validators("html").await?;
    if let Some(response) = validators.not_modified(headers) {
        return Ok(response);
    }
    let newest = state
        .app
        .list(
            actor,
            ListRequest {
                kind: Kind::Dataset,
                query: Query::All,
                at: None,
                sort: Sort { key: SortKey::Created, direction: Direction::Descending },
                after: None,
                limit: NEWEST,
                count: Count::No,
                extent: SUMMARISED,
            },
        )
        .await?;
    let beside = state.app.neighbours(&newest.records).await?;
    let facet = |field, limit| FacetRequest { field, limit, order: FacetOrder::CountDescending };
    let counted = state
        .app
        .search(
            actor,
            SearchRequest {
                selection: Selection { kinds: vec![Kind::Dataset], query: Query::All },
                sort: Sort::CREATED,
                after: None,
                limit: 0,
                facets: vec![facet(Field::Theme, 13), facet(Field::Format, 10)],
                count: Count::No,
            },
        )
        .await?;
    let mut catalogs: Vec<_> = beside.iter().filter_map(|beside| beside.catalog.clone()).collect();
    catalogs.sort_unstable_by_key(|name| name.id);
    catalogs.dedup_by_key(|name| name.id);
    let home = Home {
        catalogs,
        counts: state.app.status().await?.counts,
        newest: newest.records.into_iter().zip(beside).collect(),
        facets: counted.facets,
    };
    let frame = Frame::new(state.app.site(), reader.locale, uri.path());
    let mut response = html(pages::home(&state.app, frame, &home))?;
    validators.apply(response.headers_mut());
    Ok(response)
}

//! The first page.

use axum::{
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
};
use vitrina_app::{
    auth::Actor,
    list::{Count, ListRequest},
    search::SearchRequest,
};
use vitrina_domain::{
    query::{Direction, FacetOrder, FacetRequest, Field, Query, Selection, Sort, SortKey},
    record::Kind,
};

use super::{PageAsks, html};
use crate::{
    filter::Asked,
    locale::Reader,
    pages::{self, Frame, Home},
    problem::Answer,
    routes::record::list::list_validators,
    state::AppState,
};

/// How many of the newest datasets the page shows.
const NEWEST: usize = 6;

/// Pages show what everyone may see, whoever asks.
const READER: Actor = Actor::Anonymous;

/// Search, what is new, and what there is.
pub(super) async fn get(
    State(state): State<AppState>,
    Asked(asked, _): Asked<PageAsks>,
    reader: Reader,
    uri: Uri,
    headers: HeaderMap,
) -> Answer<Response> {
    let reader = asked.reader(reader);
    let validators = list_validators(&state, &READER, &uri, "html", &reader).await?;
    if let Some(response) = validators.not_modified(&headers) {
        return Ok(response);
    }
    let newest = state
        .app
        .list(
            &READER,
            ListRequest {
                kind: Kind::Dataset,
                query: Query::All,
                at: None,
                sort: Sort { key: SortKey::Created, direction: Direction::Descending },
                after: None,
                limit: NEWEST,
                count: Count::No,
            },
        )
        .await?;
    let beside = state.app.neighbours(&newest.records).await?;
    let facet = |field, limit| FacetRequest { field, limit, order: FacetOrder::CountDescending };
    let counted = state
        .app
        .search(
            &READER,
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
    let home = Home {
        counts: state.app.status().await?.counts,
        newest: newest.records.into_iter().zip(beside).collect(),
        facets: counted.facets,
    };
    let path = uri.path().to_owned();
    let frame = Frame::new(state.app.site(), reader.locale, &path);
    let mut response = html(pages::home(&state.app, frame, &home))?;
    validators.apply(response.headers_mut());
    Ok(response)
}

//! The page of results.

use axum::{
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
};
use vitrina_app::{auth::Actor, search::SearchRequest};
use vitrina_domain::{
    query::{FacetOrder, FacetRequest, Field},
    record::Kind,
};

use super::{ResultAsks, html};
use crate::{
    cursor,
    filter::{Asked, Parameter, Parameters},
    locale::Reader,
    pages::{self, Frame, Results},
    problem::Answer,
    routes::{record::list::list_validators, search::request},
    state::AppState,
};

/// What was found, with counts to narrow it by.
pub(super) async fn get(
    State(state): State<AppState>,
    Asked(asked, _): Asked<ResultAsks>,
    reader: Reader,
    uri: Uri,
    headers: HeaderMap,
) -> Answer<Response> {
    page(&state, &asked, asked.reader(reader), &uri, &headers).await
}

/// The page for these parameters.
pub(super) async fn page(
    state: &AppState,
    asked: &Parameters,
    reader: Reader,
    uri: &Uri,
    headers: &HeaderMap,
) -> Answer<Response> {
    let actor = Actor::Anonymous;
    let validators = list_validators(state, &actor, uri, "html", &reader).await?;
    if let Some(response) = validators.not_modified(headers) {
        return Ok(response);
    }
    let facet = |field, limit| FacetRequest { field, limit, order: FacetOrder::CountDescending };
    let mut wanted = SearchRequest {
        facets: vec![facet(Field::Theme, 10), facet(Field::Organization, 10), facet(Field::Format, 10)],
        ..request(asked, uri)?
    };
    if wanted.selection.kinds.is_empty() {
        wanted.selection.kinds = vec![Kind::Dataset];
    }
    let found = state.app.search(&actor, wanted).await?;
    let records: Vec<_> = found.hits.iter().map(|(_, record)| record.clone()).collect();
    let beside = state.app.neighbours(&records).await?;
    let hits = found
        .hits
        .into_iter()
        .zip(beside)
        .map(|((hit, record), beside)| (record, beside, hit.snippet))
        .collect();
    let next = found.next.as_ref().map(|after| {
        let cursor = cursor::encode(asked.binding(uri.path()), after);
        format!("{}?{}", uri.path(), query(asked, Some(&cursor)))
    });
    let kept = query(asked, None);
    let results = Results {
        query: asked.text(Parameter::Q).unwrap_or_default(),
        total: found.total.unwrap_or_default(),
        hits,
        facets: found.facets,
        narrow: if kept.is_empty() { "/search?".to_owned() } else { format!("/search?{kept}&") },
        next,
    };
    let path = uri.path_and_query().map_or("/search", |path| path.as_str()).to_owned();
    let frame = Frame::new(state.app.site(), reader.locale, &path);
    let mut response = html(pages::search(&state.app, frame, &results))?;
    validators.apply(response.headers_mut());
    Ok(response)
}

/// The parameters as a query string, with another cursor or none.
fn query(asked: &Parameters, cursor: Option<&str>) -> String {
    let kept = asked.pairs.iter().filter(|(name, _)| name != "cursor");
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(kept.map(|(name, value)| (name.as_str(), value.as_str())));
    if let Some(cursor) = cursor {
        query.append_pair("cursor", cursor);
    }
    query.finish()
}

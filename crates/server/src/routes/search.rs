//! Search over every kind of record, facets, suggestions.

use axum::response::Response;
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};
use vitrina_app::{
    facet::LabelledFacet,
    list,
    search::{SearchRequest, SearchResults, Suggestion},
};
use vitrina_domain::{
    finding::Bilingual,
    query::{Field, Selection, Sort, SortKey},
};

use super::{asks::asks, record::api_url};
use crate::{
    filter::{Count, PageSize, Parameter, Spec},
    inquiry::{Ask, Inquiry, Reply},
    notice::Notice,
    problem::{Answer, Code, Problem},
    state::AppState,
    view::{self, Item, Summary},
};

asks! {
    /// What a search takes.
    SearchAsks = Spec {
        parameters: &[
            Parameter::Q, Parameter::Kind, Parameter::Limit, Parameter::Cursor, Parameter::Sort, Parameter::Count,
            Parameter::Fields, Parameter::Facets, Parameter::Lang,
        ],
        filters: Field::ALL,
        sorts: &[SortKey::Relevance, SortKey::Created, SortKey::Updated, SortKey::Issued, SortKey::Modified, SortKey::Title],
        expansions: &[],
        page: PageSize::RECORDS,
    };
    /// What counting by fields takes.
    FacetAsks = Spec {
        parameters: &[Parameter::Q, Parameter::Kind, Parameter::Facets, Parameter::Lang],
        filters: Field::ALL,
        ..Spec::NONE
    };
    /// What suggestions take.
    SuggestAsks = Spec { parameters: &[Parameter::Prefix, Parameter::Limit], ..Spec::NONE };
}

/// One value of a facet.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = FacetBucket)]
pub(crate) struct Bucket {
    /// The value, as it is written in filters.
    value: String,
    /// What people read, in the reader's language.
    label: String,
    /// How many records have it.
    count: u64,
    /// The same search, narrowed to this value.
    #[schema(format = "uri")]
    url: String,
}

/// The counts of one field.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Facet {
    /// The field.
    field: &'static str,
    /// Its values; the counts ignore the search's own condition on the field.
    buckets: Vec<Bucket>,
}

/// A page of search results.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = SearchPage)]
pub(crate) struct Found {
    /// The records, best first.
    #[schema(value_type = Vec<Summary>)]
    items: Vec<Item>,
    /// The address of the next page, or null on the last one.
    #[schema(format = "uri", required = true)]
    next: Option<String>,
    /// How many records answer in all, when they were counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    /// Whether `total` is exact.
    total_is_exact: bool,
    /// The facets, in the order they were asked for.
    facets: Vec<Facet>,
    /// Whether the time for facets ran out, so that some are missing.
    timed_out: bool,
    /// What the reader should know of these results.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notices: Vec<Notice>,
}

/// The facets of a search.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Facets)]
pub(crate) struct Counted {
    /// The facets, in the order they were asked for.
    facets: Vec<Facet>,
    /// How many records answer in all.
    total: u64,
    /// Whether the time for facets ran out, so that some are missing.
    timed_out: bool,
}

/// A title that begins with the words.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Suggestion)]
pub(crate) struct Offered {
    /// The title.
    text: String,
    /// The kind of record.
    kind: &'static str,
    /// The record.
    #[schema(format = "uuid")]
    id: String,
    /// Its address in the API.
    #[schema(format = "uri")]
    url: String,
}

/// Titles that begin with the words.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Suggestions {
    /// The titles, most fitting first.
    items: Vec<Offered>,
}

/// What a request asks of the index.
pub(crate) fn request(inquiry: &Inquiry) -> Answer<SearchRequest> {
    let asked = &inquiry.asked;
    Ok(SearchRequest {
        selection: Selection { kinds: asked.kinds.clone(), query: asked.query.clone() },
        sort: asked.order(),
        after: inquiry.position()?,
        limit: usize::try_from(asked.limit).unwrap_or(usize::MAX),
        facets: asked.facets.clone(),
        count: if asked.count == Count::None { list::Count::No } else { list::Count::Exact },
    })
}

/// Searches records of every kind.
///
/// `q` takes words, "phrases", `-not`, `OR`, `field:value` and `prefix*`; accents and case do not matter. With words the
/// best answers come first, else the oldest. `facets` counts the same search by fields.
#[utoipa::path(
    get, path = "/api/v1/search", operation_id = "search_records", tag = "search", params(SearchAsks),
    responses((status = 200, description = "A page of results.", body = Found))
)]
async fn search(Ask(inquiry, _): Ask<SearchAsks>) -> Answer<Response> {
    let Inquiry { state, actor, asked, reader, .. } = &inquiry;
    let make = async || {
        let results = state.app.search(actor, request(&inquiry)?).await?;
        let next = results.next.as_ref().map(|after| inquiry.next_url(after));
        let body = Found {
            items: items(&results, &inquiry).await?,
            total: results.total,
            total_is_exact: results.total.is_some(),
            timed_out: results.timed_out,
            facets: labelled(results.facets, &inquiry),
            notices: Notice::of_empty(
                &state.app,
                actor,
                (&asked.kinds, &asked.query),
                results.total,
                reader,
            )?,
            next: next.clone(),
        };
        Ok(Reply { body, next })
    };
    inquiry.answer(make).await
}

async fn items(results: &SearchResults, inquiry: &Inquiry) -> Answer<Vec<Item>> {
    let Inquiry { state, asked, reader, .. } = inquiry;
    let languages = reader.tags();
    let beside = state.app.neighbours(results.hits.iter().map(|(_, record)| record)).await?;
    let by_relevance = asked.order().key == SortKey::Relevance;
    let items = results.hits.iter().zip(&beside).map(|((hit, record), beside)| {
        let summary = Summary {
            title_highlight: hit.title_highlight.clone(),
            snippet: hit.snippet.clone(),
            score: by_relevance.then(|| format!("{:.3}", hit.score)),
            ..view::summary(&state.app, &state.site, record, beside, &languages)?
        };
        Ok(Item::of(summary, asked.fields.as_deref()))
    });
    items.collect()
}

/// Facets with labels and addresses for the reader.
fn labelled(facets: Vec<LabelledFacet>, inquiry: &Inquiry) -> Vec<Facet> {
    let labelled = |facet: LabelledFacet| {
        let field = facet.field.as_str();
        let buckets = facet.buckets.into_iter().map(|bucket| Bucket {
            url: inquiry.address(&[field, Parameter::Cursor.name()], (field, &bucket.value)),
            label: bucket.label.get(inquiry.reader.locale).to_owned(),
            value: bucket.value,
            count: bucket.count,
        });
        Facet { field, buckets: buckets.collect() }
    };
    facets.into_iter().map(labelled).collect()
}

/// Counts records by the values of fields.
///
/// The counts of a field ignore the search's own condition on that field, so that they show what else could be chosen.
#[utoipa::path(
    get, path = "/api/v1/facets", operation_id = "count_facets", tag = "search", params(FacetAsks),
    responses((status = 200, description = "The counts.", body = Counted))
)]
async fn facets(Ask(inquiry, _): Ask<FacetAsks>) -> Answer<Response> {
    let Inquiry { state, actor, asked, .. } = &inquiry;
    if asked.facets.is_empty() {
        let text = Bilingual::new("se espera al menos una faceta", "at least one facet is expected");
        let fields = Field::ALL.iter().filter(|field| field.is_facet()).map(|field| field.as_str());
        return Err(
            Problem::parameter(Code::InvalidParameter, Parameter::Facets.name(), text).with_allowed(fields)
        );
    }
    let make = async || {
        let results = state.app.search(actor, counting(&inquiry)?).await?;
        let body = Counted {
            total: results.total.unwrap_or_default(),
            timed_out: results.timed_out,
            facets: labelled(results.facets, &inquiry),
        };
        Ok(Reply { body, next: None })
    };
    inquiry.answer(make).await
}

/// The search that only counts.
fn counting(inquiry: &Inquiry) -> Answer<SearchRequest> {
    Ok(SearchRequest { limit: 0, sort: Sort::CREATED, ..request(inquiry)? })
}

/// Offers titles that begin with the words typed so far.
///
/// Accents and case do not matter; an empty beginning is answered with nothing.
#[utoipa::path(
    get, path = "/api/v1/suggest", operation_id = "suggest_titles", tag = "search", params(SuggestAsks),
    responses((status = 200, description = "The titles.", body = Suggestions))
)]
async fn suggest(Ask(inquiry, _): Ask<SuggestAsks>) -> Answer<Response> {
    let Inquiry { state, actor, asked, .. } = &inquiry;
    let prefix = asked.text(Parameter::Prefix).unwrap_or_default();
    if prefix.chars().count() > vitrina_domain::query::MAX_QUERY_CHARS {
        let text = Bilingual::new("demasiado largo", "too long");
        return Err(Problem::parameter(Code::InvalidParameter, Parameter::Prefix.name(), text));
    }
    let make = async || {
        let limit = usize::try_from(asked.limit).unwrap_or(usize::MAX);
        let offered = |suggestion: Suggestion| Offered {
            url: api_url(&state.site, suggestion.kind, &suggestion.id.to_string()),
            text: suggestion.text,
            kind: suggestion.kind.as_str(),
            id: suggestion.id.to_string(),
        };
        let items = state.app.suggest(actor, prefix, limit)?.into_iter().map(offered).collect();
        Ok(Reply { body: Suggestions { items }, next: None })
    };
    inquiry.answer(make).await
}

/// The operations.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(search)).routes(routes!(facets)).routes(routes!(suggest))
}

//! Distributions: of a dataset, or one by its id.

use axum::{
    extract::Path,
    response::{IntoResponse as _, Response},
};
use serde_json::Value;
use utoipa_axum::{router::OpenApiRouter, routes};
use vitrina_app::{
    DistributionRow,
    record::{Extent, Reference},
};
use vitrina_domain::{finding::Bilingual, id::DistributionId, record::Kind};

use super::{
    asks::{NothingAsks, asks},
    record::{found::found, validators},
};
use crate::{
    filter::{PageSize, Parameter, Spec},
    inquiry::{Ask, Inquiry, Reply},
    instead::Instead,
    openapi::component,
    paging::Page,
    problem::{Answer, Code, Problem},
    site::Site,
    state::AppState,
};

asks! {
    /// What lists of distributions take.
    DistributionsAsks = Spec { parameters: &[Parameter::Limit, Parameter::Cursor], page: PageSize::RECORDS, ..Spec::NONE };
}

/// Lists the distributions of a dataset, in their order.
///
/// The dataset itself embeds the first 25; this list has all of them.
#[utoipa::path(
    get, path = "/api/v1/datasets/{id}/distributions", operation_id = "list_dataset_distributions", tag = "datasets",
    params(("id" = String, Path, description = "The dataset's id or slug."), DistributionsAsks),
    responses((status = 200, description = "A page of distributions.", body = Page<component::DistributionRecord>))
)]
pub(crate) async fn list(
    Ask(inquiry, _): Ask<DistributionsAsks>,
    Path(id): Path<String>,
) -> Result<Response, Instead> {
    let record = found(Kind::Dataset, &id, "/distributions", Extent::HEAD, &inquiry).await?;
    let validators = validators(&record, "distributions", &[inquiry.uri.query().unwrap_or_default()]);
    let make = async || {
        let Inquiry { state, actor, asked, .. } = &inquiry;
        let from: u32 = inquiry.position()?.unwrap_or_default();
        let reference = Reference::Id(record.id);
        let mut rows = state.app.distributions(actor, &reference, from, asked.limit + 1).await?;
        let next = inquiry.next_of(&mut rows, |last| last.position + 1);
        let total = u64::try_from(record.distribution_ids.len()).ok();
        let items: Vec<Value> = rows.iter().map(|row| view(&state.site, row)).collect();
        Ok(Reply { body: Page::uncounted(items, next.clone()).counted(total), next })
    };
    Ok(inquiry.reply(&validators, make).await?)
}

/// Gives one distribution.
///
/// Its id stays the same as long as its dataset keeps it, also when its address or its format changes.
#[utoipa::path(
    get, path = "/api/v1/distributions/{id}", operation_id = "get_distribution", tag = "datasets",
    params(("id" = String, Path, description = "The distribution's id."), NothingAsks),
    responses((status = 200, description = "The distribution.", content_type = "application/json", body = component::DistributionRecord))
)]
async fn get(Ask(inquiry, _): Ask<NothingAsks>, Path(id): Path<String>) -> Answer<Response> {
    let Inquiry { state, actor, headers, .. } = &inquiry;
    let (row, dataset) = state.app.distribution(actor, named(&id)?).await?;
    let validators = validators(&dataset, "distribution", &[&row.id.to_string()]);
    validators.respond(headers, || Ok(axum::Json(view(&state.site, &row)).into_response()))
}

/// The id that a path names a distribution by.
pub(crate) fn named(id: &str) -> Answer<DistributionId> {
    id.parse().map_err(|_error| {
        Problem::new(Code::NotFound)
            .with_detail(Bilingual::new("aquí no hay esta distribución", "this distribution is not here"))
    })
}

/// A distribution with what the server says of it.
fn view(site: &Site, row: &DistributionRow) -> Value {
    let mut view = row.document.clone();
    if let Some(object) = view.as_object_mut() {
        object.insert("id".to_owned(), Value::from(row.id.to_string()));
        object.insert("dataset_id".to_owned(), Value::from(row.dataset_id.to_string()));
        object.insert("url".to_owned(), Value::from(site.url(&format!("/api/v1/distributions/{}", row.id))));
    }
    view
}

/// The operations.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get))
}

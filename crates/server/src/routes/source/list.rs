//! Lists the places that records come from.

use axum::Json;
use serde::Serialize;
use vitrina_domain::record::Source;

use crate::{actor::Anyone, inquiry::Ask, paging::Page, problem::Answer, routes::asks::NothingAsks};

/// A place that records come from.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Source)]
pub(super) struct SourceView {
    /// The permanent id.
    #[schema(format = "uuid")]
    id: String,
    /// How it is read.
    #[schema(example = "file")]
    kind: String,
    /// The name that identities hang on.
    name: String,
    /// The catalog that describes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uuid")]
    catalog_id: Option<String>,
    /// The organization that its records belong to when they name no publisher.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uuid")]
    organization_id: Option<String>,
    /// When the last fetch that was applied was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "date-time")]
    last_fetched: Option<String>,
}

impl From<Source> for SourceView {
    fn from(source: Source) -> Self {
        let Source { id, kind, name, catalog_id, organization_id, last_fetched } = source;
        Self {
            id: id.to_string(),
            kind,
            name,
            catalog_id: catalog_id.map(|id| id.to_string()),
            organization_id: organization_id.map(|id| id.to_string()),
            last_fetched: last_fetched.map(|at| at.to_string()),
        }
    }
}

/// Lists the places that records come from, by name.
///
/// The identity of an imported record is its source and the identifier it has there.
#[utoipa::path(
    get, path = "/api/v1/sources", operation_id = "list_sources", tag = "import", params(NothingAsks),
    responses((status = 200, description = "Every source.", body = Page<SourceView>))
)]
pub(super) async fn list(Ask(inquiry, _): Ask<NothingAsks, Anyone>) -> Answer<Json<Page<SourceView>>> {
    let items: Vec<SourceView> =
        inquiry.state.app.sources().await?.into_iter().map(SourceView::from).collect();
    Ok(Json(Page::whole(items)))
}

//! Lists the JSON Schemas.

use axum::Json;
use serde::Serialize;

use crate::{
    actor::Anyone, inquiry::Ask, openapi::CORE, paging::Page, problem::Answer, routes::asks::NothingAsks,
};

/// A schema by its name.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = SchemaSummary)]
pub(super) struct Summary {
    /// The name in addresses.
    #[schema(example = "dataset")]
    name: &'static str,
    /// The schema itself.
    #[schema(format = "uri")]
    url: String,
}

/// Lists the JSON Schemas of the documents that this server stores and serves.
///
/// They are the components of this contract, for those who check documents themselves.
#[utoipa::path(
    get, path = "/api/v1/schemas", operation_id = "list_schemas", tag = "rules", params(NothingAsks),
    responses((status = 200, description = "Every schema.", body = Page<Summary>))
)]
pub(super) async fn list(Ask(inquiry, _): Ask<NothingAsks, Anyone>) -> Answer<Json<Page<Summary>>> {
    let summary = |name| Summary { name, url: inquiry.state.site.url(&format!("/api/v1/schemas/{name}")) };
    let items: Vec<Summary> = CORE.iter().map(|core| summary(core.name)).collect();
    Ok(Json(Page::whole(items)))
}

//! `/api/v1/catalogs`.

use crate::routes::record::record_routes;

record_routes! {
    Kind::Catalog, "catalogs", Catalog, CatalogRecord,
    "/api/v1/catalogs", "/api/v1/catalogs/{id}", "/api/v1/catalogs/{id}/revisions",
    "/api/v1/catalogs/{id}/revisions/{number}", "/api/v1/catalogs/{id}/diff", "/api/v1/catalogs/{id}/raw",
    list "list_catalogs", get "get_catalog", create "create_catalog", replace "replace_catalog",
    patch "patch_catalog", delete "delete_catalog", revisions "list_catalog_revisions",
    revision "get_catalog_revision", diff "diff_catalog", raw "get_catalog_raw"
}

/// The operations.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    record_routes()
}

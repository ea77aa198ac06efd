//! `/api/v1/data-services`.

use crate::routes::record::record_routes;

record_routes! {
    Kind::DataService, "data-services", DataService, DataServiceRecord,
    "/api/v1/data-services", "/api/v1/data-services/{id}", "/api/v1/data-services/{id}/revisions",
    "/api/v1/data-services/{id}/revisions/{number}", "/api/v1/data-services/{id}/diff", "/api/v1/data-services/{id}/raw",
    list "list_data_services", get "get_data_service", create "create_data_service", replace "replace_data_service",
    patch "patch_data_service", delete "delete_data_service", revisions "list_data_service_revisions",
    revision "get_data_service_revision", diff "diff_data_service", raw "get_data_service_raw"
}

/// The operations.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    record_routes()
}

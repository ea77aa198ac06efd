//! `/api/v1/datasets`.

use crate::routes::record::record_routes;

record_routes! {
    Kind::Dataset, "datasets", Dataset, DatasetRecord,
    "/api/v1/datasets", "/api/v1/datasets/{id}", "/api/v1/datasets/{id}/revisions",
    "/api/v1/datasets/{id}/revisions/{number}", "/api/v1/datasets/{id}/diff", "/api/v1/datasets/{id}/raw",
    list "list_datasets", get "get_dataset", create "create_dataset", replace "replace_dataset",
    patch "patch_dataset", delete "delete_dataset", revisions "list_dataset_revisions",
    revision "get_dataset_revision", diff "diff_dataset", raw "get_dataset_raw"
}

/// The operations.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    record_routes().routes(routes!(super::distribution::list))
}

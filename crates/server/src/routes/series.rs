//! `/api/v1/series`.

use crate::routes::record::record_routes;

record_routes! {
    Kind::DatasetSeries, "series", DatasetSeries, DatasetSeriesRecord,
    "/api/v1/series", "/api/v1/series/{id}", "/api/v1/series/{id}/revisions",
    "/api/v1/series/{id}/revisions/{number}", "/api/v1/series/{id}/diff", "/api/v1/series/{id}/raw",
    list "list_dataset_series", get "get_dataset_series", create "create_dataset_series", replace "replace_dataset_series",
    patch "patch_dataset_series", delete "delete_dataset_series", revisions "list_dataset_series_revisions",
    revision "get_dataset_series_revision", diff "diff_dataset_series", raw "get_dataset_series_raw"
}

/// The operations.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    record_routes()
}

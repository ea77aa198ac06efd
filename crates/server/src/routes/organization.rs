//! `/api/v1/organizations`.

use crate::routes::record::record_routes;

record_routes! {
    Kind::Organization, "organizations", Organization, OrganizationRecord,
    "/api/v1/organizations", "/api/v1/organizations/{id}", "/api/v1/organizations/{id}/revisions",
    "/api/v1/organizations/{id}/revisions/{number}", "/api/v1/organizations/{id}/diff", "/api/v1/organizations/{id}/raw",
    list "list_organizations", get "get_organization", create "create_organization", replace "replace_organization",
    patch "patch_organization", delete "delete_organization", revisions "list_organization_revisions",
    revision "get_organization_revision", diff "diff_organization", raw "get_organization_raw"
}

/// Makes or replaces the dataset that an organization calls so.
///
/// A publisher needs no id of ours: the first time the dataset is made, later its document is replaced, and then
/// `If-Match` says which revision. Needs the scope `write:datasets`, of the organization or of all.
#[utoipa::path(
    put, path = "/api/v1/organizations/{id}/datasets/by-identifier/{identifier}",
    operation_id = "put_dataset_by_identifier", tag = "organizations",
    params(
        ("id" = String, Path, description = "The organization's id or slug."),
        ("identifier" = String, Path, description = "The organization's own identifier for the dataset."),
        ("If-Match" = Option<String>, Header, description = "The entity tag that was read; needed where a change would be made."),
        WriteAsks,
    ),
    request_body(content = component::Dataset, content_type = "application/json"),
    responses(
        (status = 200, description = "The dataset as it is now.", content_type = "application/json", body = component::DatasetRecord),
        (status = 201, description = "The new dataset.", content_type = "application/json", body = component::DatasetRecord),
    ),
    security(("token" = []))
)]
async fn put_dataset(
    Ask(inquiry, _): Ask<WriteAsks, Bearer>,
    Path((id, identifier)): Path<(String, String)>,
    JsonBody(document): JsonBody,
) -> Answer<Response> {
    record::identified::put(&id, identifier, &inquiry, document).await
}

/// The operations.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    record_routes().routes(routes!(put_dataset))
}

//! Describes the file of a distribution.

use axum::{
    Json,
    extract::Path,
    response::{IntoResponse as _, Response},
};

use super::body::FileBody;
use crate::{
    conditional::{EntityTag, Validators},
    inquiry::{Ask, Inquiry},
    problem::Answer,
    routes::{asks::NothingAsks, distribution::named},
};

/// Describes the file of a distribution.
///
/// A distribution whose data lies elsewhere has none. The entity tag of the answer is what `If-Match` of a new upload
/// takes.
#[utoipa::path(
    get, path = "/api/v1/distributions/{id}/file", operation_id = "get_file", tag = "datasets",
    params(("id" = String, Path, description = "The distribution's id."), NothingAsks),
    responses((status = 200, description = "What is known of the file.", body = FileBody))
)]
pub(super) async fn get(Ask(inquiry, _): Ask<NothingAsks>, Path(id): Path<String>) -> Answer<Response> {
    let Inquiry { state, actor, headers, .. } = &inquiry;
    let (file, _) = state.app.file(actor, named(&id)?).await?;
    let validators = Validators { tag: EntityTag::of_bytes(&file.digest), modified: Some(file.uploaded) };
    validators.respond(headers, || Ok(Json(FileBody::of(&state.site, &file)).into_response()))
}

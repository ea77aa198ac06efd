//! Gives one JSON Schema.

use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};

use crate::{
    actor::Anyone,
    conditional::{EntityTag, Validators},
    inquiry::Ask,
    nearest::nearest,
    openapi::{CORE, core},
    problem::{Answer, Code, Problem},
    routes::asks::NothingAsks,
};

/// Gives one JSON Schema (draft 2020-12).
///
/// It is the schema that documents are checked against; references between schemas can be followed from here.
#[utoipa::path(
    get, path = "/api/v1/schemas/{name}", operation_id = "get_schema", tag = "rules",
    params(("name" = String, Path, description = "The schema's name, with or without `.schema.json`."), NothingAsks),
    responses((status = 200, description = "The schema.", content_type = "application/schema+json", body = Object))
)]
pub(super) async fn get(
    Path(name): Path<String>,
    Ask(inquiry, _): Ask<NothingAsks, Anyone>,
) -> Answer<Response> {
    // References between schemas name files; they work when the schemas are read from here, too.
    let stem = name.strip_suffix(".schema.json").unwrap_or(&name);
    let text = core(stem).ok_or_else(|| {
        Problem::new(Code::NotFound).with_nearest(nearest(stem, CORE.iter().map(|core| core.name)))
    })?;
    let kind = HeaderValue::from_static("application/schema+json");
    let validators = Validators { tag: EntityTag::of([text]), modified: None };
    validators.respond(&inquiry.headers, || Ok(([(header::CONTENT_TYPE, kind)], text).into_response()))
}

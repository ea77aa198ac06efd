//! Gives one guideline version as data.

use axum::{
    Json,
    extract::Path,
    response::{IntoResponse as _, Response},
};
use serde_json::Value;

use crate::{
    actor::Anyone,
    conditional::{EntityTag, Validators},
    inquiry::Ask,
    nearest::nearest,
    problem::{Answer, Code, Problem},
    routes::asks::NothingAsks,
};

/// Gives one guideline version: dates, terms, articles, deadlines, and which parts of the text were verified.
///
/// Deadlines are in working days unless they say otherwise.
#[utoipa::path(
    get, path = "/api/v1/guidelines/{id}", operation_id = "get_guideline", tag = "rules",
    params(("id" = String, Path, description = "The version's id."), NothingAsks),
    responses((status = 200, description = "The version.", content_type = "application/json", body = Object))
)]
pub(super) async fn get(
    Path(id): Path<String>,
    Ask(inquiry, _): Ask<NothingAsks, Anyone>,
) -> Answer<Response> {
    let guidelines = inquiry.state.app.guidelines();
    let guideline = guidelines.get(&id).ok_or_else(|| {
        Problem::new(Code::NotFound)
            .with_nearest(nearest(&id, guidelines.iter().map(|version| version.id.as_str())))
    })?;
    let body: Value = serde_json::to_value(guideline).map_err(Problem::internal)?;
    let validators = Validators { tag: EntityTag::of([body.to_string()]), modified: None };
    validators.respond(&inquiry.headers, || Ok(Json(body).into_response()))
}

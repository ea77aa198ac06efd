//! Gives one guideline version as data.

use axum::{
    Json,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use serde_json::Value;

use crate::{
    conditional::{EntityTag, Validators},
    filter::Asked,
    nearest::nearest,
    problem::{Answer, Code, Problem},
    routes::record::NothingAsks,
    state::AppState,
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
    State(state): State<AppState>,
    Path(id): Path<String>,
    _: Asked<NothingAsks>,
    headers: HeaderMap,
) -> Answer<Response> {
    let guidelines = state.app.guidelines();
    let guideline = guidelines.get(&id).ok_or_else(|| {
        Problem::new(Code::NotFound)
            .with_nearest(nearest(&id, guidelines.iter().map(|version| version.id.as_str())))
    })?;
    let body: Value = serde_json::to_value(guideline).map_err(Problem::internal)?;
    let validators = Validators { tag: EntityTag::of([body.to_string()]), modified: None };
    validators.respond(&headers, || Ok(Json(body).into_response()))
}

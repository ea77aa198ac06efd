//! Looks into a data file without storing anything.

use axum::{
    Json,
    body::Body,
    response::{IntoResponse as _, Response},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::asks::asks;
use crate::{
    actor::Anyone,
    body,
    filter::{Parameter, Spec},
    inquiry::{Ask, Inquiry},
    limit::RouteClass,
    problem::Answer,
    state::AppState,
    view::InspectionView,
};

asks! {
    /// What an inspection takes.
    InspectAsks = Spec { parameters: &[Parameter::Extension, Parameter::Lang], ..Spec::NONE };
}

/// Tells what a data file is, what is in it, and what its owner should know before it is published.
///
/// Nothing is stored, and no token is needed. The file is recognised by its bytes: CSV with its encoding and separator,
/// workbooks (XLSX, ODS, XLS) sheet by sheet, archives entry by entry. Hidden sheets, formulas, macros, links to other files
/// and rows that do not fit are findings. A file that takes more than a file may take is refused with its reason.
#[utoipa::path(
    post, path = "/api/v1/inspect", operation_id = "inspect_file", tag = "rules", params(InspectAsks),
    request_body(content = String, description = "The file; what it is is recognised from its bytes.", content_type = "application/octet-stream"),
    responses((status = 200, description = "What was found; a file with errors in it is answered 200 too.", body = InspectionView))
)]
async fn inspect(Ask(inquiry, _): Ask<InspectAsks, Anyone>, file: Body) -> Answer<Response> {
    let Inquiry { state, asked, reader, .. } = &inquiry;
    let spooled = body::spool(&state.app, file, state.gates.body_bytes(RouteClass::Validate)).await?;
    let extension = asked.text(Parameter::Extension).map(str::to_owned);
    let inspection = state.app.inspect(spooled, extension).await?;
    Ok(Json(InspectionView::new(inspection, reader.locale)).into_response())
}

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(inspect))
}

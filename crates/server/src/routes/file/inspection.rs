//! Tells what was found in the file of a distribution.

use axum::{
    Json,
    extract::Path,
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use serde_json::Value;
use vitrina_app::file::{Inspected, Outcome};
use vitrina_domain::finding::Locale;

use crate::{
    conditional::{EntityTag, Validators},
    inquiry::{Ask, Inquiry},
    openapi::component,
    problem::Answer,
    routes::{asks::LanguageAsks, distribution::named},
    view::{InspectionView, findings},
};

/// What came of the look into a file.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = FileInspection)]
struct FileInspectionBody {
    /// The distribution.
    distribution_id: String,
    /// The SHA-256 of the file, in hexadecimal.
    sha256: String,
    /// When somebody looked.
    inspected_at: String,
    /// The version of the program that looked.
    program: String,
    /// `inspected`, or `refused` for a file that takes too much to be looked into, or cannot be read. It is published all
    /// the same.
    #[schema(example = "inspected")]
    outcome: &'static str,
    /// What was found; null where the file was refused.
    inspection: Option<InspectionView>,
    /// Why it was refused; empty where it was not.
    #[schema(value_type = Vec<component::Finding>)]
    refusals: Value,
}

impl FileInspectionBody {
    fn of(found: Inspected, locale: Locale) -> Self {
        let Inspected { file, outcome, at, program } = found;
        let word = outcome.as_str();
        let (inspection, refusals) = match outcome {
            Outcome::Inspected(inspection) => (Some(InspectionView::new(*inspection, locale)), Vec::new()),
            Outcome::Refused(refusal) => (None, vec![*refusal.finding]),
        };
        Self {
            distribution_id: file.distribution_id.to_string(),
            sha256: file.digest.to_string(),
            inspected_at: at.to_string(),
            program,
            outcome: word,
            inspection,
            refusals: findings(&refusals, locale),
        }
    }
}

/// Tells what was found in the file of a distribution.
///
/// Every file that is uploaded is looked into within seconds, as `POST /api/v1/inspect` does: what it is, its tables,
/// what is packed into it, and what its owner should know, hidden sheets and macros for example. A file that cannot be
/// looked into is told so, and why. The inspection is of the file's bytes, whatever the file is called.
#[utoipa::path(
    get, path = "/api/v1/distributions/{id}/inspection", operation_id = "get_file_inspection", tag = "datasets",
    params(("id" = String, Path, description = "The distribution's id."), LanguageAsks),
    responses((status = 200, description = "What came of the look into the file.", body = FileInspectionBody))
)]
pub(super) async fn get(Ask(inquiry, _): Ask<LanguageAsks>, Path(id): Path<String>) -> Answer<Response> {
    let Inquiry { state, actor, reader, headers, .. } = &inquiry;
    let found = state.app.file_inspection(actor, named(&id)?).await?;
    let validators = Validators {
        tag: EntityTag::of([
            found.file.distribution_id.to_string(),
            found.file.digest.to_string(),
            found.at.to_string(),
            found.program.clone(),
            reader.locale.as_str().to_owned(),
        ]),
        modified: Some(found.at.max(found.file.uploaded)),
    };
    let locale = reader.locale;
    validators.respond(headers, || Ok(Json(FileInspectionBody::of(found, locale)).into_response()))
}

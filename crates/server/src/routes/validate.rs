//! Checks a document without storing anything.

use axum::{
    Json,
    body::Body,
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use serde_json::Value;
use utoipa_axum::{router::OpenApiRouter, routes};
use vitrina_app::validate::{DocumentReport, ItemReport};
use vitrina_domain::finding::{Finding, Locale, Severity};

use super::asks::asks;
use crate::{
    actor::Anyone,
    body,
    filter::{Parameter, Spec},
    inquiry::{Ask, Inquiry},
    limit::RouteClass,
    openapi::component,
    problem::Answer,
    state::AppState,
    view,
};

asks! {
    /// What a validation takes.
    ValidateAsks = Spec { parameters: &[Parameter::Profile, Parameter::Lang], ..Spec::NONE };
}

/// What was found in a document.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ValidationReport)]
struct Report {
    /// Whether no finding is an error.
    valid: bool,
    /// The format that was recognised.
    #[schema(example = "data-json")]
    format: String,
    /// The character encoding that was recognised.
    encoding: String,
    /// The profiles that were applied.
    profiles: Vec<String>,
    /// How many findings are errors.
    errors: usize,
    /// How many findings are warnings.
    warnings: usize,
    /// How many findings wait for the text of their rule to be confirmed.
    pending: usize,
    /// What was found in the document as a whole.
    #[schema(value_type = Vec<component::Finding>)]
    findings: Value,
    /// Its records.
    items: Vec<ReportItem>,
}

/// What was found in one record of a document.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ValidationItem)]
struct ReportItem {
    /// JSON pointer to the record in the document.
    pointer: String,
    /// Its identifier, where one could be read.
    identifier: Option<String>,
    /// Its title, where one could be read.
    title: Option<String>,
    /// What an import would do with it: created, duplicate, quarantined or rejected.
    #[schema(example = "created")]
    outcome: &'static str,
    /// What was found.
    #[schema(value_type = Vec<component::Finding>)]
    findings: Value,
}

impl Report {
    fn new(report: &DocumentReport, locale: Locale) -> Self {
        let errors = report.count(Severity::Error);
        Self {
            valid: errors == 0,
            format: report.format.as_str().to_owned(),
            encoding: report.encoding.clone(),
            profiles: report.profiles.clone(),
            errors,
            warnings: report.count(Severity::Warning),
            pending: report.count(Severity::Pending),
            findings: of_document(&report.findings, locale),
            items: report.items.iter().map(|item| ReportItem::new(item, locale)).collect(),
        }
    }
}

impl ReportItem {
    fn new(item: &ItemReport, locale: Locale) -> Self {
        let ItemReport { pointer, identifier, title, outcome, findings } = item;
        Self {
            pointer: pointer.clone(),
            identifier: identifier.clone(),
            title: title.clone(),
            outcome: outcome.as_str(),
            findings: of_document(findings, locale),
        }
    }
}

fn of_document(findings: &[Finding], locale: Locale) -> Value {
    view::findings(findings, locale)
}

/// Checks a document of any supported format against one or more profiles.
///
/// Nothing is stored, and no token is needed. Without `profile` the base profile is taken: what every
/// record needs, whoever publishes it.
#[utoipa::path(
    post, path = "/api/v1/validate", operation_id = "validate_document", tag = "rules", params(ValidateAsks),
    request_body(content = String, description = "The document; its format is recognised from its bytes.", content_type = "application/octet-stream"),
    responses((status = 200, description = "What was found; a document with errors is answered 200 too.", body = Report))
)]
async fn validate(Ask(inquiry, _): Ask<ValidateAsks, Anyone>, document: Body) -> Answer<Response> {
    let Inquiry { state, asked, reader, .. } = &inquiry;
    let spooled = body::spool(&state.app, document, state.gates.body_bytes(RouteClass::Validate)).await?;
    let profiles = asked.text(Parameter::Profile).unwrap_or_default();
    let profiles =
        profiles.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect();
    let report = state.app.validate(spooled, profiles).await?;
    Ok(Json(Report::new(&report, reader.locale)).into_response())
}

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(validate))
}

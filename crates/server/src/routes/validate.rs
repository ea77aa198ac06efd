//! Checks a document without storing anything.

use axum::{
    Json,
    body::Body,
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use serde_json::Value;
use utoipa_axum::{router::OpenApiRouter, routes};
use vitrina_app::validate::{DocumentReport, ItemReport, Limits, Reporter};
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

/// As many records as are checked for one request.
pub(crate) const MOST_RECORDS: u64 = 100_000;

/// As many records and findings, together, as a report lists. The others are counted.
pub(crate) const MOST_LISTED: usize = 10_000;

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
    /// How many records the document has.
    records: usize,
    /// How many of them are not listed below, because the report is long.
    records_left_out: usize,
    /// How many findings are not listed below, because the report is long. They are counted above.
    findings_left_out: usize,
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

/// The records of a report: all are counted, and the first ones listed.
struct Listed {
    locale: Locale,
    room: usize,
    counts: [usize; 3],
    records: usize,
    findings_left_out: usize,
    items: Vec<ReportItem>,
}

impl Listed {
    fn new(locale: Locale) -> Self {
        Self {
            locale,
            room: MOST_LISTED,
            counts: [0; 3],
            records: 0,
            findings_left_out: 0,
            items: Vec::new(),
        }
    }

    /// Counts findings, and gives those that there is room for.
    fn list(&mut self, findings: &[Finding]) -> Value {
        for finding in findings {
            let [errors, warnings, pending] = &mut self.counts;
            *match finding.severity {
                Severity::Error => errors,
                Severity::Warning => warnings,
                Severity::Pending => pending,
            } += 1;
        }
        let (listed, left_out) = findings.split_at(findings.len().min(self.room));
        self.room -= listed.len();
        self.findings_left_out += left_out.len();
        view::findings(listed, self.locale)
    }

    fn into_report(mut self, document: DocumentReport) -> Report {
        let DocumentReport { format, encoding, profiles, findings } = document;
        let findings = self.list(&findings);
        let [errors, warnings, pending] = self.counts;
        Report {
            valid: errors == 0,
            format: format.as_str().to_owned(),
            encoding,
            profiles,
            errors,
            warnings,
            pending,
            records: self.records,
            records_left_out: self.records - self.items.len(),
            findings_left_out: self.findings_left_out,
            findings,
            items: self.items,
        }
    }
}

impl Reporter for Listed {
    fn take(&mut self, item: ItemReport) {
        let ItemReport { position: _, pointer, identifier, title, outcome, findings } = item;
        self.records += 1;
        let is_listed = self.room > 0;
        self.room = self.room.saturating_sub(1);
        let findings = self.list(&findings);
        if is_listed {
            self.items.push(ReportItem { pointer, identifier, title, outcome: outcome.as_str(), findings });
        }
    }
}

/// Checks a document of any supported format against one or more profiles.
///
/// Nothing is stored, and no token is needed. Without `profile` the base profile is taken: what every
/// record needs, whoever publishes it. A document may have 100,000 records; all that is found is counted, and the first
/// 10,000 records and findings are listed.
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
    let limits = Limits { items: MOST_RECORDS, ..Limits::default() };
    let (report, listed) = state.app.validate(spooled, profiles, limits, Listed::new(reader.locale)).await?;
    Ok(Json(listed.into_report(report)).into_response())
}

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(validate))
}

#[cfg(test)]
mod tests {
    use vitrina_domain::{finding::Bilingual, import::Outcome};
    use vitrina_formats::read::InputFormat;

    use super::*;

    fn item(position: u64, findings: usize) -> ItemReport {
        let finding = |number| {
            let severity = if number == 0 { Severity::Error } else { Severity::Warning };
            Finding::new(severity, "E-TEST", "", Bilingual::new("mal", "bad"))
        };
        ItemReport {
            position,
            pointer: format!("/dataset/{position}"),
            identifier: None,
            title: None,
            outcome: Outcome::Created,
            findings: (0..findings).map(finding).collect(),
        }
    }

    fn report(items: impl IntoIterator<Item = ItemReport>) -> Report {
        let mut listed = Listed::new(Locale::Es);
        items.into_iter().for_each(|item| listed.take(item));
        let (profiles, findings) = (Vec::new(), item(0, 1).findings);
        listed.into_report(DocumentReport {
            format: InputFormat::DataJson,
            encoding: "UTF-8".to_owned(),
            profiles,
            findings,
        })
    }

    fn listed(report: &Report) -> usize {
        report.items.iter().filter_map(|item| item.findings.as_array()).map(Vec::len).sum()
    }

    #[test]
    fn a_short_report_lists_everything() {
        let report = report((0..10).map(|position| item(position, 2)));
        assert_eq!((report.records, report.items.len(), listed(&report)), (10, 10, 20));
        assert_eq!((report.records_left_out, report.findings_left_out), (0, 0));
        assert_eq!((report.errors, report.warnings, report.valid), (11, 10, false));
    }

    #[test]
    fn a_long_report_counts_what_it_does_not_list() {
        let report = report((0..60_000).map(|position| item(position, 3)));
        assert_eq!((report.records, report.errors, report.warnings), (60_000, 60_001, 120_000));
        assert_eq!(report.records_left_out + report.items.len(), 60_000);
        assert_eq!(report.findings_left_out + listed(&report), 180_001, "the document's own has no room");
        assert_eq!(report.items.len() + listed(&report), MOST_LISTED);
    }

    #[test]
    fn a_record_with_too_many_findings_lists_the_first() {
        let report = report([item(0, MOST_LISTED * 2)]);
        assert_eq!((report.items.len(), listed(&report)), (1, MOST_LISTED - 1));
        assert_eq!(report.findings_left_out, MOST_LISTED + 2);
    }
}

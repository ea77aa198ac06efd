//! Imports a document.

use axum::{
    Json,
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use vitrina_app::{
    AppError,
    auth::{Action, Object, authorize},
    import::{ImportRequest, Mode, Replace, Silent},
};
use vitrina_domain::record::Kind;

use crate::{
    actor::Bearer,
    body,
    filter::{Parameter, Spec},
    inquiry::{Ask, Inquiry},
    limit::RouteClass,
    openapi::component,
    problem::{Answer, Problem},
    routes::{asks::asks, record::create::place, run::view},
};

/// The source of documents that neither name themselves nor are given a name.
const FALLBACK_SOURCE: &str = "import";

asks! {
    /// What an import takes.
    ImportAsks = Spec {
        parameters: &[
            Parameter::Source, Parameter::Organization, Parameter::Catalog, Parameter::DryRun, Parameter::Replace,
            Parameter::FetchedAt, Parameter::Lang,
        ],
        ..Spec::NONE
    };
}

/// Imports a catalog of any supported format; each record's fate is kept with the run.
///
/// The format is recognised from the bytes, whatever the media type: DCAT in RDF or JSON-LD, `data.json`, CKAN
/// packages, CSV and others. One bad record never fails the others. The same bytes imported twice change nothing, so
/// an import that broke off is simply sent again. The longest body is told by `/api/v1/limits`.
#[utoipa::path(
    post, path = "/api/v1/import", operation_id = "create_import", tag = "import", params(ImportAsks),
    request_body(content = String, description = "The document; its format is recognised from its bytes.", content_type = "application/octet-stream"),
    responses(
        (status = 200, description = "A dry run: what would have happened.", body = component::ImportRun),
        (status = 201, description = "The run.", body = component::ImportRun),
    ),
    security(("token" = ["import"]))
)]
pub(super) async fn create(Ask(inquiry, _): Ask<ImportAsks, Bearer>, document: Body) -> Answer<Response> {
    let Inquiry { state, actor, reader, .. } = &inquiry;
    let request = request(&inquiry).await?;
    let mode = request.mode;
    // Who may not import is told before a gigabyte is sent.
    authorize(actor, Action::Import, &Object::OwnedBy(request.organization_id)).map_err(AppError::from)?;
    let spooled = body::spool(&state.app, document, state.gates.body_bytes(RouteClass::Import)).await?;
    let report = state.app.import(actor, request, spooled, &mut Silent).await?;
    let body = view::run(&state.site, &report.run, &report.source, reader.locale);
    if mode == Mode::DryRun {
        return Ok(Json(body).into_response());
    }
    let address = state.site.url(&format!("/api/v1/import/runs/{}", report.run.id));
    let location = HeaderValue::try_from(address).map_err(Problem::internal)?;
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(body)).into_response())
}

async fn request(inquiry: &Inquiry) -> Answer<ImportRequest> {
    let Inquiry { state, asked, .. } = inquiry;
    let is_set = |parameter| asked.flag(parameter).unwrap_or(false);
    Ok(ImportRequest {
        source: asked.text(Parameter::Source).map(str::to_owned),
        fallback_source: FALLBACK_SOURCE.to_owned(),
        catalog_id: place(Kind::Catalog, Parameter::Catalog, inquiry).await?,
        organization_id: place(Kind::Organization, Parameter::Organization, inquiry).await?,
        fetched: asked.instant(Parameter::FetchedAt).unwrap_or_else(|| state.app.now()),
        mode: if is_set(Parameter::DryRun) { Mode::DryRun } else { Mode::Apply },
        replace: if is_set(Parameter::Replace) { Replace::Tombstone } else { Replace::Keep },
    })
}

//! Lists the guideline versions.

use axum::Json;
use serde::Serialize;
use vitrina_domain::guideline::Guideline;

use crate::{
    actor::Anyone,
    inquiry::{Ask, Inquiry},
    locale::Reader,
    paging::Page,
    problem::Answer,
    routes::asks::LanguageAsks,
    site::Site,
};

/// A guideline version in short.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = GuidelineSummary)]
pub(super) struct Summary {
    /// The permanent id.
    #[schema(example = "mx-lgtaip-2025")]
    id: String,
    /// What it is called.
    title: String,
    /// Who issued it.
    issuer: String,
    /// Day of publication.
    published: String,
    /// Day it came into force.
    in_force: String,
    /// Day it ceased to be in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    abrogated: Option<String>,
    /// Versions that it replaces.
    replaces: Vec<String>,
    /// Whether it binds today.
    normative_status: String,
    /// The whole version.
    #[schema(format = "uri")]
    url: String,
}

impl Summary {
    fn new(site: &Site, guideline: &Guideline, reader: &Reader) -> Self {
        Self {
            id: guideline.id.clone(),
            title: guideline.title.get(reader.locale).to_owned(),
            issuer: guideline.issuer.get(reader.locale).to_owned(),
            published: guideline.published.clone(),
            in_force: guideline.in_force.clone(),
            abrogated: guideline.abrogated.clone(),
            replaces: guideline.replaces.clone(),
            normative_status: guideline.normative_status.clone(),
            url: site.url(&format!("/api/v1/guidelines/{}", guideline.id)),
        }
    }
}

/// Lists the laws and rules that this server knows, version by version.
///
/// Each tells from when to when it holds and what it replaces.
#[utoipa::path(
    get, path = "/api/v1/guidelines", operation_id = "list_guidelines", tag = "rules", params(LanguageAsks),
    responses((status = 200, description = "Every version.", body = Page<Summary>))
)]
pub(super) async fn list(Ask(inquiry, _): Ask<LanguageAsks, Anyone>) -> Answer<Json<Page<Summary>>> {
    let Inquiry { state, reader, .. } = &inquiry;
    let items: Vec<Summary> =
        state.app.guidelines().iter().map(|version| Summary::new(&state.site, version, reader)).collect();
    Ok(Json(Page::whole(items)))
}

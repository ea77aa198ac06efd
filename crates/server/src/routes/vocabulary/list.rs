//! Lists the vocabularies in force.

use axum::Json;
use serde::Serialize;
use vitrina_domain::vocabulary::Vocabulary;

use crate::{
    actor::Anyone,
    inquiry::{Ask, Inquiry},
    locale::Reader,
    paging::Page,
    problem::Answer,
    routes::asks::LanguageAsks,
    site::Site,
};

/// A vocabulary without its terms.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = VocabularySummary)]
pub(super) struct Summary {
    /// The name in addresses.
    pub(super) name: String,
    /// What people call the list.
    pub(super) title: String,
    /// Where the list comes from.
    pub(super) source: String,
    /// The version of the list.
    pub(super) version: String,
    /// The IRI of the concept scheme.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    pub(super) scheme: Option<String>,
    /// How many terms it has.
    pub(super) terms: usize,
    /// Where its terms are.
    #[schema(format = "uri")]
    pub(super) url: String,
}

impl Summary {
    fn new(site: &Site, vocabulary: &Vocabulary, reader: &Reader) -> Self {
        Self {
            name: vocabulary.name().to_owned(),
            title: vocabulary.title().get(reader.locale).to_owned(),
            source: vocabulary.source().to_owned(),
            version: vocabulary.version().to_owned(),
            scheme: vocabulary.scheme().map(str::to_owned),
            terms: vocabulary.terms().len(),
            url: site.url(&format!("/api/v1/vocabularies/{}", vocabulary.name())),
        }
    }
}

/// Lists the controlled vocabularies in force.
///
/// Each tells where the list comes from and its version.
#[utoipa::path(
    get, path = "/api/v1/vocabularies", operation_id = "list_vocabularies", tag = "rules", params(LanguageAsks),
    responses((status = 200, description = "Every vocabulary.", body = Page<Summary>))
)]
pub(super) async fn list(Ask(inquiry, _): Ask<LanguageAsks, Anyone>) -> Answer<Json<Page<Summary>>> {
    let Inquiry { state, reader, .. } = &inquiry;
    let items: Vec<Summary> =
        state.app.vocabularies().iter().map(|list| Summary::new(&state.site, list, reader)).collect();
    Ok(Json(Page::whole(items)))
}

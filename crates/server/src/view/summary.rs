//! A record in a list: one string per text, in the reader's language.

use serde::Serialize;
use vitrina_app::{App, directory::Neighbours};
use vitrina_domain::{
    language::Text,
    metadata::Concept,
    record::{Record, Stored, Unreadable},
    vocabulary::Vocabulary,
};

use crate::site::Site;

/// How another record is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct Name {
    /// Its permanent id.
    #[schema(format = "uuid")]
    pub(crate) id: String,
    /// Its name in addresses.
    pub(crate) slug: String,
    /// Its title in the reader's language.
    pub(crate) title: String,
    /// Its address in the API.
    #[schema(format = "uri")]
    pub(crate) url: String,
}

/// A record in a list. Texts are in the reader's language, else the site's, else any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct Summary {
    /// The permanent id.
    #[schema(format = "uuid")]
    pub(crate) id: String,
    /// The kind of record.
    #[schema(example = "dataset")]
    pub(crate) kind: &'static str,
    /// The name in page addresses.
    pub(crate) slug: String,
    /// The title.
    pub(crate) title: String,
    /// The language of the title; `und` where it is not stated.
    pub(crate) title_lang: String,
    /// The description, shortened to 500 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// The identifier that its source gave.
    pub(crate) identifier: String,
    /// The publisher's name, as the document has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) publisher: Option<String>,
    /// The organization that answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) organization: Option<Name>,
    /// The catalog it is at home in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) catalog: Option<Name>,
    /// The name of the source it comes from.
    pub(crate) source: String,
    /// Keywords of every language.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub(crate) keyword: Vec<String>,
    /// Theme codes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub(crate) theme: Vec<String>,
    /// Format codes of its distributions (the first 200).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub(crate) format: Vec<String>,
    /// The licence's code or IRI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) license: Option<String>,
    /// `dct:issued`, as its source wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) issued: Option<String>,
    /// `dct:modified`, as its source wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) modified: Option<String>,
    /// How many distributions it has.
    pub(crate) distributions: usize,
    /// The number of its current revision.
    pub(crate) revision: u32,
    /// When it was created here.
    #[schema(format = "date-time")]
    pub(crate) created_at: String,
    /// When it last changed here.
    #[schema(format = "date-time")]
    pub(crate) updated_at: String,
    /// Its address in the API.
    #[schema(format = "uri")]
    pub(crate) url: String,
    /// The title with the words that were found in `<mark>`; HTML, escaped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title_highlight: Option<String>,
    /// A piece of the description around the words that were found; HTML, escaped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) snippet: Option<String>,
    /// How well it answers, where the order is by relevance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) score: Option<String>,
}

/// A record as it stands in lists.
pub(crate) fn summary(
    app: &App,
    site: &Site,
    record: &Record<Stored>,
    beside: &Neighbours,
    languages: &[&str],
) -> Result<Summary, Unreadable> {
    let lists = app.vocabularies();
    let outline = record.outline()?;
    let dataset = outline.as_dataset();
    let (title_lang, title) = outline
        .title()
        .pick(languages)
        .map_or(("und", record.slug.as_str()), |(tag, title)| (tag.as_str(), title));
    let distributions = dataset.map(|dataset| dataset.distribution.as_slice()).unwrap_or_default();
    let mut format: Vec<String> =
        distributions.iter().filter_map(|d| code(&lists.file_type, d.format.as_ref()?)).collect();
    format.sort_unstable();
    format.dedup();
    let license = dataset.and_then(|dataset| dataset.license.as_ref());
    let license =
        license.or_else(|| distributions.iter().find_map(|distribution| distribution.license.as_ref()));
    let text = |text: &Text| text.pick(languages).map(|(_, text)| text.to_owned());
    Ok(Summary {
        id: record.id.to_string(),
        kind: record.kind().as_str(),
        slug: record.slug.to_string(),
        title: title.to_owned(),
        title_lang: title_lang.to_owned(),
        description: text(outline.description()).map(|text| text.chars().take(500).collect()),
        identifier: record.identifier.clone(),
        publisher: outline.publisher().and_then(|publisher| text(&publisher.name)),
        organization: beside.organization.as_ref().map(|beside| name(site, beside, languages)),
        catalog: beside.catalog.as_ref().map(|beside| name(site, beside, languages)),
        source: beside.source.to_string(),
        keyword: dataset
            .map(|dataset| dataset.keyword.iter().map(|(_, word)| word.to_owned()).collect())
            .unwrap_or_default(),
        theme: dataset
            .map(|dataset| dataset.theme.iter().filter_map(|theme| code(&lists.theme, theme)).collect())
            .unwrap_or_default(),
        format,
        license: license.and_then(|license| code(&lists.licence, license)),
        issued: dataset.and_then(|dataset| dataset.issued.as_ref()).map(ToString::to_string),
        modified: dataset.and_then(|dataset| dataset.modified.as_ref()).map(ToString::to_string),
        distributions: record.metadata.total_distributions(),
        revision: record.revision,
        created_at: record.created.to_string(),
        updated_at: record.updated.to_string(),
        url: site.url(&format!("/api/v1/{}/{}", record.kind().collection(), record.id)),
        title_highlight: None,
        snippet: None,
        score: None,
    })
}

/// How a neighbour is called.
pub(crate) fn name(site: &Site, name: &vitrina_app::directory::Name, languages: &[&str]) -> Name {
    Name {
        id: name.id.to_string(),
        slug: name.slug.clone(),
        title: name.display(languages).to_owned(),
        url: site.url(&format!("/api/v1/{}/{}", name.kind.collection(), name.id)),
    }
}

/// The code of a concept in its list, or what the source wrote.
fn code(list: &Vocabulary, concept: &Concept) -> Option<String> {
    let written = concept.code()?;
    Some(list.resolve(written).map_or(written, |term| term.code.as_str()).to_owned())
}

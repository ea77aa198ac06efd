//! Gives one vocabulary with its terms.

use axum::{
    Json,
    extract::Path,
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use serde_json::{Map, Value};
use vitrina_domain::{
    finding::Bilingual,
    vocabulary::{Term, Vocabulary},
};

use crate::{
    actor::Anyone,
    conditional::{EntityTag, Validators},
    inquiry::Ask,
    nearest::nearest,
    problem::{Answer, Code, Problem},
    routes::asks::NothingAsks,
};

/// A vocabulary with its terms.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Vocabulary)]
pub(super) struct View {
    /// The name in addresses.
    name: String,
    /// What people call the list, in both languages.
    title: Label,
    /// Where the list comes from.
    source: String,
    /// The version of the list.
    version: String,
    /// The IRI of the concept scheme.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    scheme: Option<String>,
    /// Its terms.
    terms: Vec<TermView>,
}

/// A term of a vocabulary.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Term)]
struct TermView {
    /// The code.
    code: String,
    /// The IRI, where the list has one for the code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    iri: Option<String>,
    /// What people read, in both languages.
    label: Label,
    /// Other spellings that mean the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    aliases: Vec<String>,
    /// What only this list says of its terms.
    #[serde(flatten)]
    attributes: Map<String, Value>,
}

/// A text in both languages.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Label {
    /// Spanish.
    es: String,
    /// English.
    en: String,
}

impl From<&Bilingual> for Label {
    fn from(text: &Bilingual) -> Self {
        Self { es: text.es.clone(), en: text.en.clone() }
    }
}

impl From<&Vocabulary> for View {
    fn from(vocabulary: &Vocabulary) -> Self {
        Self {
            name: vocabulary.name().to_owned(),
            title: vocabulary.title().into(),
            source: vocabulary.source().to_owned(),
            version: vocabulary.version().to_owned(),
            scheme: vocabulary.scheme().map(str::to_owned),
            terms: vocabulary.terms().iter().map(TermView::from).collect(),
        }
    }
}

impl From<&Term> for TermView {
    fn from(term: &Term) -> Self {
        let Term { code, iri, label, aliases, attributes } = term;
        Self {
            code: code.clone(),
            iri: iri.clone(),
            label: label.into(),
            aliases: aliases.clone(),
            attributes: attributes.clone(),
        }
    }
}

/// Gives one vocabulary with its terms.
///
/// Terms have a code, an IRI where the list has one, and labels in both languages.
#[utoipa::path(
    get, path = "/api/v1/vocabularies/{name}", operation_id = "get_vocabulary", tag = "rules",
    params(("name" = String, Path, description = "The vocabulary's name."), NothingAsks),
    responses((status = 200, description = "The vocabulary.", body = View))
)]
pub(super) async fn get(
    Path(name): Path<String>,
    Ask(inquiry, _): Ask<NothingAsks, Anyone>,
) -> Answer<Response> {
    let vocabularies = inquiry.state.app.vocabularies();
    let vocabulary = vocabularies.get(&name).ok_or_else(|| {
        Problem::new(Code::NotFound).with_nearest(nearest(&name, vocabularies.iter().map(Vocabulary::name)))
    })?;
    let body = serde_json::to_value(View::from(vocabulary)).map_err(Problem::internal)?;
    let validators = Validators { tag: EntityTag::of([body.to_string()]), modified: None };
    validators.respond(&inquiry.headers, || Ok(Json(body).into_response()))
}

//! What a record points to.

use super::{
    super::{Iri, document::document},
    Agent, Concept, Named,
};
use crate::{date::Date, language::Text};

document! {
    /// Something a record points to: a page, a standard, a statement, another record.
    ///
    /// Its short form is an IRI, or a title where the source gave only words.
    Reference {
        /// The IRI of what is meant.
        iri: Option<Iri> = "@id",
        /// `dct:title`, `rdfs:label` or `skos:prefLabel`.
        title: Text = "title",
        /// `dct:description`.
        description: Text = "description",
        /// `dct:identifier`.
        identifier: Option<String> = "identifier",
        /// `dcat:accessURL`.
        access_url: Option<Iri> = "accessURL",
        /// `dcat:downloadURL`.
        download_url: Option<Iri> = "downloadURL",
        /// `dcat:mediaType`.
        media_type: Option<Concept> = "mediaType",
        /// `dct:issued`.
        issued: Option<Date> = "issued",
    }

    fn from_text(text: &str) -> Option<Self> {
        Some(match Named::parse(text)? {
            Named::Iri(iri) => Self { iri: Some(iri), ..Self::default() },
            Named::Words(title) => Self { title, ..Self::default() },
        })
    }

    fn short_form(&self) -> Option<String> {
        self.iri.as_ref().map(Iri::as_str).or_else(|| self.title.as_plain()).map(str::to_owned)
    }
}

document! {
    /// The legal basis of a record (`eli:LegalResource`): why this information is public.
    LegalResource {
        /// The text's IRI.
        iri: Option<Iri> = "@id",
        /// `eli:title`.
        title: Text = "title",
        /// The article and fraction, for example `65-XLVI`.
        article: Option<String> = "article",
        /// `dct:identifier`.
        identifier: Option<String> = "identifier",
        /// `dct:issued`: publication of the text.
        issued: Option<Date> = "issued",
    }

    fn from_text(text: &str) -> Option<Self> {
        Some(match Named::parse(text)? {
            Named::Iri(iri) => Self { iri: Some(iri), ..Self::default() },
            Named::Words(title) => Self { title, ..Self::default() },
        })
    }

    fn short_form(&self) -> Option<String> {
        self.iri.as_ref().map(Iri::as_str).or_else(|| self.title.as_plain()).map(str::to_owned)
    }
}

document! {
    /// Another identifier of a record (`adms:Identifier`).
    Identifier {
        /// The identifier's IRI.
        iri: Option<Iri> = "@id",
        /// `skos:notation`.
        notation: Option<String> = "notation",
        /// `adms:schemaAgency`.
        schema_agency: Option<String> = "schemaAgency",
        /// `dct:creator`: who gave it.
        creator: Option<Agent> = "creator",
        /// `dct:issued`.
        issued: Option<Date> = "issued",
        /// The version of the scheme.
        version: Option<String> = "version",
    }

    fn from_text(text: &str) -> Option<Self> {
        (!text.trim().is_empty()).then(|| Self { notation: Some(text.to_owned()), ..Self::default() })
    }

    fn short_form(&self) -> Option<String> {
        self.notation.clone()
    }
}

document! {
    /// A relation with a stated role (`dcat:Relationship`).
    Relationship {
        /// `dcat:hadRole`.
        role: Vec<Concept> = "hadRole",
        /// `dct:relation`.
        relation: Vec<Reference> = "relation",
    }
}

document! {
    /// What a record came from or was used by (`prov:Activity`).
    Activity {
        /// The activity's IRI.
        iri: Option<Iri> = "@id",
        /// `rdfs:label`.
        label: Text = "label",
        /// `dct:type`.
        category: Vec<Concept> = "category",
    }
}

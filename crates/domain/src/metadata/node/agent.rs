//! People and bodies, and how to reach them.

use serde_json::Value;

use super::{
    super::{Email, Iri, Member, Notes, document::document},
    Concept, Named, iri,
};
use crate::language::Text;

document! {
    /// A person or body (`foaf:Agent`, `org:Organization`): publisher, creator.
    Agent {
        /// The agent's IRI.
        iri: Option<Iri> = "@id",
        /// `foaf:name`.
        name: Text = "name",
        /// `dct:identifier`.
        identifier: Option<String> = "identifier",
        /// `foaf:mbox`.
        mbox: Option<Email> = "mbox",
        /// `foaf:homepage`.
        homepage: Option<Iri> = "homepage",
        /// `dct:type`: kind of publisher.
        category: Option<Concept> = "category",
        /// The post of the person answerable (ADELA).
        position: Option<String> = "position",
        /// `skos:altLabel`.
        alternative: Text = "altLabel",
        /// `skos:notation`.
        notation: Option<String> = "notation",
        /// `org:subOrganizationOf`.
        parent: Option<Box<Agent>> = "subOrganizationOf",
    }

    fn from_text(text: &str) -> Option<Self> {
        Some(match Named::parse(text)? {
            Named::Iri(iri) => Self { iri: Some(iri), ..Self::default() },
            Named::Words(name) => Self { name, ..Self::default() },
        })
    }
}

document! {
    /// Where to ask (`vcard:Kind`).
    ContactPoint {
        /// The contact's IRI.
        iri: Option<Iri> = "@id",
        /// `vcard:fn`.
        name: Text = "fn",
        /// `vcard:hasEmail`.
        email: Option<Email> = "hasEmail",
        /// `vcard:hasURL`.
        url: Option<Iri> = "hasURL",
        /// `vcard:tel`.
        telephone: Option<String> = "tel",
        /// `vcard:organization-name`.
        organization_name: Text = "organization-name",
        /// `vcard:given-name`.
        given_name: Option<String> = "given-name",
        /// `vcard:family-name`.
        family_name: Option<String> = "family-name",
        /// `vcard:title`: the post.
        title: Option<String> = "title",
        /// `vcard:hasAddress`.
        address: Vec<Address> = "address",
    }

    fn from_text(text: &str) -> Option<Self> {
        if text.trim().is_empty() {
            return None;
        }
        let email = Email::read(Value::String(text.to_owned()), &mut Notes::default()).ok();
        Some(match (email, iri(text)) {
            (Some(email), _) => Self { email: Some(email), ..Self::default() },
            (None, Some(url)) => Self { url: Some(url), ..Self::default() },
            (None, None) => Self { name: Text::plain(text), ..Self::default() },
        })
    }
}

document! {
    /// A postal address (`vcard:Address`).
    Address {
        /// The address's IRI.
        iri: Option<Iri> = "@id",
        /// `vcard:street-address`.
        street: Option<String> = "street-address",
        /// `vcard:locality`.
        locality: Option<String> = "locality",
        /// `vcard:region`.
        region: Option<String> = "region",
        /// `vcard:postal-code`.
        postal_code: Option<String> = "postal-code",
        /// `vcard:country-name`.
        country: Option<String> = "country-name",
    }
}

document! {
    /// Who had a part in a record, and which (`prov:Attribution`).
    Attribution {
        /// `prov:agent`.
        agent: Option<Agent> = "agent",
        /// `dcat:hadRole`.
        role: Vec<Concept> = "hadRole",
    }
}

//! The properties of organizations.

use super::{
    Property,
    Range::{Contact, Identifier, Iri, Link, Literal, Reference, Text},
    class::DOCUMENT,
    many,
    ns::{ADMS, DCAT, DCT, FOAF, ORG, OWL, SKOS},
    one,
};

/// The properties of `foaf:Organization`.
pub(crate) const ORGANIZATION: &[Property] = &[
    many("@id", OWL, "sameAs", Iri),
    one("identifier", DCT, "identifier", Literal),
    many("otherIdentifier", ADMS, "identifier", Identifier),
    one("name", FOAF, "name", Text),
    one("altLabel", SKOS, "altLabel", Text),
    one("description", DCT, "description", Text),
    one("homepage", FOAF, "homepage", Link(DOCUMENT)),
    many("contactPoint", DCAT, "contactPoint", Contact),
    one("subOrganizationOf", ORG, "subOrganizationOf", Reference("http://www.w3.org/ns/org#Organization")),
];

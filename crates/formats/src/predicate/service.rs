//! The properties of data services.

use super::{
    List::{AccessRight, FileType, Free, Licence, Theme},
    Property,
    Range::{Agent, Concept, Contact, Date, Identifier, Iri, Law, Link, Literal, Reference, Text, Words},
    class::{DOCUMENT, EXTENT, LICENCE, RESOURCE, RIGHTS, SKOS_CONCEPT, STANDARD},
    many,
    ns::{ADMS, DCAT, DCATAP, DCT, FOAF, OWL},
    one,
};

/// The properties of `dcat:DataService`.
pub(crate) const DATA_SERVICE: &[Property] = &[
    many("@id", OWL, "sameAs", Iri),
    one("identifier", DCT, "identifier", Literal),
    many("otherIdentifier", ADMS, "identifier", Identifier),
    one("title", DCT, "title", Text),
    one("description", DCT, "description", Text),
    many("endpointURL", DCAT, "endpointURL", Link(RESOURCE)),
    many("endpointDescription", DCAT, "endpointDescription", Reference(RESOURCE)),
    many("servesDataset", DCAT, "servesDataset", Reference("http://www.w3.org/ns/dcat#Dataset")),
    many("keyword", DCAT, "keyword", Words),
    many("theme", DCAT, "theme", Concept(Theme, SKOS_CONCEPT)),
    one("publisher", DCT, "publisher", Agent),
    many("contactPoint", DCAT, "contactPoint", Contact),
    one("issued", DCT, "issued", Date),
    one("modified", DCT, "modified", Date),
    one("license", DCT, "license", Concept(Licence, LICENCE)),
    one("accessRights", DCT, "accessRights", Concept(AccessRight, RIGHTS)),
    many("format", DCT, "format", Concept(FileType, EXTENT)),
    one("landingPage", DCAT, "landingPage", Link(DOCUMENT)),
    many("page", FOAF, "page", Reference(DOCUMENT)),
    many("conformsTo", DCT, "conformsTo", Reference(STANDARD)),
    many("applicableLegislation", DCATAP, "applicableLegislation", Law),
    many("hvdCategory", DCATAP, "hvdCategory", Concept(Free, SKOS_CONCEPT)),
];

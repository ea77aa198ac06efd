//! The properties of catalogs.

use super::{
    List::{AccessRight, Language, Licence, Theme},
    Property,
    Range::{
        Agent, Concept, Contact, Date, Identifier, Iri, Law, Link, Literal, Period, Place, Reference, Text,
        Words,
    },
    class::{DOCUMENT, LICENCE, RESOURCE, RIGHTS, SKOS_CONCEPT, SYSTEM},
    many,
    ns::{ADMS, DCAT, DCATAP, DCT, FOAF, OWL},
    one,
};

/// The properties of `dcat:Catalog`.
pub(crate) const CATALOG: &[Property] = &[
    many("@id", OWL, "sameAs", Iri),
    one("identifier", DCT, "identifier", Literal),
    many("otherIdentifier", ADMS, "identifier", Identifier),
    one("title", DCT, "title", Text),
    one("description", DCT, "description", Text),
    one("publisher", DCT, "publisher", Agent),
    many("creator", DCT, "creator", Agent),
    many("rightsHolder", DCT, "rightsHolder", Agent),
    many("contactPoint", DCAT, "contactPoint", Contact),
    one("homepage", FOAF, "homepage", Link(DOCUMENT)),
    one("issued", DCT, "issued", Date),
    one("modified", DCT, "modified", Date),
    many("language", DCT, "language", Concept(Language, SYSTEM)),
    one("license", DCT, "license", Concept(Licence, LICENCE)),
    one("accessRights", DCT, "accessRights", Concept(AccessRight, RIGHTS)),
    many("spatial", DCT, "spatial", Place),
    many("temporal", DCT, "temporal", Period),
    many("keyword", DCAT, "keyword", Words),
    many("theme", DCAT, "theme", Concept(Theme, SKOS_CONCEPT)),
    many("applicableLegislation", DCATAP, "applicableLegislation", Law),
    many("hasPart", DCT, "hasPart", Reference(RESOURCE)),
    many("catalog", DCAT, "catalog", Reference("http://www.w3.org/ns/dcat#Catalog")),
];

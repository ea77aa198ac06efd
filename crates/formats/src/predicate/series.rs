//! The properties of dataset series.

use super::{
    List::{Frequency, Theme},
    Property,
    Range::{Agent, Concept, Contact, Date, Iri, Law, Literal, Period, Place, Reference, Text, Words},
    class::{FREQUENCY, RESOURCE, SKOS_CONCEPT},
    many,
    ns::{DCAT, DCATAP, DCT, OWL},
    one,
};

/// The properties of `dcat:DatasetSeries`.
pub(crate) const DATASET_SERIES: &[Property] = &[
    many("@id", OWL, "sameAs", Iri),
    one("identifier", DCT, "identifier", Literal),
    one("title", DCT, "title", Text),
    one("description", DCT, "description", Text),
    one("publisher", DCT, "publisher", Agent),
    many("contactPoint", DCAT, "contactPoint", Contact),
    many("keyword", DCAT, "keyword", Words),
    many("theme", DCAT, "theme", Concept(Theme, SKOS_CONCEPT)),
    one("accrualPeriodicity", DCT, "accrualPeriodicity", Concept(Frequency, FREQUENCY)),
    one("issued", DCT, "issued", Date),
    one("modified", DCT, "modified", Date),
    many("spatial", DCT, "spatial", Place),
    many("temporal", DCT, "temporal", Period),
    many("applicableLegislation", DCATAP, "applicableLegislation", Law),
    many("seriesMember", DCAT, "seriesMember", Reference(RESOURCE)),
    one("first", DCAT, "first", Reference(RESOURCE)),
    one("last", DCAT, "last", Reference(RESOURCE)),
];

//! The namespaces, with the prefixes that documents use.

pub(crate) const ADMS: &str = "http://www.w3.org/ns/adms#";
pub(crate) const DCAT: &str = "http://www.w3.org/ns/dcat#";
pub(crate) const DCATAP: &str = "http://data.europa.eu/r5r/";
pub(crate) const DCT: &str = "http://purl.org/dc/terms/";
pub(crate) const ELI: &str = "http://data.europa.eu/eli/ontology#";
pub(crate) const FOAF: &str = "http://xmlns.com/foaf/0.1/";
pub(crate) const GSP: &str = "http://www.opengis.net/ont/geosparql#";
pub(crate) const LOCN: &str = "http://www.w3.org/ns/locn#";
pub(crate) const ODRL: &str = "http://www.w3.org/ns/odrl/2/";
pub(crate) const ORG: &str = "http://www.w3.org/ns/org#";
pub(crate) const OWL: &str = "http://www.w3.org/2002/07/owl#";
pub(crate) const PROV: &str = "http://www.w3.org/ns/prov#";
pub(crate) const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
pub(crate) const RDFS: &str = "http://www.w3.org/2000/01/rdf-schema#";
pub(crate) const SCHEMA: &str = "http://schema.org/";
pub(crate) const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
pub(crate) const SPDX: &str = "http://spdx.org/rdf/terms#";
pub(crate) const VCARD: &str = "http://www.w3.org/2006/vcard/ns#";
pub(crate) const WDRS: &str = "http://www.w3.org/2007/05/powder-s#";
pub(crate) const XSD: &str = "http://www.w3.org/2001/XMLSchema#";

/// Prefixes in the order in which documents declare them.
pub(crate) const PREFIXES: &[(&str, &str)] = &[
    ("adms", ADMS),
    ("dcat", DCAT),
    ("dcatap", DCATAP),
    ("dct", DCT),
    ("eli", ELI),
    ("foaf", FOAF),
    ("gsp", GSP),
    ("locn", LOCN),
    ("odrl", ODRL),
    ("org", ORG),
    ("owl", OWL),
    ("prov", PROV),
    ("rdfs", RDFS),
    ("schema", SCHEMA),
    ("skos", SKOS),
    ("spdx", SPDX),
    ("vcard", VCARD),
    ("wdrs", WDRS),
    ("xsd", XSD),
];

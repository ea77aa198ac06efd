//! The table of metadata properties and their RDF: one row per member of the model, for writing and for
//! reading alike. The terms are those of DCAT 3, DCAT-AP 3.0.1 and DCAT-US 3.

/// The namespaces, with the prefixes that documents use.
pub(crate) mod ns {
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
}

/// A vocabulary that controlled values are looked up in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum List {
    AccessRight,
    Availability,
    ChecksumAlgorithm,
    FileType,
    Frequency,
    Language,
    Licence,
    PublisherType,
    Status,
    Theme,
    /// Media types: the code is the end of the IRI.
    MediaType,
    /// No list: the value's own IRI, code or label.
    Free,
}

/// What stands at the end of a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Range {
    /// An IRI as it is.
    Iri,
    /// An address, and the class of what is found there.
    Link(&'static str),
    /// A statement in languages, with a node of its own: its class.
    Statement(&'static str),
    /// Text without a language.
    Literal,
    /// Text in languages.
    Text,
    /// Words in languages.
    Words,
    /// A date, month, year or instant.
    Date,
    /// `xsd:decimal`.
    Decimal,
    /// `xsd:duration`.
    Duration,
    /// `xsd:nonNegativeInteger`.
    Count,
    /// A controlled value: its list and class.
    Concept(List, &'static str),
    /// Something pointed at: its class.
    Reference(&'static str),
    /// A legal text.
    Law,
    /// An agent.
    Agent,
    /// A contact.
    Contact,
    /// A place.
    Place,
    /// A period.
    Period,
    /// A digest.
    Checksum,
    /// Another identifier.
    Identifier,
    /// A qualified relation.
    Relationship,
    /// A qualified attribution.
    Attribution,
    /// An activity.
    Activity,
    /// The distributions of a dataset.
    Distribution,
}

/// How many values a property takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cardinality {
    One,
    Many,
}

/// One property: the member of the model, the namespace and name of the predicate, what it takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Property {
    pub(crate) member: &'static str,
    pub(crate) namespace: &'static str,
    pub(crate) name: &'static str,
    pub(crate) range: Range,
    /// Read by the reader of RDF; the writer writes what is there.
    #[cfg_attr(not(test), expect(dead_code, reason = "the reader of RDF goes by it"))]
    pub(crate) cardinality: Cardinality,
}

const fn one(member: &'static str, namespace: &'static str, name: &'static str, range: Range) -> Property {
    Property { member, namespace, name, range, cardinality: Cardinality::One }
}

const fn many(member: &'static str, namespace: &'static str, name: &'static str, range: Range) -> Property {
    Property { member, namespace, name, range, cardinality: Cardinality::Many }
}

use List::{
    AccessRight, Availability, FileType, Free, Frequency, Language, Licence, MediaType, Status, Theme,
};
use Range::{
    Activity, Agent, Attribution, Checksum, Concept, Contact, Count, Date, Decimal, Distribution, Duration,
    Identifier, Iri, Law, Link, Literal, Period, Place, Reference, Relationship, Statement, Text, Words,
};
use ns::{ADMS, DCAT, DCATAP, DCT, FOAF, ODRL, OWL, PROV, SKOS, SPDX, WDRS};

const SKOS_CONCEPT: &str = "http://www.w3.org/2004/02/skos/core#Concept";
const RIGHTS: &str = "http://purl.org/dc/terms/RightsStatement";
const STANDARD: &str = "http://purl.org/dc/terms/Standard";
const DOCUMENT: &str = "http://xmlns.com/foaf/0.1/Document";
const RESOURCE: &str = "http://www.w3.org/2000/01/rdf-schema#Resource";
const SYSTEM: &str = "http://purl.org/dc/terms/LinguisticSystem";
const LICENCE: &str = "http://purl.org/dc/terms/LicenseDocument";
const MEDIA: &str = "http://purl.org/dc/terms/MediaType";
const EXTENT: &str = "http://purl.org/dc/terms/MediaTypeOrExtent";
const FREQUENCY: &str = "http://purl.org/dc/terms/Frequency";
const PROVENANCE: &str = "http://purl.org/dc/terms/ProvenanceStatement";

/// The properties of `dcat:Dataset`.
pub(crate) const DATASET: &[Property] = &[
    many("@id", OWL, "sameAs", Iri),
    one("identifier", DCT, "identifier", Literal),
    many("otherIdentifier", ADMS, "identifier", Identifier),
    one("title", DCT, "title", Text),
    one("alternative", DCT, "alternative", Text),
    one("description", DCT, "description", Text),
    many("keyword", DCAT, "keyword", Words),
    many("theme", DCAT, "theme", Concept(Theme, SKOS_CONCEPT)),
    many("superTheme", DCAT, "theme", Concept(Theme, SKOS_CONCEPT)),
    many("subject", DCT, "subject", Concept(Free, SKOS_CONCEPT)),
    many("category", DCT, "type", Concept(Free, SKOS_CONCEPT)),
    one("publisher", DCT, "publisher", Agent),
    many("creator", DCT, "creator", Agent),
    many("contributor", DCT, "contributor", Agent),
    many("rightsHolder", DCT, "rightsHolder", Agent),
    many("qualifiedAttribution", PROV, "qualifiedAttribution", Attribution),
    many("wasAttributedTo", PROV, "wasAttributedTo", Agent),
    many("contactPoint", DCAT, "contactPoint", Contact),
    one("issued", DCT, "issued", Date),
    one("modified", DCT, "modified", Date),
    one("created", DCT, "created", Date),
    one("accrualPeriodicity", DCT, "accrualPeriodicity", Concept(Frequency, FREQUENCY)),
    many("language", DCT, "language", Concept(Language, SYSTEM)),
    many("spatial", DCT, "spatial", Place),
    one("spatialResolutionInMeters", DCAT, "spatialResolutionInMeters", Decimal),
    many("temporal", DCT, "temporal", Period),
    one("temporalResolution", DCAT, "temporalResolution", Duration),
    one("license", DCT, "license", Concept(Licence, LICENCE)),
    one("rights", DCT, "rights", Statement(RIGHTS)),
    one("accessRights", DCT, "accessRights", Concept(AccessRight, RIGHTS)),
    many("applicableLegislation", DCATAP, "applicableLegislation", Law),
    many("hvdCategory", DCATAP, "hvdCategory", Concept(Free, SKOS_CONCEPT)),
    one("landingPage", DCAT, "landingPage", Link(DOCUMENT)),
    many("page", FOAF, "page", Reference(DOCUMENT)),
    many("references", DCT, "references", Reference(RESOURCE)),
    one("describedBy", WDRS, "describedby", Reference(DOCUMENT)),
    many("conformsTo", DCT, "conformsTo", Reference(STANDARD)),
    many("provenance", DCT, "provenance", Reference(PROVENANCE)),
    many("source", DCT, "source", Reference(RESOURCE)),
    many("relation", DCT, "relation", Reference(RESOURCE)),
    many("qualifiedRelation", DCAT, "qualifiedRelation", Relationship),
    many("isReferencedBy", DCT, "isReferencedBy", Reference(RESOURCE)),
    many("hasPart", DCT, "hasPart", Reference(RESOURCE)),
    many("isPartOf", DCT, "isPartOf", Reference(RESOURCE)),
    many("replaces", DCT, "replaces", Reference(RESOURCE)),
    many("isReplacedBy", DCT, "isReplacedBy", Reference(RESOURCE)),
    many("inSeries", DCAT, "inSeries", Reference(RESOURCE)),
    one("first", DCAT, "first", Reference(RESOURCE)),
    one("last", DCAT, "last", Reference(RESOURCE)),
    one("prev", DCAT, "prev", Reference(RESOURCE)),
    one("next", DCAT, "next", Reference(RESOURCE)),
    one("version", DCAT, "version", Literal),
    one("versionNotes", ADMS, "versionNotes", Text),
    many("hasVersion", DCAT, "hasVersion", Reference(RESOURCE)),
    many("isVersionOf", DCAT, "isVersionOf", Reference(RESOURCE)),
    one("previousVersion", DCAT, "previousVersion", Reference(RESOURCE)),
    one("hasCurrentVersion", DCAT, "hasCurrentVersion", Reference(RESOURCE)),
    one("status", ADMS, "status", Concept(Status, SKOS_CONCEPT)),
    many("sample", ADMS, "sample", Reference(RESOURCE)),
    many("wasGeneratedBy", PROV, "wasGeneratedBy", Activity),
    many("wasUsedBy", PROV, "wasUsedBy", Activity),
    one("scopeNote", SKOS, "scopeNote", Text),
    one("image", FOAF, "depiction", Iri),
    one("dataDictionary", FOAF, "page", Reference(DOCUMENT)),
    many("distribution", DCAT, "distribution", Distribution),
];

/// Members of a dataset that RDF does not carry, and why.
#[cfg(test)]
pub(crate) const DATASET_UNMAPPED: &[(&str, &str)] = &[
    ("accessLevel", "a code of DCAT-US 1.1; `accessRights` says it in RDF"),
    ("describedByType", "the media type belongs to the document that `describedBy` points to"),
    ("hasQualityMeasurement", "kept as the source wrote it, in no fixed shape"),
    ("supportedSchema", "DCAT-US 3 only, kept as the source wrote it"),
    ("metadataDistribution", "DCAT-US 3 only, kept as the source wrote it"),
    ("liabilityStatement", "DCAT-US 3 only"),
    ("purpose", "DCAT-US 3 only"),
    ("bureauCode", "a code of the United States government, in DCAT-US 1.1 only"),
    ("programCode", "a code of the United States government, in DCAT-US 1.1 only"),
    ("primaryITInvestmentUII", "a code of the United States government, in DCAT-US 1.1 only"),
    ("systemOfRecords", "DCAT-US 1.1 only"),
    ("dataQuality", "DCAT-US 1.1 only"),
    ("govType", "ADELA only; the publisher's type says it in RDF"),
    ("openessRating", "ADELA only"),
    ("comments", "ADELA only"),
    ("public", "ADELA only; `accessRights` says it in RDF"),
    ("publishDate", "ADELA only; `issued` says it in RDF once it has come"),
    ("quality", "ADELA only"),
    ("isOpenData", "a claim under the law of Mexico, without a term in RDF"),
    ("isAccessibleForFree", "a claim under the law of Mexico, without a term in DCAT-AP"),
    ("requiresRegistration", "a claim under the law of Mexico, without a term in RDF"),
    ("granularity", "a claim under the law of Mexico, without a term in RDF"),
    ("catalogEntryIds", "names entries of Vitrina's own workflow"),
    ("ckan", "what a CKAN package held beyond the model, in CKAN's own terms"),
];

/// The properties of `dcat:Distribution`.
pub(crate) const DISTRIBUTION: &[Property] = &[
    many("@id", OWL, "sameAs", Iri),
    one("identifier", DCT, "identifier", Literal),
    many("otherIdentifier", ADMS, "identifier", Identifier),
    one("title", DCT, "title", Text),
    one("description", DCT, "description", Text),
    one("accessURL", DCAT, "accessURL", Link(RESOURCE)),
    one("downloadURL", DCAT, "downloadURL", Link(RESOURCE)),
    many("accessService", DCAT, "accessService", Reference("http://www.w3.org/ns/dcat#DataService")),
    one("format", DCT, "format", Concept(FileType, EXTENT)),
    one("mediaType", DCAT, "mediaType", Concept(MediaType, MEDIA)),
    one("compressFormat", DCAT, "compressFormat", Concept(MediaType, MEDIA)),
    one("packageFormat", DCAT, "packageFormat", Concept(MediaType, MEDIA)),
    one("byteSize", DCAT, "byteSize", Count),
    one("checksum", SPDX, "checksum", Checksum),
    one("license", DCT, "license", Concept(Licence, LICENCE)),
    one("rights", DCT, "rights", Statement(RIGHTS)),
    one("accessRights", DCT, "accessRights", Concept(AccessRight, RIGHTS)),
    one("hasPolicy", ODRL, "hasPolicy", Reference("http://www.w3.org/ns/odrl/2/Policy")),
    one("availability", DCATAP, "availability", Concept(Availability, SKOS_CONCEPT)),
    one("status", ADMS, "status", Concept(Status, SKOS_CONCEPT)),
    many("applicableLegislation", DCATAP, "applicableLegislation", Law),
    one("issued", DCT, "issued", Date),
    one("modified", DCT, "modified", Date),
    many("language", DCT, "language", Concept(Language, SYSTEM)),
    many("conformsTo", DCT, "conformsTo", Reference(STANDARD)),
    many("page", FOAF, "page", Reference(DOCUMENT)),
    one("describedBy", WDRS, "describedby", Reference(DOCUMENT)),
    many("spatial", DCT, "spatial", Place),
    one("spatialResolutionInMeters", DCAT, "spatialResolutionInMeters", Decimal),
    many("temporal", DCT, "temporal", Period),
    one("temporalResolution", DCAT, "temporalResolution", Duration),
    one("representationTechnique", ADMS, "representationTechnique", Concept(Free, SKOS_CONCEPT)),
    one("image", FOAF, "depiction", Iri),
];

/// Members of a distribution that RDF does not carry, and why.
#[cfg(test)]
pub(crate) const DISTRIBUTION_UNMAPPED: &[(&str, &str)] = &[
    ("describedByType", "the media type belongs to the document that `describedBy` points to"),
    ("characterEncoding", "DCAT-US 3 only"),
    ("accessRestriction", "DCAT-US 3 only"),
    ("cuiRestriction", "DCAT-US 3 only"),
    ("useRestriction", "DCAT-US 3 only"),
    ("hasQualityMeasurement", "kept as the source wrote it, in no fixed shape"),
    ("fileName", "in the Argentine profile only; the address says it in RDF"),
    ("field", "columns belong to the schema that `conformsTo` points to"),
    ("publishDate", "ADELA only; `issued` says it in RDF once it has come"),
    ("tools", "ADELA only"),
    ("codelist", "ADELA only"),
    ("codelistLink", "ADELA only"),
    ("copyright", "ADELA only; `rights` says it in RDF"),
    ("ckan", "what a CKAN resource held beyond the model, in CKAN's own terms"),
];

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
    one(
        "subOrganizationOf",
        ns::ORG,
        "subOrganizationOf",
        Reference("http://www.w3.org/ns/org#Organization"),
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;
    use vitrina_domain::metadata::{self, Document as _};

    use super::*;

    fn check(kind: &str, members: &[&str], mapped: &[Property], unmapped: &[(&str, &str)], fixture: &Value) {
        let rows: Vec<&str> =
            mapped.iter().map(|row| row.member).chain(unmapped.iter().map(|(name, _)| *name)).collect();
        let once: BTreeSet<&str> = rows.iter().copied().collect();
        assert_eq!(rows.len(), once.len(), "{kind}: a member has two rows");
        for member in members {
            assert!(once.contains(member), "{kind}: {member} is in no table of properties");
            assert!(fixture.get(member).is_some(), "{kind}: {member} is not in the full fixture");
        }
        for row in &once {
            assert!(members.contains(row), "{kind}: {row} is no member of the model");
        }
    }

    #[test]
    fn every_member_is_mapped_or_says_why_not() {
        let full: Value = serde_json::from_str(include_str!("../tests/fixtures/full.json")).unwrap();
        check("dataset", metadata::Dataset::MEMBERS, DATASET, DATASET_UNMAPPED, &full);
        let file = full.pointer("/distribution/0").unwrap();
        check("distribution", metadata::Distribution::MEMBERS, DISTRIBUTION, DISTRIBUTION_UNMAPPED, file);
        assert!(DATASET_UNMAPPED.iter().chain(DISTRIBUTION_UNMAPPED).all(|(_, reason)| !reason.is_empty()));
    }

    #[test]
    fn other_kinds_have_only_members_of_the_model() {
        for (members, rows) in [
            (metadata::Catalog::MEMBERS, CATALOG),
            (metadata::DataService::MEMBERS, DATA_SERVICE),
            (metadata::DatasetSeries::MEMBERS, DATASET_SERIES),
            (metadata::Organization::MEMBERS, ORGANIZATION),
        ] {
            for row in rows {
                assert!(members.contains(&row.member), "{}", row.member);
            }
        }
    }

    #[test]
    fn one_value_or_many_is_what_the_model_says() {
        let single = DATASET.iter().filter(|row| row.cardinality == Cardinality::One).count();
        assert!(single > 20 && single < DATASET.len());
    }
}

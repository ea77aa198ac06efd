//! The properties of distributions.

use super::{
    List::{AccessRight, Availability, FileType, Free, Language, Licence, MediaType, Status},
    Property,
    Range::{
        Checksum, Concept, Count, Date, Decimal, Duration, Identifier, Iri, Law, Link, Literal, Period,
        Place, Reference, Statement, Text,
    },
    class::{DOCUMENT, EXTENT, LICENCE, MEDIA, RESOURCE, RIGHTS, SKOS_CONCEPT, STANDARD, SYSTEM},
    many,
    ns::{ADMS, DCAT, DCATAP, DCT, FOAF, ODRL, OWL, SPDX, WDRS},
    one,
};

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
pub(crate) const UNMAPPED: &[(&str, &str)] = &[
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

//! The distribution document: one file or service through which a dataset is had.

use serde_json::Value;

use super::{
    Checksum, Column, Concept, Identifier, Iri, LegalResource, Location, PeriodOfTime, Reference,
    Restriction, document::document,
};
use crate::{date::Date, language::Text};

document! {
    /// A distribution: `dcat:Distribution` with what DCAT-AP, DCAT-US and ADELA add.
    Distribution {
        /// The distribution's own IRI.
        iri: Option<Iri> = "@id",
        /// `dct:identifier`.
        identifier: Option<String> = "identifier",
        /// `adms:identifier`.
        other_identifier: Vec<Identifier> = "otherIdentifier",
        /// `dct:title`.
        title: Text = "title",
        /// `dct:description`.
        description: Text = "description",
        /// `dcat:accessURL`.
        access_url: Option<Iri> = "accessURL",
        /// `dcat:downloadURL`.
        download_url: Option<Iri> = "downloadURL",
        /// `dcat:accessService`.
        access_service: Vec<Reference> = "accessService",
        /// `dct:format`.
        format: Option<Concept> = "format",
        /// `dcat:mediaType`.
        media_type: Option<Concept> = "mediaType",
        /// `dcat:compressFormat`.
        compress_format: Option<Concept> = "compressFormat",
        /// `dcat:packageFormat`.
        package_format: Option<Concept> = "packageFormat",
        /// `dcat:byteSize`.
        byte_size: Option<u64> = "byteSize",
        /// `spdx:checksum`.
        checksum: Option<Checksum> = "checksum",
        /// `dct:license`.
        license: Option<Concept> = "license",
        /// `dct:rights`.
        rights: Text = "rights",
        /// `dct:accessRights`.
        access_rights: Option<Concept> = "accessRights",
        /// `odrl:hasPolicy`.
        has_policy: Option<Reference> = "hasPolicy",
        /// `dcatap:availability`.
        availability: Option<Concept> = "availability",
        /// `adms:status`.
        status: Option<Concept> = "status",
        /// `dcatap:applicableLegislation`.
        applicable_legislation: Vec<LegalResource> = "applicableLegislation",
        /// `dct:issued`.
        issued: Option<Date> = "issued",
        /// `dct:modified`.
        modified: Option<Date> = "modified",
        /// `dct:language`.
        language: Vec<Concept> = "language",
        /// `dct:conformsTo`: the schema of the data.
        conforms_to: Vec<Reference> = "conformsTo",
        /// `foaf:page`: documentation.
        page: Vec<Reference> = "page",
        /// `wdrs:describedBy`: the data dictionary.
        described_by: Option<Reference> = "describedBy",
        /// Media type of `describedBy` (DCAT-US 1.1).
        described_by_type: Option<String> = "describedByType",
        /// `dct:spatial` (ADELA).
        spatial: Vec<Location> = "spatial",
        /// `dcat:spatialResolutionInMeters`, decimal text.
        spatial_resolution: Option<String> = "spatialResolutionInMeters",
        /// `dct:temporal` (ADELA).
        temporal: Vec<PeriodOfTime> = "temporal",
        /// `dcat:temporalResolution`, an `xsd:duration`.
        temporal_resolution: Option<String> = "temporalResolution",
        /// `cnt:characterEncoding`.
        character_encoding: Vec<String> = "characterEncoding",
        /// `adms:representationTechnique`.
        representation_technique: Option<Concept> = "representationTechnique",
        /// `dcat-us:accessRestriction`.
        access_restriction: Vec<Restriction> = "accessRestriction",
        /// `dcat-us:cuiRestriction`.
        cui_restriction: Option<Restriction> = "cuiRestriction",
        /// `dcat-us:useRestriction`.
        use_restriction: Vec<Restriction> = "useRestriction",
        /// `dqv:hasQualityMeasurement`.
        has_quality_measurement: Option<Value> = "hasQualityMeasurement",
        /// `foaf:depiction`.
        image: Option<Iri> = "image",
        /// File name (Argentine profile).
        file_name: Option<String> = "fileName",
        /// The columns of the table (Argentine profile).
        column: Vec<Column> = "field",
        /// Planned or actual day of publication (ADELA).
        publish_date: Option<Date> = "publishDate",
        /// Programs that read the file (ADELA).
        tools: Text = "tools",
        /// Code list used by the columns (ADELA).
        codelist: Text = "codelist",
        /// Address of the code list (ADELA).
        codelist_link: Option<Iri> = "codelistLink",
        /// Holder of the copyright (ADELA).
        copyright: Text = "copyright",
        /// What a CKAN resource held beyond this model.
        ckan: Option<Value> = "ckan",
    }
}

impl Distribution {
    /// The address people are sent to for the data: the download, else the access page.
    pub fn url(&self) -> Option<&Iri> {
        self.download_url.as_ref().or(self.access_url.as_ref())
    }

    /// What the distribution is known by across revisions: its identifier, else its address.
    pub fn match_key(&self) -> Option<&str> {
        self.identifier.as_deref().or_else(|| self.url().map(Iri::as_str))
    }
}

//! The documents around datasets: catalog, data service, dataset series.

use serde_json::Value;

use super::{
    Agent, Attribution, Concept, ContactPoint, Identifier, Iri, LegalResource, Location, PeriodOfTime,
    Reference, document::document,
};
use crate::{
    date::Date,
    language::{Keywords, Text},
};

document! {
    /// A catalog (`dcat:Catalog`): the description of a list of records, without the records.
    Catalog {
        /// The catalog's IRI.
        iri: Option<Iri> = "@id",
        /// `dct:identifier`.
        identifier: Option<String> = "identifier",
        /// `adms:identifier`.
        other_identifier: Vec<Identifier> = "otherIdentifier",
        /// `dct:title`.
        title: Text = "title",
        /// `dct:description`.
        description: Text = "description",
        /// `dct:publisher`.
        publisher: Option<Agent> = "publisher",
        /// `dct:creator`.
        creator: Vec<Agent> = "creator",
        /// `dct:rightsHolder`.
        rights_holder: Vec<Agent> = "rightsHolder",
        /// `prov:qualifiedAttribution`.
        qualified_attribution: Vec<Attribution> = "qualifiedAttribution",
        /// `dcat:contactPoint`.
        contact_point: Vec<ContactPoint> = "contactPoint",
        /// `foaf:homepage`.
        homepage: Option<Iri> = "homepage",
        /// `dct:issued`.
        issued: Option<Date> = "issued",
        /// `dct:modified`.
        modified: Option<Date> = "modified",
        /// `dct:language`.
        language: Vec<Concept> = "language",
        /// `dct:license`.
        license: Option<Concept> = "license",
        /// `dct:rights`.
        rights: Text = "rights",
        /// `dct:accessRights`.
        access_rights: Option<Concept> = "accessRights",
        /// `dct:spatial`.
        spatial: Vec<Location> = "spatial",
        /// `dct:temporal`.
        temporal: Vec<PeriodOfTime> = "temporal",
        /// `dcat:keyword`.
        keyword: Keywords = "keyword",
        /// `dcat:theme`.
        theme: Vec<Concept> = "theme",
        /// `dct:subject`.
        subject: Vec<Concept> = "subject",
        /// `dct:type`.
        category: Vec<Concept> = "category",
        /// `dcat:themeTaxonomy`: IRIs, or the list itself (Argentine profile).
        theme_taxonomy: Option<Value> = "themeTaxonomy",
        /// The taxonomy that all portals share (Argentine profile).
        super_theme_taxonomy: Option<String> = "superThemeTaxonomy",
        /// `dct:conformsTo`.
        conforms_to: Vec<Reference> = "conformsTo",
        /// `wdrs:describedBy` (DCAT-US 1.1).
        described_by: Option<Reference> = "describedBy",
        /// `dcatap:applicableLegislation`.
        applicable_legislation: Vec<LegalResource> = "applicableLegislation",
        /// `dct:hasPart`.
        has_part: Vec<Reference> = "hasPart",
        /// `dcat:catalog`: catalogs listed in this one.
        catalog: Vec<Reference> = "catalog",
        /// `dcat:version`, or the version of the profile (Argentine profile).
        version: Option<String> = "version",
    }
}

document! {
    /// A data service (`dcat:DataService`): an API that gives access to datasets.
    DataService {
        /// The service's IRI.
        iri: Option<Iri> = "@id",
        /// `dct:identifier`.
        identifier: Option<String> = "identifier",
        /// `adms:identifier`.
        other_identifier: Vec<Identifier> = "otherIdentifier",
        /// `dct:title`.
        title: Text = "title",
        /// `dct:description`.
        description: Text = "description",
        /// `dcat:endpointURL`.
        endpoint_url: Vec<Iri> = "endpointURL",
        /// `dcat:endpointDescription`.
        endpoint_description: Vec<Reference> = "endpointDescription",
        /// `dcat:servesDataset`.
        serves_dataset: Vec<Reference> = "servesDataset",
        /// `dcat:keyword`.
        keyword: Keywords = "keyword",
        /// `dcat:theme`.
        theme: Vec<Concept> = "theme",
        /// `dct:type`.
        category: Vec<Concept> = "category",
        /// `dct:publisher`.
        publisher: Option<Agent> = "publisher",
        /// `dct:creator`.
        creator: Vec<Agent> = "creator",
        /// `dct:rightsHolder`.
        rights_holder: Vec<Agent> = "rightsHolder",
        /// `prov:qualifiedAttribution`.
        qualified_attribution: Vec<Attribution> = "qualifiedAttribution",
        /// `dcat:contactPoint`.
        contact_point: Vec<ContactPoint> = "contactPoint",
        /// `dct:created`.
        created: Option<Date> = "created",
        /// `dct:issued`.
        issued: Option<Date> = "issued",
        /// `dct:modified`.
        modified: Option<Date> = "modified",
        /// `dct:language`.
        language: Vec<Concept> = "language",
        /// `dct:license`.
        license: Option<Concept> = "license",
        /// `dct:rights`.
        rights: Text = "rights",
        /// `dct:accessRights`.
        access_rights: Option<Concept> = "accessRights",
        /// `dct:spatial`.
        spatial: Vec<Location> = "spatial",
        /// `dcat:spatialResolutionInMeters`, decimal text.
        spatial_resolution: Option<String> = "spatialResolutionInMeters",
        /// `dct:temporal`.
        temporal: Vec<PeriodOfTime> = "temporal",
        /// `dcat:temporalResolution`, an `xsd:duration`.
        temporal_resolution: Option<String> = "temporalResolution",
        /// `dct:format`.
        format: Vec<Concept> = "format",
        /// `dcat:landingPage`.
        landing_page: Option<Iri> = "landingPage",
        /// `foaf:page`.
        page: Vec<Reference> = "page",
        /// `dct:conformsTo`.
        conforms_to: Vec<Reference> = "conformsTo",
        /// `dcatap:applicableLegislation`.
        applicable_legislation: Vec<LegalResource> = "applicableLegislation",
        /// `dcatap:hvdCategory`.
        hvd_category: Vec<Concept> = "hvdCategory",
        /// `dqv:hasQualityMeasurement`.
        has_quality_measurement: Option<Value> = "hasQualityMeasurement",
        /// `prov:wasUsedBy`.
        was_used_by: Option<Value> = "wasUsedBy",
    }
}

document! {
    /// A dataset series (`dcat:DatasetSeries`): datasets published one after another.
    DatasetSeries {
        /// The series' IRI.
        iri: Option<Iri> = "@id",
        /// `dct:identifier`.
        identifier: Option<String> = "identifier",
        /// `dct:title`.
        title: Text = "title",
        /// `dct:description`.
        description: Text = "description",
        /// `dct:publisher`.
        publisher: Option<Agent> = "publisher",
        /// `dcat:contactPoint`.
        contact_point: Vec<ContactPoint> = "contactPoint",
        /// `dcat:keyword`.
        keyword: Keywords = "keyword",
        /// `dcat:theme`.
        theme: Vec<Concept> = "theme",
        /// `dct:accrualPeriodicity`.
        accrual_periodicity: Option<Concept> = "accrualPeriodicity",
        /// `dct:issued`.
        issued: Option<Date> = "issued",
        /// `dct:modified`.
        modified: Option<Date> = "modified",
        /// `dct:spatial`.
        spatial: Vec<Location> = "spatial",
        /// `dct:temporal`.
        temporal: Vec<PeriodOfTime> = "temporal",
        /// `dcatap:applicableLegislation`.
        applicable_legislation: Vec<LegalResource> = "applicableLegislation",
        /// `dcat:seriesMember`.
        series_member: Vec<Reference> = "seriesMember",
        /// `dcat:first`.
        first: Option<Reference> = "first",
        /// `dcat:last`.
        last: Option<Reference> = "last",
    }
}

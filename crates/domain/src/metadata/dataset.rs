//! The dataset document.

use serde_json::{Map, Value};

use super::{
    Activity, Agent, Attribution, BoundingBox, Concept, ContactPoint, Distribution, Document, Identifier,
    Iri, LegalResource, Location, Notes, PeriodOfTime, Reference, Relationship, document::document,
};
use crate::{
    date::Date,
    finding::{Bilingual, Finding, Severity},
    language::{Keywords, Text},
};

document! {
    /// A dataset: `dcat:Dataset` with what DCAT-AP, DCAT-US and ADELA add.
    Dataset {
        /// The publisher's own IRI for the dataset.
        iri: Option<Iri> = "@id",
        /// `dct:identifier`: with the source it is the record's identity.
        identifier: Option<String> = "identifier",
        /// `adms:identifier`.
        other_identifier: Vec<Identifier> = "otherIdentifier",
        /// `dct:title`.
        title: Text = "title",
        /// `dct:alternative`.
        alternative: Text = "alternative",
        /// `dct:description`, Markdown allowed.
        description: Text = "description",
        /// `dcat:keyword`.
        keyword: Keywords = "keyword",
        /// `dcat:theme`.
        theme: Vec<Concept> = "theme",
        /// Theme in the taxonomy that all portals share (Argentine profile; codes of the EU list).
        super_theme: Vec<Concept> = "superTheme",
        /// `dct:subject`.
        subject: Vec<Concept> = "subject",
        /// `dct:type`: kind of dataset.
        category: Vec<Concept> = "category",
        /// `dct:publisher`.
        publisher: Option<Agent> = "publisher",
        /// `dct:creator`.
        creator: Vec<Agent> = "creator",
        /// `dct:contributor`.
        contributor: Vec<Agent> = "contributor",
        /// `dct:rightsHolder`.
        rights_holder: Vec<Agent> = "rightsHolder",
        /// `prov:qualifiedAttribution`.
        qualified_attribution: Vec<Attribution> = "qualifiedAttribution",
        /// `prov:wasAttributedTo`.
        was_attributed_to: Vec<Agent> = "wasAttributedTo",
        /// `dcat:contactPoint`.
        contact_point: Vec<ContactPoint> = "contactPoint",
        /// `dct:issued`.
        issued: Option<Date> = "issued",
        /// `dct:modified`.
        modified: Option<Date> = "modified",
        /// `dct:created`.
        created: Option<Date> = "created",
        /// `dct:accrualPeriodicity`.
        accrual_periodicity: Option<Concept> = "accrualPeriodicity",
        /// `dct:language`.
        language: Vec<Concept> = "language",
        /// `dct:spatial`.
        spatial: Vec<Location> = "spatial",
        /// `dcat:spatialResolutionInMeters`, decimal text.
        spatial_resolution: Option<String> = "spatialResolutionInMeters",
        /// `dct:temporal`.
        temporal: Vec<PeriodOfTime> = "temporal",
        /// `dcat:temporalResolution`, an `xsd:duration`.
        temporal_resolution: Option<String> = "temporalResolution",
        /// `dct:license` on the dataset (DCAT-US 1.1); DCAT has it on distributions.
        license: Option<Concept> = "license",
        /// `dct:rights`.
        rights: Text = "rights",
        /// `dct:accessRights`.
        access_rights: Option<Concept> = "accessRights",
        /// `accessLevel` of DCAT-US 1.1.
        access_level: Option<String> = "accessLevel",
        /// `dcatap:applicableLegislation`: the legal basis.
        applicable_legislation: Vec<LegalResource> = "applicableLegislation",
        /// `dcatap:hvdCategory`.
        hvd_category: Vec<Concept> = "hvdCategory",
        /// `dcat:landingPage`.
        landing_page: Option<Iri> = "landingPage",
        /// `foaf:page`: documentation.
        page: Vec<Reference> = "page",
        /// `dct:references`, further documentation (DCAT-US 1.1).
        references: Vec<Reference> = "references",
        /// `wdrs:describedBy`: the data dictionary.
        described_by: Option<Reference> = "describedBy",
        /// Media type of `describedBy` (DCAT-US 1.1).
        described_by_type: Option<String> = "describedByType",
        /// `dct:conformsTo`.
        conforms_to: Vec<Reference> = "conformsTo",
        /// `dct:provenance`.
        provenance: Vec<Reference> = "provenance",
        /// `dct:source`.
        source: Vec<Reference> = "source",
        /// `dct:relation`.
        relation: Vec<Reference> = "relation",
        /// `dcat:qualifiedRelation`.
        qualified_relation: Vec<Relationship> = "qualifiedRelation",
        /// `dct:isReferencedBy`.
        is_referenced_by: Vec<Reference> = "isReferencedBy",
        /// `dct:hasPart`.
        has_part: Vec<Reference> = "hasPart",
        /// `dct:isPartOf`: the parent dataset (DCAT-US 1.1).
        is_part_of: Vec<Reference> = "isPartOf",
        /// `dct:replaces`.
        replaces: Vec<Reference> = "replaces",
        /// `dct:isReplacedBy`.
        is_replaced_by: Vec<Reference> = "isReplacedBy",
        /// `dcat:inSeries`.
        in_series: Vec<Reference> = "inSeries",
        /// `dcat:first` of the series.
        first: Option<Reference> = "first",
        /// `dcat:last` of the series.
        last: Option<Reference> = "last",
        /// `dcat:prev` in the series.
        prev: Option<Reference> = "prev",
        /// `dcat:next` in the series.
        next: Option<Reference> = "next",
        /// `dcat:version` of the data.
        version: Option<String> = "version",
        /// `adms:versionNotes`.
        version_notes: Text = "versionNotes",
        /// `dcat:hasVersion`.
        has_version: Vec<Reference> = "hasVersion",
        /// `dcat:isVersionOf`.
        is_version_of: Vec<Reference> = "isVersionOf",
        /// `dcat:previousVersion`.
        previous_version: Option<Reference> = "previousVersion",
        /// `dcat:hasCurrentVersion`.
        has_current_version: Option<Reference> = "hasCurrentVersion",
        /// `adms:status`.
        status: Option<Concept> = "status",
        /// `adms:sample`.
        sample: Vec<Reference> = "sample",
        /// `prov:wasGeneratedBy`.
        was_generated_by: Vec<Activity> = "wasGeneratedBy",
        /// `prov:wasUsedBy`.
        was_used_by: Vec<Activity> = "wasUsedBy",
        /// `dqv:hasQualityMeasurement`.
        has_quality_measurement: Option<Value> = "hasQualityMeasurement",
        /// `dcat-us:supportedSchema`.
        supported_schema: Option<Value> = "supportedSchema",
        /// `dcat-us:metadataDistribution`.
        metadata_distribution: Option<Value> = "metadataDistribution",
        /// `dcat-us:liabilityStatement`.
        liability_statement: Text = "liabilityStatement",
        /// `dcat-us:purpose`.
        purpose: Text = "purpose",
        /// `skos:scopeNote`.
        scope_note: Text = "scopeNote",
        /// `foaf:depiction`.
        image: Option<Iri> = "image",
        /// `bureauCode` (DCAT-US 1.1).
        bureau_code: Vec<String> = "bureauCode",
        /// `programCode` (DCAT-US 1.1).
        program_code: Vec<String> = "programCode",
        /// `primaryITInvestmentUII` (DCAT-US 1.1).
        primary_it_investment: Option<String> = "primaryITInvestmentUII",
        /// `systemOfRecords` (DCAT-US 1.1).
        system_of_records: Option<String> = "systemOfRecords",
        /// `dataQuality` (DCAT-US 1.1).
        data_quality: Option<bool> = "dataQuality",
        /// Level of government (ADELA): federal, state, municipal, autonomous.
        gov_type: Option<Concept> = "govType",
        /// Stars of openness, 1 to 5; the spelling is ADELA's.
        openness_rating: Option<u64> = "openessRating",
        /// Remarks (ADELA).
        comments: Text = "comments",
        /// Whether the data may be published (ADELA).
        public: Option<bool> = "public",
        /// Planned or actual day of publication (ADELA).
        publish_date: Option<Date> = "publishDate",
        /// Address of the quality process (ADELA).
        quality: Option<Reference> = "quality",
        /// The data dictionary (LGTAIP profile).
        data_dictionary: Option<Reference> = "dataDictionary",
        /// Whether the record claims the ten characteristics of open data (LGTAIP 2025, art. 3-VIII).
        is_open_data: Option<bool> = "isOpenData",
        /// Free of charge (art. 3-VIII-c).
        is_accessible_for_free: Option<bool> = "isAccessibleForFree",
        /// Whether a person must register first (art. 3-VIII-d).
        requires_registration: Option<bool> = "requiresRegistration",
        /// Level of disaggregation (art. 3-VIII-g).
        granularity: Text = "granularity",
        /// Entries of determined catalogs that this dataset fulfils.
        catalog_entry_ids: Vec<String> = "catalogEntryIds",
        /// What a CKAN package held beyond this model.
        ckan: Option<Value> = "ckan",
        /// `dcat:distribution`.
        distribution: Vec<Distribution> = "distribution",
    }
}

/// Names that the server owns: at the top level of a document they are ignored and never stored.
pub const SERVER_OWNED: &[&str] = &[
    "id",
    "slug",
    "kind",
    "revision",
    "visibility",
    "role",
    "state",
    "owner",
    "subject_id",
    "source_id",
    "catalog_id",
    "organization_id",
    "determined_at",
    "verified",
    "created_at",
    "created_seq",
    "updated_at",
    "seq",
    "hash",
    "etag",
    "url",
    "iri",
    "reason",
];

/// Why a document is no dataset at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotADataset {
    /// The document is not a JSON object.
    #[error("the record is not a JSON object")]
    NotAnObject,
    /// A member that the record hangs on cannot be read.
    #[error("the member {0:?} cannot be read")]
    Unreadable(&'static str),
    /// Neither a title nor an identifier.
    #[error("the record has neither a title nor an identifier")]
    Nameless,
}

impl Dataset {
    /// Reads a document in the shape of `schemas/core`, with what was changed or ignored on the way.
    pub fn from_document(document: Value) -> Result<(Self, Vec<Finding>), NotADataset> {
        let Value::Object(mut object) = document else { return Err(NotADataset::NotAnObject) };
        let mut notes = Notes::default();
        let mut findings = refuse_server_owned(&mut object);
        findings.extend(refuse_file_ids(&mut object));
        let dataset = Self::from_object(object, &mut notes);
        for pillar in ["title", "identifier", "distribution"] {
            if dataset.additional.contains_key(pillar) {
                return Err(NotADataset::Unreadable(pillar));
            }
        }
        if dataset.title.is_empty() && dataset.identifier.as_deref().is_none_or(|id| id.trim().is_empty()) {
            return Err(NotADataset::Nameless);
        }
        findings.extend(notes.into_findings());
        Ok((dataset, findings))
    }

    /// The document in the shape of `schemas/core`.
    pub fn to_document(&self) -> Value {
        Value::Object(self.to_object())
    }

    /// The title for a reader, or the identifier where there is no title.
    pub fn display_title(&self, languages: &[&str]) -> &str {
        let title = self.title.pick(languages).map(|(_, text)| text);
        title.or(self.identifier.as_deref()).unwrap_or_default()
    }

    /// The single language that the record declares, as a tag for untagged text.
    pub fn declared_language(&self) -> Option<&str> {
        match self.language.as_slice() {
            [only] => only.code(),
            _ => None,
        }
    }

    /// The box around the first place that has one.
    pub fn bounding_box(&self) -> Option<BoundingBox> {
        self.spatial.iter().find_map(Location::bounding_box)
    }
}

/// Takes the ids of distributions out of a document from outside: the server gives them.
fn refuse_file_ids(object: &mut Map<String, Value>) -> Vec<Finding> {
    let Some(Value::Array(files)) = object.get_mut("distribution") else { return Vec::new() };
    let files = files.iter_mut().enumerate().filter_map(|(index, file)| Some((index, file.as_object_mut()?)));
    files
        .filter_map(|(index, file)| {
            file.remove("id").map(|_| server_owned("id", format!("/distribution/{index}/id")))
        })
        .collect()
}

fn server_owned(name: &str, pointer: String) -> Finding {
    Finding::new(
        Severity::Warning,
        "W-GEN-SERVER-OWNED",
        pointer,
        Bilingual::new(
            format!("«{name}» lo asigna el servidor; se ignoró"),
            format!("\"{name}\" is set by the server; it was ignored"),
        ),
    )
}

/// Takes the names that the server owns out of a document from outside.
pub(crate) fn refuse_server_owned(object: &mut Map<String, Value>) -> Vec<Finding> {
    SERVER_OWNED
        .iter()
        .filter(|name| object.remove(**name).is_some())
        .map(|name| server_owned(name, format!("/{name}")))
        .collect()
}

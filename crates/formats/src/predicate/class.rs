//! Classes of what stands at the end of a property.

pub(super) const SKOS_CONCEPT: &str = "http://www.w3.org/2004/02/skos/core#Concept";
pub(super) const RIGHTS: &str = "http://purl.org/dc/terms/RightsStatement";
pub(super) const STANDARD: &str = "http://purl.org/dc/terms/Standard";
pub(super) const DOCUMENT: &str = "http://xmlns.com/foaf/0.1/Document";
pub(super) const RESOURCE: &str = "http://www.w3.org/2000/01/rdf-schema#Resource";
pub(super) const SYSTEM: &str = "http://purl.org/dc/terms/LinguisticSystem";
pub(super) const LICENCE: &str = "http://purl.org/dc/terms/LicenseDocument";
pub(super) const MEDIA: &str = "http://purl.org/dc/terms/MediaType";
pub(super) const EXTENT: &str = "http://purl.org/dc/terms/MediaTypeOrExtent";
pub(super) const FREQUENCY: &str = "http://purl.org/dc/terms/Frequency";
pub(super) const PROVENANCE: &str = "http://purl.org/dc/terms/ProvenanceStatement";

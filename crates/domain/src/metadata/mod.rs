//! The metadata documents: dataset, distribution, catalog, data service, dataset series, organization.
//!
//! One model holds every property of DCAT-AP 3.0.1, DCAT-US 1.1 and 3, and the fields of ADELA, under
//! DCAT's local names. A document is read member by member: a value that fits its type becomes a typed
//! field; one that does not fit stays in `additional` under its own name, as does every member the model
//! does not know, so that nothing is lost between import and export. What is wrong with such a value is
//! for `validation` to say; reading only reports what it changed.

mod catalog;
mod dataset;
mod distribution;
mod document;
mod member;
mod node;
mod notes;
mod organization;
mod value;

pub use catalog::{Catalog, DataService, DatasetSeries};
pub(crate) use dataset::refuse_server_owned;
pub use dataset::{Dataset, NotADataset, SERVER_OWNED};
pub use distribution::Distribution;
pub use document::Document;
pub use member::Member;
pub use node::{
    Activity, Address, Agent, Attribution, Checksum, Column, Concept, ContactPoint, Identifier,
    LegalResource, Location, PeriodOfTime, Reference, Relationship, Restriction,
};
pub use notes::Notes;
pub use organization::Organization;
pub use value::{BoundingBox, Email, InvalidIri, Iri};

//! The document of a record as typed fields.

use serde_json::Value;

use super::{Described, Kind};
use crate::{
    canonical::{self, Digest},
    finding::Finding,
    language::Text,
    metadata::{
        Agent, Catalog, DataService, Dataset, DatasetSeries, Document as _, NotADataset, Notes, Organization,
    },
};

/// The document of a record, by kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Metadata {
    /// A dataset.
    Dataset(Box<Dataset>),
    /// A catalog.
    Catalog(Box<Catalog>),
    /// An organization.
    Organization(Box<Organization>),
    /// A data service.
    DataService(Box<DataService>),
    /// A dataset series.
    DatasetSeries(Box<DatasetSeries>),
}

impl Metadata {
    /// Reads a document of the kind, with what was changed or ignored on the way.
    pub fn from_document(kind: Kind, document: Value) -> Result<(Self, Vec<Finding>), NotADataset> {
        if kind == Kind::Dataset {
            return Dataset::from_document(document).map(|(dataset, findings)| (dataset.into(), findings));
        }
        let Value::Object(mut object) = document else { return Err(NotADataset::NotAnObject) };
        let mut findings = crate::metadata::refuse_server_owned(&mut object);
        let mut notes = Notes::default();
        let metadata = match kind {
            Kind::Dataset | Kind::Catalog => {
                Self::Catalog(Box::new(Catalog::from_object(object, &mut notes)))
            }
            Kind::Organization => Self::Organization(Box::new(Organization::from_object(object, &mut notes))),
            Kind::DataService => Self::DataService(Box::new(DataService::from_object(object, &mut notes))),
            Kind::DatasetSeries => {
                Self::DatasetSeries(Box::new(DatasetSeries::from_object(object, &mut notes)))
            }
        };
        if metadata.title().is_empty() && metadata.identifier().is_none() {
            return Err(NotADataset::Nameless);
        }
        findings.extend(notes.into_findings());
        Ok((metadata, findings))
    }

    /// The document as JSON, in the shape of `schemas/core`.
    pub fn to_document(&self) -> Value {
        Value::Object(match self {
            Self::Dataset(document) => document.to_object(),
            Self::Catalog(document) => document.to_object(),
            Self::Organization(document) => document.to_object(),
            Self::DataService(document) => document.to_object(),
            Self::DatasetSeries(document) => document.to_object(),
        })
    }

    /// The SHA-256 of the document's RFC 8785 form.
    pub fn digest(&self) -> Digest {
        canonical::digest(&self.to_document())
    }

    /// The kind of record that the document describes.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Dataset(_) => Kind::Dataset,
            Self::Catalog(_) => Kind::Catalog,
            Self::Organization(_) => Kind::Organization,
            Self::DataService(_) => Kind::DataService,
            Self::DatasetSeries(_) => Kind::DatasetSeries,
        }
    }

    /// The title (the name, for an organization).
    pub fn title(&self) -> &Text {
        match self {
            Self::Dataset(document) => &document.title,
            Self::Catalog(document) => &document.title,
            Self::Organization(document) => &document.name,
            Self::DataService(document) => &document.title,
            Self::DatasetSeries(document) => &document.title,
        }
    }

    /// The description.
    pub fn description(&self) -> &Text {
        match self {
            Self::Dataset(document) => &document.description,
            Self::Catalog(document) => &document.description,
            Self::Organization(document) => &document.description,
            Self::DataService(document) => &document.description,
            Self::DatasetSeries(document) => &document.description,
        }
    }

    /// The identifier that the source gave.
    pub fn identifier(&self) -> Option<&str> {
        match self {
            Self::Dataset(document) => document.identifier.as_deref(),
            Self::Catalog(document) => document.identifier.as_deref(),
            Self::Organization(document) => document.identifier.as_deref(),
            Self::DataService(document) => document.identifier.as_deref(),
            Self::DatasetSeries(document) => document.identifier.as_deref(),
        }
    }

    /// Sets the identifier, where the source gave none.
    pub fn set_identifier(&mut self, identifier: String) {
        *match self {
            Self::Dataset(document) => &mut document.identifier,
            Self::Catalog(document) => &mut document.identifier,
            Self::Organization(document) => &mut document.identifier,
            Self::DataService(document) => &mut document.identifier,
            Self::DatasetSeries(document) => &mut document.identifier,
        } = Some(identifier);
    }

    /// The publisher in the document.
    pub fn publisher(&self) -> Option<&Agent> {
        match self {
            Self::Dataset(document) => document.publisher.as_ref(),
            Self::Catalog(document) => document.publisher.as_ref(),
            Self::Organization(_) => None,
            Self::DataService(document) => document.publisher.as_ref(),
            Self::DatasetSeries(document) => document.publisher.as_ref(),
        }
    }

    /// The dataset, if it is one.
    pub fn as_dataset(&self) -> Option<&Dataset> {
        match self {
            Self::Dataset(dataset) => Some(dataset),
            _ => None,
        }
    }
}

impl From<Dataset> for Metadata {
    fn from(dataset: Dataset) -> Self {
        Self::Dataset(Box::new(dataset))
    }
}

impl Described for Metadata {
    fn kind(&self) -> Kind {
        self.kind()
    }
}

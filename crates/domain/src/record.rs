//! Records: metadata documents with an identity, a place in the catalog and a visibility.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    canonical::{self, Digest},
    change::{Seq, UnknownWord},
    finding::Finding,
    id::{DistributionId, RecordId, SourceId},
    language::Text,
    metadata::{
        Agent, Catalog, DataService, Dataset, DatasetSeries, Document as _, NotADataset, Notes, Organization,
    },
    slug::Slug,
    time::Timestamp,
};

/// The kinds of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// `dcat:Dataset`.
    Dataset,
    /// `dcat:Catalog`.
    Catalog,
    /// An organization.
    Organization,
    /// `dcat:DataService`.
    DataService,
    /// `dcat:DatasetSeries`.
    DatasetSeries,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Dataset, Self::Catalog, Self::Organization, Self::DataService, Self::DatasetSeries];

    /// The word used in JSON, in the store and in permanent IRIs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dataset => "dataset",
            Self::Catalog => "catalog",
            Self::Organization => "organization",
            Self::DataService => "data_service",
            Self::DatasetSeries => "dataset_series",
        }
    }

    /// The segment of API paths: `/api/v1/{collection}`.
    pub const fn collection(self) -> &'static str {
        match self {
            Self::Dataset => "datasets",
            Self::Catalog => "catalogs",
            Self::Organization => "organizations",
            Self::DataService => "data-services",
            Self::DatasetSeries => "series",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or_else(|| UnknownWord { list: "kind", word: word.to_owned() })
    }
}

/// Whether and why a record is shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Visibility {
    /// Being written.
    Draft,
    /// Waiting for a decision, for example about personal data.
    Held {
        /// What it waits for.
        reason: String,
    },
    /// Shown to everyone.
    Published,
    /// Taken down by a person; it can return.
    Withdrawn {
        /// Why.
        reason: String,
    },
    /// Gone from its source, or deleted; only its own source brings it back.
    Deleted {
        /// Why.
        reason: String,
    },
}

impl Visibility {
    /// The word for the state.
    pub const fn state(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Held { .. } => "held",
            Self::Published => "published",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Deleted { .. } => "deleted",
        }
    }

    /// The reason, where the state has one.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Held { reason } | Self::Withdrawn { reason } | Self::Deleted { reason } => Some(reason),
            Self::Draft | Self::Published => None,
        }
    }

    /// Puts state and reason together again.
    pub fn from_parts(state: &str, reason: Option<String>) -> Result<Self, UnknownWord> {
        let reason = reason.unwrap_or_default();
        match state {
            "draft" => Ok(Self::Draft),
            "held" => Ok(Self::Held { reason }),
            "published" => Ok(Self::Published),
            "withdrawn" => Ok(Self::Withdrawn { reason }),
            "deleted" => Ok(Self::Deleted { reason }),
            _ => Err(UnknownWord { list: "visibility", word: state.to_owned() }),
        }
    }

    /// Whether everyone may see the record.
    pub fn is_public(&self) -> bool {
        *self == Self::Published
    }

    /// Whether a tombstone stands in the record's place.
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Withdrawn { .. } | Self::Deleted { .. })
    }
}

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

/// A record as the store keeps it, in its current revision.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The permanent id.
    pub id: RecordId,
    /// The name in page addresses.
    pub slug: Slug,
    /// Where it comes from.
    pub source_id: SourceId,
    /// Its identifier at that source; unique per source and kind.
    pub identifier: String,
    /// The catalog it is at home in.
    pub catalog_id: Option<RecordId>,
    /// The organization that answers for it.
    pub organization_id: Option<RecordId>,
    /// Whether and why it is shown.
    pub visibility: Visibility,
    /// Whether everyone could see it at some time: then its end is a public tombstone.
    pub was_published: bool,
    /// The change that created it: the creation order.
    pub created_seq: Seq,
    /// The number of the current revision, from 1.
    pub revision: u32,
    /// When it was created here.
    pub created: Timestamp,
    /// When its document or visibility last changed here.
    pub updated: Timestamp,
    /// The hash of the document.
    pub hash: Digest,
    /// The document, distributions included.
    pub metadata: Metadata,
    /// The ids of the document's distributions, in their order; empty for other kinds.
    pub distribution_ids: Vec<DistributionId>,
}

impl Record {
    /// The kind of record.
    pub fn kind(&self) -> Kind {
        self.metadata.kind()
    }
}

/// One revision of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    /// Its number, from 1.
    pub number: u32,
    /// From when it held.
    pub valid_from: Timestamp,
    /// Until when it held; nothing while it is current.
    pub valid_to: Option<Timestamp>,
    /// Who made it.
    pub actor: String,
    /// The hash of its document.
    pub hash: Digest,
    /// Its document.
    pub document: Value,
    /// Where the bytes it was made from stand.
    pub raw: Option<RawSpan>,
}

/// A stretch of a raw original: the bytes that one record was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawSpan {
    /// The digest of the whole original, under which its bytes are kept.
    pub digest: Digest,
    /// The original's character encoding, as the Encoding Standard names it.
    pub encoding: String,
    /// Where the record begins, in bytes of the original decoded to UTF-8.
    pub offset: u64,
    /// How long it is, in bytes of UTF-8.
    pub length: u64,
}

/// A place that records come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The permanent id.
    pub id: SourceId,
    /// How it is read: `file`, `api`, and the kinds of harvest source.
    pub kind: String,
    /// The name that identities hang on; unique.
    pub name: String,
    /// The catalog that describes it.
    pub catalog_id: Option<RecordId>,
    /// The organization that its records belong to when they name no publisher.
    pub organization_id: Option<RecordId>,
    /// When the last fetch that was applied was made: older ones are refused.
    pub last_fetched: Option<Timestamp>,
}

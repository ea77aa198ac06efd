//! Records: metadata documents with an identity, a place in the catalog and a visibility.

mod kind;
mod metadata;
mod revision;
mod sealed;
mod source;
mod stored;
mod visibility;

pub use kind::Kind;
pub use metadata::Metadata;
pub use revision::{RawSpan, Revision};
pub use sealed::{Sealed, SealedDistribution};
pub use source::Source;
pub use stored::{NotADocument, Stored, Unreadable};
pub use visibility::Visibility;

use crate::{
    canonical::Digest,
    change::Seq,
    id::{DistributionId, RecordId, SourceId},
    slug::Slug,
    time::Timestamp,
};

/// A record as the store keeps it, in its current revision: with its document read ([`Metadata`]), or as it is
/// stored ([`Stored`]).
#[derive(Debug, Clone, PartialEq)]
pub struct Record<M = Metadata> {
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
    pub metadata: M,
    /// The ids of the document's distributions, in their order; empty for other kinds.
    pub distribution_ids: Vec<DistributionId>,
}

/// A document in one of the forms that a record can have it in.
pub trait Described {
    /// The kind of record that the document describes.
    fn kind(&self) -> Kind;
}

impl<M: Described> Record<M> {
    /// The kind of record.
    pub fn kind(&self) -> Kind {
        self.metadata.kind()
    }
}

impl<M> Record<M> {
    /// The same record with its document in another form.
    fn with<N>(self, metadata: N) -> Record<N> {
        Record {
            id: self.id,
            slug: self.slug,
            source_id: self.source_id,
            identifier: self.identifier,
            catalog_id: self.catalog_id,
            organization_id: self.organization_id,
            visibility: self.visibility,
            was_published: self.was_published,
            created_seq: self.created_seq,
            revision: self.revision,
            created: self.created,
            updated: self.updated,
            hash: self.hash,
            metadata,
            distribution_ids: self.distribution_ids,
        }
    }
}

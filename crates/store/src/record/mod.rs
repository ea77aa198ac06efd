//! Records: one table for every kind (ADR 0001), composed with their distributions on read.

mod list;
mod next;
mod read;
mod row;
mod single;
mod visible;
mod write;

pub use list::{ListFilter, Walk};
pub use write::{RecordWrite, Written};

use sea_orm::DeriveIden;

pub use read::Current;
pub use row::Extent;
pub(crate) use single::Single;
pub(crate) use visible::{Shelf, found, listed, listed_on, remembered, stretches};

/// The table and its columns.
#[derive(Debug, Clone, Copy, DeriveIden)]
pub(crate) enum Records {
    Table,
    Id,
    Kind,
    Slug,
    SourceId,
    Identifier,
    Identity,
    CatalogId,
    OrganizationId,
    Visibility,
    VisibilityReason,
    WasPublished,
    CreatedSeq,
    Revision,
    Created,
    Updated,
    Hash,
    Document,
}

impl Records {
    /// Every column, in the order in which rows are written.
    const WRITTEN: [Self; 17] = [
        Self::Id,
        Self::Kind,
        Self::Slug,
        Self::SourceId,
        Self::Identifier,
        Self::Identity,
        Self::CatalogId,
        Self::OrganizationId,
        Self::Visibility,
        Self::VisibilityReason,
        Self::WasPublished,
        Self::CreatedSeq,
        Self::Revision,
        Self::Created,
        Self::Updated,
        Self::Hash,
        Self::Document,
    ];

    /// The columns that readers need, in the order in which rows are read.
    const COLUMNS: [Self; 16] = [
        Self::Id,
        Self::Kind,
        Self::Slug,
        Self::SourceId,
        Self::Identifier,
        Self::CatalogId,
        Self::OrganizationId,
        Self::Visibility,
        Self::VisibilityReason,
        Self::WasPublished,
        Self::CreatedSeq,
        Self::Revision,
        Self::Created,
        Self::Updated,
        Self::Hash,
        Self::Document,
    ];
}

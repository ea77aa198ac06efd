//! What goes into the index.

use vitrina_domain::record::Record;

/// A record with the names that the index must know of its neighbours.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The record.
    pub record: &'a Record,
    /// Slug and name of its organization.
    pub organization: Option<(&'a str, &'a str)>,
    /// Slug of its home catalog.
    pub catalog: Option<&'a str>,
    /// Name of its source.
    pub source: &'a str,
}

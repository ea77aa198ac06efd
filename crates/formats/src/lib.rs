//! Bytes to documents and back: the only place that knows `data.json`, CKAN, CSV and RDF shapes.
//!
//! No I/O of its own: readers are handed in, bytes are handed back.
//!
//! - [`read`] recognises a document from its bytes, tells what stands around its records, and hands the
//!   records over one by one. Reading never stores and never refuses odd values: it reports them.
//! - [`mod@write`] turns records into a representation, record by record, in constant memory.
//! - [`FileType`] tells what a data file is, whatever its sender calls it.
//! - To add a metadata property: one row in `predicate`, the table of properties and their RDF.
//! - To add a format to write: one file in `write`, one variant of [`Format`].
#![warn(missing_docs)]

pub mod read;
pub mod write;

mod file_type;
mod format;
mod full;
mod predicate;
mod signature;

pub use file_type::{FileType, InvalidFileType, SNIFFED};
pub use format::Format;
pub use signature::signature;

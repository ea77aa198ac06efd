//! Persistence in domain types: records, revisions, the change log, imports, tokens, files.
//!
//! One code base for `SQLite` and `PostgreSQL`. Nothing outside this crate and `migrations` knows the ORM.
//!
//! - Every read of records starts from a [`Scope`](vitrina_domain::scope::Scope).
//! - Every write goes through [`Store::begin`]: `BEGIN IMMEDIATE` on `SQLite`, and on `PostgreSQL` an advisory lock
//!   before a record is read or the change log is appended to. So the order of change positions is the order
//!   of commits, no reader can skip a change, and no writer loses another's (ADR 0002).
//! - A module is a noun and holds its table, its reads on [`Store`] and its writes on [`Tx`]. A new table is a
//!   migration, a module here, and a test that runs on both databases.
//! - Text in plain columns has U+FFFD in the place of U+0000, which `PostgreSQL` cannot hold; documents keep it.
//! - Tests of other crates open stores on both databases with the module `testing` (feature `testing`).

mod alias;
mod blob;
mod bulk;
mod change;
mod column;
mod connection;
mod distribution;
mod dump;
mod error;
mod file;
mod folder;
mod idempotency;
mod inspection;
mod item;
mod job;
mod letter;
mod merge;
mod plain;
mod reader;
mod record;
mod revision;
mod run;
mod schedule;
mod schema;
mod setting;
mod slug;
mod source;
mod store;
mod suppression;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod token;
mod transaction;
mod webhook;

pub use blob::{Blobs, BucketUrl, InvalidBucketUrl, Seal, Sealing, Unchecked};
pub use change::ChangeFilter;
pub use connection::{Backend, Config};
pub use distribution::DistributionRow;
pub use dump::Snapshot;
pub use error::StoreError;
pub use file::{FileRow, NewFile};
pub use idempotency::StoredAnswer;
pub use inspection::InspectionRow;
pub use job::{Cancelled, Claim, End, Lease, Renewal, Terms};
pub use letter::LetterRow;
pub use record::{Current, Extent, ListFilter, RecordWrite, Walk, Written};
pub use schema::SchemaState;
pub use slug::SlugTarget;
pub use store::Store;
pub use token::TokenRow;
pub use transaction::Tx;

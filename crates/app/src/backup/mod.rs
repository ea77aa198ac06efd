//! A copy of everything, as of one moment, and a catalog made from one.
//!
//! A backup is a folder: `tables/*.ndjson` with the rows of the database, `files/` with what they need, and last of all
//! `manifest.json`, without which it is none. It is the same for both databases and for folder and bucket, so a catalog
//! can also move by it. Digests of the tables are compared when it was taken, before it is restored, and with what the
//! database holds after that.

mod folder;
mod manifest;
mod restore;
mod take;

use std::path::{Path, PathBuf};

use vitrina_domain::canonical::Digest;
use vitrina_store::StoreError;

pub use manifest::{Manifest, TableSum};
pub use restore::restore;

/// Why there is no backup, or nothing was restored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The folder for the backup holds something.
    #[error("{0} is not empty")]
    NotEmpty(PathBuf),
    /// The catalog that should be restored into holds something.
    #[error("the catalog to restore into holds rows of {0}")]
    Occupied(&'static str),
    /// The folder is no backup, or a part of it is missing.
    #[error("{0} is missing: this is no whole backup")]
    Missing(PathBuf),
    /// A part of the backup is not what was written.
    #[error("{0} is damaged")]
    Damaged(PathBuf),
    /// A file of the catalog is damaged or missing, so that it cannot be copied.
    #[error("the stored file {0} is damaged or missing")]
    Flawed(Digest),
    /// The backup has another schema than this program.
    #[error("the backup was taken by another version of the program: {0}")]
    Schema(String),
    /// What the database holds after restoring is not what the backup has.
    #[error("the table {0} is another one after restoring")]
    Different(String),
    /// A file of the backup cannot be read or written.
    #[error("cannot access {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The store failed.
    #[error("the store failed")]
    Store(#[source] StoreError),
}

impl BackupError {
    /// For `map_err` on operations with a file.
    fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.kind() {
            std::io::ErrorKind::NotFound => Self::Missing(path),
            _ => Self::File { path, source },
        }
    }
}

impl From<StoreError> for BackupError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Damaged { digest } => Self::Flawed(digest),
            other => Self::Store(other),
        }
    }
}

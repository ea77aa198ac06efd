//! Files addressed by their digest: raw originals now, published files later.

use std::path::{Path, PathBuf};

use vitrina_domain::canonical::Digest;

use crate::StoreError;

/// A folder of files named by their SHA-256.
#[derive(Debug, Clone)]
pub struct Blobs {
    _root: PathBuf,
}

impl Blobs {
    /// A fresh temporary file in the store's own folder, to be filled and then [`Blobs::adopt`]ed.
    pub fn temporary(&self) -> Result<(std::fs::File, PathBuf), StoreError> {
        todo!()
    }

    /// Moves a filled temporary file to its place: fsync the file, rename, fsync the folder.
    pub fn adopt(&self, _temporary: &Path, _digest: &Digest) -> Result<(), StoreError> {
        todo!()
    }

    /// Opens a file for reading.
    pub fn open(&self, _digest: &Digest) -> Result<Option<std::fs::File>, StoreError> {
        todo!()
    }
}

//! The bytes of an import on disk, hashed while they are written: they become the raw original.

use std::{
    fs::File,
    io::{Read, Seek as _, SeekFrom, Write as _},
    path::PathBuf,
};

use sha2::{Digest as _, Sha256};
use vitrina_domain::canonical::Digest;
use vitrina_store::Blobs;

use crate::{App, AppError};

/// A temporary file being filled. Dropping it removes the file.
#[derive(Debug)]
pub struct Spool {
    file: File,
    path: Option<PathBuf>,
    hasher: Sha256,
    length: u64,
}

/// A filled temporary file with its digest. Dropping it without keeping removes the file.
#[derive(Debug)]
pub struct Spooled {
    spool: Spool,
    digest: Digest,
}

impl Spool {
    /// Appends bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), AppError> {
        self.file.write_all(bytes).map_err(AppError::File)?;
        self.hasher.update(bytes);
        self.length += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Ok(())
    }

    /// How many bytes there are.
    pub fn len(&self) -> u64 {
        self.length
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Ends the writing.
    pub fn finish(self) -> Spooled {
        let digest = Digest::from_bytes(self.hasher.clone().finalize().into());
        Spooled { spool: self, digest }
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        if let Some(path) = self.path.take()
            && let Err(error) = std::fs::remove_file(&path)
        {
            tracing::warn!(path = %path.display(), %error, "a temporary file could not be removed");
        }
    }
}

impl Spooled {
    /// The SHA-256 of the bytes.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// How many bytes there are.
    pub fn len(&self) -> u64 {
        self.spool.length
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.spool.is_empty()
    }

    /// A handle at the beginning of the bytes.
    pub(crate) fn reopen(&self) -> std::io::Result<File> {
        let mut file = match &self.spool.path {
            Some(path) => File::open(path)?,
            None => self.spool.file.try_clone()?,
        };
        file.seek(SeekFrom::Start(0))?;
        Ok(file)
    }

    /// Keeps the bytes as a blob.
    pub(crate) fn keep(&mut self, blobs: &Blobs) -> Result<(), AppError> {
        if let Some(path) = &self.spool.path {
            // The file handle outlives the move, so that what is being read stays readable.
            self.spool.file = File::open(path).map_err(AppError::File)?;
            blobs.adopt(path, &self.digest)?;
            self.spool.path = None;
        }
        Ok(())
    }
}

impl App {
    /// A place for the bytes of an import.
    pub fn spool(&self) -> Result<Spool, AppError> {
        let (file, path) = self.store().blobs().temporary()?;
        Ok(Spool { file, path: Some(path), hasher: Sha256::new(), length: 0 })
    }

    /// Spools everything a reader gives.
    pub fn spool_all(&self, mut bytes: impl Read) -> Result<Spooled, AppError> {
        let mut spool = self.spool()?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = bytes.read(&mut buffer).map_err(AppError::File)?;
            match buffer.get(..read) {
                Some([]) | None => return Ok(spool.finish()),
                Some(chunk) => spool.write(chunk)?,
            }
        }
    }
}

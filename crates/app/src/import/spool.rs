//! The bytes of an import on disk, hashed while they are written: they become the raw original.

use std::{
    fs::File,
    io::{Read, Seek as _, SeekFrom, Write as _},
    path::PathBuf,
};

use vitrina_domain::canonical::Digest;
use vitrina_store::{Seal, Sealing};

use crate::{App, AppError, auth::Actor};

/// A temporary file being filled. Dropping it removes the file.
#[derive(Debug)]
pub struct Spool {
    file: File,
    path: Option<PathBuf>,
    sealing: Sealing,
}

/// A filled temporary file with its digest. Dropping it without keeping removes the file.
#[derive(Debug)]
pub struct Spooled {
    spool: Spool,
    seal: Seal,
}

impl Spool {
    /// Appends bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), AppError> {
        self.file.write_all(bytes).map_err(AppError::File)?;
        self.sealing.update(bytes);
        Ok(())
    }

    /// How many bytes there are.
    pub fn len(&self) -> u64 {
        self.sealing.length()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Ends the writing.
    pub fn finish(mut self) -> Spooled {
        let seal = std::mem::take(&mut self.sealing).finish();
        Spooled { spool: self, seal }
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
        self.seal.digest
    }

    /// How many bytes there are.
    pub fn len(&self) -> u64 {
        self.seal.length
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
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
}

impl App {
    /// A place for the bytes of an import.
    pub fn spool(&self) -> Result<Spool, AppError> {
        let (file, path) = self.store().blobs().temporary()?;
        Ok(Spool { file, path: Some(path), sealing: Sealing::default() })
    }

    /// Keeps the bytes for good; they can still be read here, whatever becomes of them there.
    ///
    /// A row that needs them must follow within the time that [`App::collect_files`](crate::App::collect_files) grants.
    pub(crate) async fn keep(&self, actor: &Actor, spooled: &mut Spooled) -> Result<(), AppError> {
        let Some(path) = &spooled.spool.path else { return Ok(()) };
        let mut tx = self.store().begin(&actor.audit_name(), self.now()).await?;
        tx.expect_blob(&spooled.seal).await?;
        tx.commit().await?;
        // The file handle outlives the move, so that what is being read stays readable.
        spooled.spool.file = File::open(path).map_err(AppError::File)?;
        self.store().blobs().adopt(path, spooled.seal.digest).await?;
        spooled.spool.path = None;
        Ok(())
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

//! The folder of a backup: where its parts are, written durably and read back.

use std::path::{Path, PathBuf};

use tokio::{
    fs::{self, File},
    io::{AsyncReadExt as _, AsyncWriteExt as _},
};
use vitrina_domain::canonical::Digest;
use vitrina_store::Sealing;

use super::BackupError;

/// How many bytes are read and written at a time.
const CHUNK: usize = 1 << 20;

/// The folder of a backup.
#[derive(Debug, Clone)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// A new folder for its owner only; one that is there must be empty.
    pub(super) async fn make(path: &Path) -> Result<Self, BackupError> {
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        builder.mode(0o700);
        builder.recursive(true).create(path).await.map_err(BackupError::file(path))?;
        let mut there = fs::read_dir(path).await.map_err(BackupError::file(path))?;
        if there.next_entry().await.map_err(BackupError::file(path))?.is_some() {
            return Err(BackupError::NotEmpty(path.to_owned()));
        }
        let folder = Self(path.to_owned());
        for part in ["tables", "files"] {
            let part = folder.0.join(part);
            builder.create(&part).await.map_err(BackupError::file(&part))?;
        }
        Ok(folder)
    }

    pub(super) fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    pub(super) fn table(&self, name: &str) -> PathBuf {
        self.0.join("tables").join(format!("{name}.ndjson"))
    }

    pub(super) fn file(&self, digest: &Digest) -> PathBuf {
        self.0.join("files").join(digest.to_string())
    }

    pub(super) fn manifest(&self) -> PathBuf {
        self.0.join("manifest.json")
    }

    /// The file with the digest of the manifest.
    pub(super) fn seal(&self) -> PathBuf {
        self.0.join("manifest.sha256")
    }

    /// Makes the names in the folders durable.
    pub(super) async fn sync(&self) -> Result<(), BackupError> {
        for folder in [self.0.join("tables"), self.0.join("files"), self.0.clone()] {
            let opened = File::open(&folder).await.map_err(BackupError::file(&folder))?;
            opened.sync_all().await.map_err(BackupError::file(&folder))?;
        }
        Ok(())
    }
}

/// A file being written.
pub(super) struct Writing {
    path: PathBuf,
    file: File,
    pending: Vec<u8>,
    sealing: Sealing,
}

impl Writing {
    pub(super) async fn begin(path: PathBuf) -> Result<Self, BackupError> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        options.mode(0o600);
        let file = options.open(&path).await.map_err(BackupError::file(&path))?;
        Ok(Self { path, file, pending: Vec::with_capacity(CHUNK), sealing: Sealing::default() })
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        self.sealing.update(bytes);
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= CHUNK {
            self.flush().await?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), BackupError> {
        self.file.write_all(&self.pending).await.map_err(BackupError::file(&self.path))?;
        self.pending.clear();
        Ok(())
    }

    /// Makes the bytes durable; their digest.
    pub(super) async fn end(mut self) -> Result<Digest, BackupError> {
        self.flush().await?;
        self.file.flush().await.map_err(BackupError::file(&self.path))?;
        self.file.sync_all().await.map_err(BackupError::file(&self.path))?;
        Ok(self.sealing.finish().digest)
    }
}

/// Reads a file to its end, piece by piece; its digest.
pub(super) async fn read(
    path: &Path,
    mut piece: impl FnMut(&[u8]) -> Result<(), BackupError> + Send,
) -> Result<Digest, BackupError> {
    let mut file = File::open(path).await.map_err(BackupError::file(path))?;
    let mut sealing = Sealing::default();
    let mut buffer = vec![0; CHUNK];
    loop {
        let length = file.read(&mut buffer).await.map_err(BackupError::file(path))?;
        match buffer.get(..length) {
            Some([]) | None => return Ok(sealing.finish().digest),
            Some(bytes) => {
                sealing.update(bytes);
                piece(bytes)?;
            }
        }
    }
}

/// Refuses a file that has not this digest.
pub(super) async fn verify(path: &Path, expected: &Digest) -> Result<(), BackupError> {
    if read(path, |_| Ok(())).await? == *expected {
        Ok(())
    } else {
        Err(BackupError::Damaged(path.to_owned()))
    }
}

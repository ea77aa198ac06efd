//! A folder whose small files carry a seal, so that one flipped bit is noticed.
//!
//! Tantivy ends segment files with a checksum but writes `meta.json` bare: a flipped digit there would be
//! read as another position or another number of records. The seal is a last line with a digest.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use sha2::{Digest as _, Sha256};
use tantivy::directory::{
    Directory, DirectoryLock, FileHandle, Lock, MmapDirectory, WatchCallback, WatchHandle, WritePtr,
    error::{DeleteError, LockError, OpenReadError, OpenWriteError},
};

/// How long a seal is, in bytes of hexadecimal text.
const SEAL_LEN: usize = 32;

/// A folder of memory-mapped files with seals on what is replaced whole.
#[derive(Debug, Clone)]
pub(crate) struct SealedDirectory(MmapDirectory);

impl SealedDirectory {
    pub(crate) fn open(path: &Path) -> Result<Self, tantivy::TantivyError> {
        Ok(Self(MmapDirectory::open(path)?))
    }
}

fn seal(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content)).chars().take(SEAL_LEN).collect()
}

/// The content without its seal, if the seal is whole.
fn unseal(sealed: &[u8]) -> Option<&[u8]> {
    let (content, found) = sealed.split_at_checked(sealed.len().checked_sub(SEAL_LEN)?)?;
    (found == seal(content).as_bytes()).then_some(content)
}

impl Directory for SealedDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.0.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.0.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.0.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        self.0.open_write(path)
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let sealed = self.0.atomic_read(path)?;
        unseal(&sealed).map(<[u8]>::to_vec).ok_or_else(|| {
            let error = io::Error::new(io::ErrorKind::InvalidData, "the seal is broken");
            OpenReadError::wrap_io_error(error, PathBuf::from(path))
        })
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        let mut sealed = data.to_vec();
        sealed.extend_from_slice(seal(data).as_bytes());
        self.0.atomic_write(path, &sealed)
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.0.sync_directory()
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.0.acquire_lock(lock)
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.0.watch(callback)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_flipped_bit_breaks_the_seal() {
        let dir = tempfile::tempdir().unwrap();
        let sealed = SealedDirectory::open(dir.path()).unwrap();
        let name = Path::new("meta.json");
        sealed.atomic_write(name, br#"{"payload":"41"}"#).unwrap();
        assert_eq!(sealed.atomic_read(name).unwrap(), br#"{"payload":"41"}"#);
        let whole = std::fs::read(dir.path().join(name)).unwrap();
        for bit in 0..whole.len() * 8 {
            let mut torn = whole.clone();
            torn[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(unseal(&torn), None, "bit {bit}");
        }
        for length in 0..whole.len() {
            assert_eq!(unseal(&whole[..length]), None, "length {length}");
        }
    }
}

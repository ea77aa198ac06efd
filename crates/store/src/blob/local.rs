//! Files in a folder, each under its digest.

use std::{
    fs::{self, File},
    io::{ErrorKind, Read as _, Seek as _, SeekFrom},
    ops::Range,
    path::{Path, PathBuf},
};

use vitrina_domain::canonical::Digest;

use crate::{StoreError, folder};

/// A folder of files named by their SHA-256.
#[derive(Debug, Clone)]
pub(super) struct Local {
    root: PathBuf,
}

impl Local {
    pub(super) fn open_in(data_dir: &Path) -> Result<Self, StoreError> {
        let root = data_dir.join("blobs").join("sha256");
        folder::make_private(&root)?;
        // A process that made them may have ended before their names were durable.
        [data_dir.join("blobs").as_path(), data_dir].into_iter().try_for_each(folder::sync)?;
        Ok(Self { root })
    }

    /// Moves a filled temporary file to its place: fsync the file, rename, fsync the folder.
    ///
    /// What is there already is replaced: it may be damaged, and the new bytes were digested a moment ago.
    pub(super) fn adopt(&self, temporary: &Path, digest: &Digest) -> Result<(), StoreError> {
        let ([outer, inner], path) = self.place(digest);
        File::open(temporary).and_then(|file| file.sync_all()).map_err(StoreError::file(temporary))?;
        folder::make_private(&outer)?;
        folder::make_private(&inner)?;
        fs::rename(temporary, &path).map_err(StoreError::file(&path))?;
        [&self.root, &outer, &inner].into_iter().try_for_each(|folder| folder::sync(folder))
    }

    /// These bytes of a file, or fewer where it is too short; nothing when it is not there.
    pub(super) fn read(&self, digest: &Digest, span: &Range<u64>) -> Result<Option<Vec<u8>>, StoreError> {
        let (_, path) = self.place(digest);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::file(&path)(error)),
        };
        let length = span.end.saturating_sub(span.start);
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
        file.seek(SeekFrom::Start(span.start))
            .and_then(|_| file.take(length).read_to_end(&mut bytes))
            .map_err(StoreError::file(&path))?;
        Ok(Some(bytes))
    }

    /// A file, to be read from anywhere.
    pub(super) fn open(&self, digest: &Digest) -> Result<File, StoreError> {
        let (_, path) = self.place(digest);
        File::open(&path).map_err(StoreError::file(&path))
    }

    /// Takes a file away for good; one that is not there is gone already.
    pub(super) fn remove(&self, digest: &Digest) -> Result<(), StoreError> {
        let ([_, inner], path) = self.place(digest);
        match fs::remove_file(&path) {
            Ok(()) => folder::sync(&inner),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(StoreError::file(&path)(error)),
        }
    }

    /// Every file that is there.
    #[cfg(test)]
    pub(super) fn digests(&self) -> Result<Vec<Digest>, StoreError> {
        fn below(folder: &Path, found: &mut Vec<Digest>) -> std::io::Result<()> {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    below(&entry.path(), found)?;
                } else {
                    let name = entry.file_name().to_string_lossy().parse::<Digest>();
                    found.push(name.map_err(std::io::Error::other)?);
                }
            }
            Ok(())
        }
        let mut found = Vec::new();
        below(&self.root, &mut found).map_err(StoreError::file(&self.root))?;
        Ok(found)
    }

    /// `ab/cd/abcd…`: the two folders above the file, outer first, and the file.
    fn place(&self, digest: &Digest) -> ([PathBuf; 2], PathBuf) {
        let name = digest.to_string();
        let outer = self.root.join(name.get(..2).unwrap_or_default());
        let inner = outer.join(name.get(2..4).unwrap_or_default());
        let path = inner.join(&name);
        ([outer, inner], path)
    }
}

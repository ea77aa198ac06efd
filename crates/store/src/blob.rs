//! Files addressed by their digest: raw originals now, published files later.

use std::{
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use vitrina_domain::canonical::Digest;

use crate::{
    StoreError,
    folder::{self, Company},
};

/// A folder of files named by their SHA-256.
#[derive(Debug, Clone)]
pub struct Blobs {
    root: PathBuf,
    temporary: PathBuf,
    next: Arc<AtomicU64>,
}

impl Blobs {
    /// Opens `blobs` and `tmp` in the data folder; left-over temporary files go when nobody else can own them.
    pub(crate) fn open_in(data_dir: &Path, company: Company) -> Result<Self, StoreError> {
        let (root, temporary) = (data_dir.join("blobs").join("sha256"), data_dir.join("tmp"));
        folder::make_private(&root)?;
        folder::make_private(&temporary)?;
        // A process that made them may have ended before their names were durable.
        [data_dir.join("blobs").as_path(), data_dir].into_iter().try_for_each(folder::sync)?;
        if company == Company::Alone {
            for entry in fs::read_dir(&temporary).map_err(StoreError::file(&temporary))? {
                let path = entry.map_err(StoreError::file(&temporary))?.path();
                let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
                removed.map_err(StoreError::file(&path))?;
            }
        }
        Ok(Self { root, temporary, next: Arc::default() })
    }

    /// A fresh temporary file in the store's own folder, to be filled and then [`Blobs::adopt`]ed.
    pub fn temporary(&self) -> Result<(File, PathBuf), StoreError> {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let path = self.temporary.join(format!("{}-{number}", std::process::id()));
            let mut options = OpenOptions::new();
            options.read(true).write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            match options.open(&path) {
                Ok(file) => return Ok((file, path)),
                // Another store of this process, or a process of another PID namespace, has this number.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(StoreError::file(&path)(error)),
            }
        }
    }

    /// Moves a filled temporary file to its place: fsync the file, rename, fsync the folder.
    ///
    /// The caller computed the digest while it wrote the file. When the digest is there already, the temporary
    /// file is removed and the one in place stays.
    pub fn adopt(&self, temporary: &Path, digest: &Digest) -> Result<(), StoreError> {
        let ([outer, inner], path) = self.place(digest);
        if path.is_file() {
            fs::remove_file(temporary).map_err(StoreError::file(temporary))?;
        } else {
            File::open(temporary).and_then(|file| file.sync_all()).map_err(StoreError::file(temporary))?;
            folder::make_private(&outer)?;
            folder::make_private(&inner)?;
            fs::rename(temporary, &path).map_err(StoreError::file(&path))?;
        }
        // Also what is there already is synced: whoever put it there may not have come so far, and a row that
        // points to it is about to be written.
        [&self.root, &outer, &inner].into_iter().try_for_each(|folder| folder::sync(folder))
    }

    /// Every file that is there.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn digests(&self) -> Result<Vec<Digest>, StoreError> {
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

    /// Opens a file for reading.
    pub fn open(&self, digest: &Digest) -> Result<Option<File>, StoreError> {
        let (_, path) = self.place(digest);
        match File::open(&path) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::file(&path)(error)),
        }
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

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use tempfile::TempDir;

    use super::*;

    fn blobs() -> (TempDir, Blobs) {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::open_in(dir.path(), Company::Alone).unwrap();
        (dir, blobs)
    }

    fn fill(blobs: &Blobs, bytes: &[u8]) -> (PathBuf, Digest) {
        let (mut file, path) = blobs.temporary().unwrap();
        file.write_all(bytes).unwrap();
        (path, Digest::of(bytes))
    }

    #[test]
    fn what_was_adopted_is_found_under_its_digest() {
        let (dir, blobs) = blobs();
        let (path, digest) = fill(&blobs, b"a,b\n1,2\n");
        assert!(blobs.open(&digest).unwrap().is_none());
        blobs.adopt(&path, &digest).unwrap();
        assert!(!path.exists());

        let mut bytes = Vec::new();
        blobs.open(&digest).unwrap().unwrap().read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, b"a,b\n1,2\n");
        let name = digest.to_string();
        let (one, two) = (name.get(..2).unwrap(), name.get(2..4).unwrap());
        assert!(dir.path().join("blobs/sha256").join(one).join(two).join(&name).is_file());
    }

    #[test]
    fn the_same_bytes_are_kept_once() {
        let (dir, blobs) = blobs();
        for _ in 0..2 {
            let (path, digest) = fill(&blobs, b"agua");
            blobs.adopt(&path, &digest).unwrap();
            assert!(blobs.open(&digest).unwrap().is_some());
        }
        assert_eq!(fs::read_dir(dir.path().join("tmp")).unwrap().count(), 0);
    }

    #[test]
    fn left_over_files_go_only_when_nobody_can_own_them() {
        let (dir, blobs) = blobs();
        let (path, _) = fill(&blobs, b"half a fi");
        fs::create_dir_all(dir.path().join("tmp/folder/deeper")).unwrap();
        Blobs::open_in(dir.path(), Company::Others).unwrap();
        assert!(path.exists());
        Blobs::open_in(dir.path(), Company::Alone).unwrap();
        assert_eq!(fs::read_dir(dir.path().join("tmp")).unwrap().count(), 0);
    }

    #[test]
    fn temporary_files_of_two_stores_do_not_meet() {
        let (dir, one) = blobs();
        let other = Blobs::open_in(dir.path(), Company::Others).unwrap();
        let (first, second) = (fill(&one, b"1").0, fill(&other, b"2").0);
        assert_ne!(first, second);
    }

    #[cfg(unix)]
    #[test]
    fn files_are_private() {
        use std::os::unix::fs::PermissionsExt as _;
        let (dir, blobs) = blobs();
        let (path, _) = fill(&blobs, b"x");
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(dir.path().join("tmp")).unwrap().permissions().mode() & 0o777, 0o700);
    }
}

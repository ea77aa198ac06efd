//! Files addressed by their digest: the raw originals of imports, and the files that are published.
//!
//! A file is filled in the temporary folder of this machine, sealed, and moved to its place, a folder or a bucket,
//! where it never changes. It is read block by block, and no byte of a block is given before all of it was verified.

use std::{
    fs::{self, File, OpenOptions},
    io::Write as _,
    ops::Range,
    path::{Path, PathBuf},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use futures_util::{
    TryStreamExt as _,
    stream::{self, Stream},
};
use vitrina_domain::canonical::Digest;

use crate::{
    StoreError,
    folder::{self, Company},
};

mod bucket;
mod local;
mod row;
mod seal;

pub use bucket::{BucketUrl, InvalidBucketUrl};
pub use row::Unchecked;
pub(crate) use row::needed;
pub use seal::{Seal, Sealing};

/// Where files are, and where they are made.
#[derive(Debug, Clone)]
pub struct Blobs {
    temporary: PathBuf,
    next: Arc<AtomicU64>,
    place: Place,
}

#[derive(Debug, Clone)]
enum Place {
    Folder(local::Local),
    Bucket(bucket::Bucket),
}

impl Blobs {
    /// Opens `tmp` in the data folder, and beside it `blobs` or else a bucket; left-over temporary files go when nobody
    /// else can own them.
    pub(crate) fn open(
        data_dir: &Path,
        bucket: Option<&BucketUrl>,
        company: Company,
    ) -> Result<Self, StoreError> {
        let temporary = data_dir.join("tmp");
        folder::make_private(&temporary)?;
        let place = match bucket {
            None => Place::Folder(local::Local::open_in(data_dir)?),
            Some(address) => Place::Bucket(bucket::Bucket::open(address)?),
        };
        if company == Company::Alone {
            for entry in fs::read_dir(&temporary).map_err(StoreError::file(&temporary))? {
                let path = entry.map_err(StoreError::file(&temporary))?.path();
                let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
                removed.map_err(StoreError::file(&path))?;
            }
        }
        Ok(Self { temporary, next: Arc::default(), place })
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

    /// Moves a filled temporary file to its place, durably; the caller digested it while it was filled, and has
    /// [announced](crate::Tx::expect_blob) it.
    pub async fn adopt(&self, temporary: &Path, digest: Digest) -> Result<(), StoreError> {
        match &self.place {
            Place::Folder(local) => {
                let (local, temporary) = (local.clone(), temporary.to_owned());
                blocking(move || local.adopt(&temporary, &digest)).await
            }
            Place::Bucket(bucket) => {
                bucket.put(temporary, &digest).await?;
                fs::remove_file(temporary).map_err(StoreError::file(temporary))
            }
        }
    }

    /// These bytes of a file, verified; ends with [`StoreError::Damaged`] before the first block that is not as it was
    /// stored.
    pub fn read(
        &self,
        seal: Seal,
        range: Range<u64>,
    ) -> impl Stream<Item = Result<Bytes, StoreError>> + Send + 'static {
        let blobs = self.clone();
        let end = range.end.min(seal.length);
        stream::try_unfold((blobs, seal, range.start), move |(blobs, seal, at)| async move {
            if at >= end {
                return Ok(None);
            }
            let block = at / seal::BLOCK;
            let span = seal.span(block);
            let bytes = blobs.block(&seal, block).await?;
            let offset = |position: u64| usize::try_from(position - span.start).unwrap_or(usize::MAX);
            let wanted = bytes.slice(offset(at)..offset(end.min(span.end)));
            Ok(Some((wanted, (blobs, seal, span.end))))
        })
    }

    /// A file to be read from anywhere, all of which was verified a moment ago: the one in the folder, or a copy of the
    /// bucket's object that has no name and goes with its handle.
    pub async fn open_verified(&self, seal: Seal) -> Result<File, StoreError> {
        let (digest, whole) = (seal.digest, 0..seal.length);
        let mut blocks = pin!(self.read(seal, whole));
        match &self.place {
            Place::Folder(local) => {
                while blocks.try_next().await?.is_some() {}
                let local = local.clone();
                blocking(move || local.open(&digest)).await
            }
            Place::Bucket(_) => {
                let folder = self.temporary.clone();
                let failed = StoreError::file(&folder);
                let mut copy = tempfile::tempfile_in(&folder).map_err(failed)?;
                while let Some(block) = blocks.try_next().await? {
                    let failed = StoreError::file(&folder);
                    copy = blocking(move || copy.write_all(&block).map(|()| copy).map_err(failed)).await?;
                }
                Ok(copy)
            }
        }
    }

    /// One block, verified.
    async fn block(&self, seal: &Seal, block: u64) -> Result<Bytes, StoreError> {
        let (digest, span) = (seal.digest, seal.span(block));
        let read = match &self.place {
            Place::Folder(local) => {
                let local = local.clone();
                blocking(move || Ok(local.read(&digest, &span)?.map(Bytes::from))).await?
            }
            Place::Bucket(bucket) => bucket.read(&digest, span).await?,
        };
        let bytes = read.ok_or(StoreError::Damaged { digest })?;
        let seal = seal.clone();
        blocking(
            move || if seal.vouches(block, &bytes) { Ok(bytes) } else { Err(StoreError::Damaged { digest }) },
        )
        .await
    }

    /// Takes a file away for good; one that is not there is gone already.
    pub(crate) async fn remove(&self, digest: Digest) -> Result<(), StoreError> {
        match &self.place {
            Place::Folder(local) => {
                let local = local.clone();
                blocking(move || local.remove(&digest)).await
            }
            Place::Bucket(bucket) => bucket.remove(&digest).await,
        }
    }

    /// Every file in the folder.
    #[cfg(test)]
    pub(crate) fn digests(&self) -> Result<Vec<Digest>, StoreError> {
        match &self.place {
            Place::Folder(local) => local.digests(),
            Place::Bucket(_) => Err(StoreError::Unsupported("a bucket is not listed".to_owned())),
        }
    }
}

/// Disks can be slow, and digests take time: the runtime's threads wait for neither.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| StoreError::Files(Box::new(error)))?
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn blobs() -> (TempDir, Blobs) {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(dir.path(), None, Company::Alone).unwrap();
        (dir, blobs)
    }

    fn fill(blobs: &Blobs, bytes: &[u8]) -> (PathBuf, Seal) {
        let (mut file, path) = blobs.temporary().unwrap();
        file.write_all(bytes).unwrap();
        (path, Seal::of(bytes))
    }

    async fn read(blobs: &Blobs, seal: &Seal, range: Range<u64>) -> Result<Vec<u8>, StoreError> {
        let pieces: Vec<Bytes> = blobs.read(seal.clone(), range).try_collect().await?;
        Ok(pieces.concat())
    }

    fn path(dir: &TempDir, seal: &Seal) -> PathBuf {
        let name = seal.digest.to_string();
        let (outer, inner) = (name.get(..2).unwrap(), name.get(2..4).unwrap());
        dir.path().join("blobs/sha256").join(outer).join(inner).join(&name)
    }

    #[tokio::test]
    async fn what_was_adopted_is_found_under_its_digest() {
        let (dir, blobs) = blobs();
        let (temporary, seal) = fill(&blobs, b"a,b\n1,2\n");
        assert!(matches!(read(&blobs, &seal, 0..8).await, Err(StoreError::Damaged { .. })));
        blobs.adopt(&temporary, seal.digest).await.unwrap();
        assert!(!temporary.exists() && path(&dir, &seal).is_file());
        assert_eq!(read(&blobs, &seal, 0..8).await.unwrap(), b"a,b\n1,2\n");
    }

    #[tokio::test]
    async fn any_part_is_read_by_itself() {
        let (_dir, blobs) = blobs();
        let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[1]).collect();
        let (temporary, seal) = fill(&blobs, &bytes);
        blobs.adopt(&temporary, seal.digest).await.unwrap();
        let mebibyte = 1 << 20;
        for range in
            [0..3_000_000, 5..6, mebibyte - 1..mebibyte + 1, mebibyte..mebibyte, 2_999_999..9_000_000]
        {
            let whole =
                usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap().min(bytes.len());
            assert_eq!(read(&blobs, &seal, range).await.unwrap(), &bytes[whole]);
        }
    }

    #[tokio::test]
    async fn a_flipped_bit_ends_the_reading_before_its_block() {
        let (dir, blobs) = blobs();
        let bytes = vec![7; 3 << 20];
        let (temporary, seal) = fill(&blobs, &bytes);
        blobs.adopt(&temporary, seal.digest).await.unwrap();
        let mut torn = bytes.clone();
        torn[(2 << 20) + 17] ^= 0b100;
        fs::write(path(&dir, &seal), &torn).unwrap();

        let good = 0..2 << 20;
        assert_eq!(read(&blobs, &seal, good).await.unwrap().len(), 2 << 20);
        for range in [0..3 << 20, (2 << 20) + 99..(2 << 20) + 100] {
            assert!(matches!(read(&blobs, &seal, range).await, Err(StoreError::Damaged { .. })));
        }
        // The same bytes sent again mend it.
        let (temporary, _) = fill(&blobs, &bytes);
        blobs.adopt(&temporary, seal.digest).await.unwrap();
        assert_eq!(read(&blobs, &seal, 0..3 << 20).await.unwrap(), bytes);
    }

    #[tokio::test]
    async fn a_file_that_is_cut_short_or_gone_is_never_given() {
        let (dir, blobs) = blobs();
        let (temporary, seal) = fill(&blobs, b"agua potable");
        blobs.adopt(&temporary, seal.digest).await.unwrap();
        fs::write(path(&dir, &seal), b"agua").unwrap();
        assert!(matches!(read(&blobs, &seal, 0..4).await, Err(StoreError::Damaged { .. })));
        blobs.remove(seal.digest).await.unwrap();
        blobs.remove(seal.digest).await.unwrap();
        assert!(matches!(read(&blobs, &seal, 0..4).await, Err(StoreError::Damaged { .. })));
    }

    #[tokio::test]
    async fn the_same_bytes_are_kept_once() {
        let (dir, blobs) = blobs();
        for _ in 0..2 {
            let (temporary, seal) = fill(&blobs, b"agua");
            blobs.adopt(&temporary, seal.digest).await.unwrap();
        }
        assert_eq!(blobs.digests().unwrap(), [Digest::of(b"agua")]);
        assert_eq!(fs::read_dir(dir.path().join("tmp")).unwrap().count(), 0);
    }

    #[test]
    fn left_over_files_go_only_when_nobody_can_own_them() {
        let (dir, blobs) = blobs();
        let (path, _) = fill(&blobs, b"half a fi");
        fs::create_dir_all(dir.path().join("tmp/folder/deeper")).unwrap();
        Blobs::open(dir.path(), None, Company::Others).unwrap();
        assert!(path.exists());
        Blobs::open(dir.path(), None, Company::Alone).unwrap();
        assert_eq!(fs::read_dir(dir.path().join("tmp")).unwrap().count(), 0);
    }

    #[test]
    fn temporary_files_of_two_stores_do_not_meet() {
        let (dir, one) = blobs();
        let other = Blobs::open(dir.path(), None, Company::Others).unwrap();
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

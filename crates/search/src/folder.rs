//! The folder of an index: opened when it is sound, made anew when it is torn, left alone while in use.

use std::{
    collections::HashSet,
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use tantivy::{
    Directory as _, Index, IndexSettings, TantivyError,
    directory::{DirectoryLock, INDEX_WRITER_LOCK, Lock, error::LockError},
};
use vitrina_domain::change::Seq;

use crate::{
    analysis,
    error::SearchError,
    schema::{Fields, HASH_CHARS},
    sealed::SealedDirectory,
};

/// Held while an index is opened, made or handed to a writer, by whichever process.
const DOOR: &str = ".door.lock";
/// Stands while a writer is at work; found without a writer, it tells of a crash.
const AT_WORK: &str = ".writer-at-work";
/// The parts of a segment that are there from its beginning to its end.
const PARTS: [&str; 6] = ["idx", "pos", "term", "store", "fast", "fieldnorm"];
/// Small blocks, because a hit needs one record and not its neighbours.
const STORE_BLOCK: usize = 4_096;

/// Where an index lives.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    root: PathBuf,
    path: PathBuf,
}

impl Folder {
    pub(crate) fn new(root: &Path, hash: &str) -> Self {
        Self { root: root.to_owned(), path: root.join(hash) }
    }

    /// Notes that the index is in use for as long as the file is open, in whichever process.
    ///
    /// The file stands beside the folder, because the folder may be removed while nobody uses it.
    pub(crate) fn use_it(&self) -> Result<File, SearchError> {
        fs::create_dir_all(&self.root).map_err(SearchError::engine)?;
        let file = File::create(in_use(&self.path)).map_err(SearchError::engine)?;
        file.lock_shared().map_err(SearchError::engine)?;
        Ok(file)
    }

    /// Opens the index, creates it, or makes it anew when it cannot be read.
    pub(crate) fn open(&self, fields: &Fields) -> Result<Index, SearchError> {
        fs::create_dir_all(&self.path).map_err(SearchError::engine)?;
        let _door = self.door()?;
        let directory = SealedDirectory::open(&self.path)?;
        let Some(_writer_lock) = writer_lock(&directory)? else {
            // Its writer is alive and holds a sound index; its files come and go under our eyes.
            return Ok(load(&directory, fields)?);
        };
        match self.load_sound(&directory, fields) {
            Ok(Some(index)) => Ok(index),
            Ok(None) => self.create(fields),
            Err(error) => {
                tracing::warn!(folder = %self.path.display(), %error, "the search index is torn and is made anew");
                self.wipe().map_err(SearchError::engine)?;
                self.create(fields)
            }
        }
    }

    fn load_sound(
        &self,
        directory: &SealedDirectory,
        fields: &Fields,
    ) -> Result<Option<Index>, TantivyError> {
        if !Index::exists(directory)? {
            // Files of segments without their list are the remains of an index.
            let remains = directory.exists(Path::new(".managed.json"))?;
            return if remains {
                Err(TantivyError::InternalError("the list of segments is gone".into()))
            } else {
                Ok(None)
            };
        }
        let index = load(directory, fields)?;
        check_parts(&index)?;
        index.reader()?;
        if self.path.join(AT_WORK).exists() || self.is_touched(&index)? {
            // Reading every byte is only worth its time when the last writer did not get to its end, or when
            // somebody else wrote after it.
            let damaged = index.validate_checksum()?;
            if !damaged.is_empty() {
                return Err(TantivyError::InternalError(format!("damaged files: {damaged:?}")));
            }
        }
        Ok(Some(index))
    }

    /// Whether a part of a segment is younger than the list of segments, which a writer always writes last.
    fn is_touched(&self, index: &Index) -> Result<bool, TantivyError> {
        let written = |path: &Path| fs::metadata(path).and_then(|file| file.modified());
        let last = written(&self.path.join("meta.json"))?;
        let segments = index.searchable_segment_metas()?;
        let segments: HashSet<String> = segments.iter().map(|segment| segment.id().uuid_string()).collect();
        for file in fs::read_dir(&self.path)? {
            let path = file?.path();
            // A part is called `{segment}.{part}`, the list of its deleted records `{segment}.{change}.del`.
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let segment = name.split('.').next().unwrap_or_default();
            if segments.contains(segment) && written(&path)? > last {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn create(&self, fields: &Fields) -> Result<Index, SearchError> {
        let settings = IndexSettings { docstore_blocksize: STORE_BLOCK, ..IndexSettings::default() };
        let mut index = Index::create(SealedDirectory::open(&self.path)?, fields.schema.clone(), settings)?;
        index.set_tokenizers(analysis::manager());
        Ok(index)
    }

    /// Puts an empty index in the place of one that cannot be used any more, unless another process writes it.
    pub(crate) fn renew(&self, fields: &Fields) -> Result<bool, SearchError> {
        fs::create_dir_all(&self.path).map_err(SearchError::engine)?;
        let _door = self.door()?;
        let Some(_writer_lock) = writer_lock(&SealedDirectory::open(&self.path)?)? else { return Ok(false) };
        self.wipe().map_err(SearchError::engine)?;
        self.create(fields)?;
        Ok(true)
    }

    /// Empties the folder but for the locks, which others may be waiting for.
    fn wipe(&self) -> io::Result<()> {
        for file in fs::read_dir(&self.path)? {
            let path = file?.path();
            if path.extension().is_none_or(|extension| extension != "lock") {
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    }

    /// Waits until nobody else opens the index.
    pub(crate) fn door(&self) -> Result<DirectoryLock, SearchError> {
        let lock = Lock { filepath: PathBuf::from(DOOR), is_blocking: true };
        SealedDirectory::open(&self.path)?.acquire_lock(&lock).map_err(SearchError::engine)
    }

    /// Notes that a writer is at work.
    pub(crate) fn begin_work(&self) -> Result<(), SearchError> {
        fs::write(self.path.join(AT_WORK), b"").map_err(SearchError::engine)
    }

    /// Notes that the writer came to its end.
    pub(crate) fn end_work(&self) {
        if let Err(error) = fs::remove_file(self.path.join(AT_WORK)) {
            // The mark only makes the next start read every byte once.
            tracing::debug!(%error, "the mark of the writer stays");
        }
    }

    /// Removes the indexes of other schemas that nobody uses any more.
    pub(crate) fn clean_others(&self) {
        let folders = fs::read_dir(&self.root).into_iter().flatten().flatten().map(|entry| entry.path());
        for other in folders.filter(|path| *path != self.path && is_index_folder(path)) {
            if let Err(error) = remove_unused(&other) {
                tracing::warn!(folder = %other.display(), %error, "an index of another schema stays");
            }
        }
    }
}

/// The file that everyone who uses an index keeps locked.
fn in_use(folder: &Path) -> PathBuf {
    folder.with_extension("lock")
}

fn remove_unused(folder: &Path) -> io::Result<()> {
    let users = File::create(in_use(folder))?;
    match users.try_lock() {
        Ok(()) => fs::remove_dir_all(folder),
        Err(TryLockError::WouldBlock) => Ok(()),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Whether a path is a folder that only this crate makes.
fn is_index_folder(path: &Path) -> bool {
    let is_hash = |name: &str| name.len() == HASH_CHARS && name.bytes().all(|b| b.is_ascii_hexdigit());
    path.is_dir() && path.file_name().and_then(|name| name.to_str()).is_some_and(is_hash)
}

fn writer_lock(directory: &SealedDirectory) -> Result<Option<DirectoryLock>, TantivyError> {
    match directory.acquire_lock(&INDEX_WRITER_LOCK) {
        Ok(lock) => Ok(Some(lock)),
        Err(LockError::LockBusy) => Ok(None),
        Err(error @ LockError::IoError(_)) => Err(TantivyError::LockFailure(error, None)),
    }
}

fn load(directory: &SealedDirectory, fields: &Fields) -> Result<Index, TantivyError> {
    let mut index = Index::open(directory.clone())?;
    if index.schema() != fields.schema {
        return Err(TantivyError::SchemaError("the schema is another one".to_owned()));
    }
    index.set_tokenizers(analysis::manager());
    position(&index)?;
    Ok(index)
}

/// The change that the last commit reached.
pub(crate) fn position(index: &Index) -> Result<Seq, TantivyError> {
    let Some(payload) = index.load_metas()?.payload else { return Ok(Seq::default()) };
    let position = payload.parse().map_err(|_error| TantivyError::InternalError("no position".to_owned()))?;
    Ok(Seq(position))
}

/// Opens every part of every segment, which reads their footers; tantivy itself forgives a missing part.
fn check_parts(index: &Index) -> Result<(), TantivyError> {
    for segment in index.searchable_segment_metas()? {
        for part in PARTS {
            index.directory().open_read(Path::new(&format!("{}.{part}", segment.id().uuid_string())))?;
        }
    }
    Ok(())
}

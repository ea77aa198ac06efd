//! The data folder: made private, and shared politely between processes.

use std::{
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::StoreError;

/// Who the folder's lock tells that it is in use; held for as long as any store of this process lives.
#[derive(Debug, Clone)]
pub(crate) struct Presence {
    _lock: Arc<File>,
}

/// Whether somebody else works in the folder at the moment of opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Company {
    /// Nobody: left-over temporary files belong to the dead.
    Alone,
    /// Another store, in this process or another.
    Others,
}

/// A private place, entered and not yet shared.
#[derive(Debug)]
pub(crate) struct Entrance {
    lock: File,
    path: PathBuf,
    pub(crate) company: Company,
}

/// Makes the folder (0700) when it is missing and enters it.
///
/// The first one in holds the lock alone until [`Entrance::share`], so that only one process at a time turns an
/// empty file into a database with a write-ahead log; the others wait here.
pub(crate) fn enter(data_dir: &Path) -> Result<Entrance, StoreError> {
    make_private(data_dir)?;
    let path = data_dir.join("lock");
    let lock = private_file(&path)?;
    let company = match lock.try_lock() {
        Ok(()) => Company::Alone,
        Err(fs::TryLockError::WouldBlock) => {
            lock.lock_shared().map_err(StoreError::file(&path))?;
            Company::Others
        }
        Err(fs::TryLockError::Error(source)) => return Err(StoreError::File { path, source }),
    };
    Ok(Entrance { lock, path, company })
}

impl Entrance {
    /// Lets others in.
    pub(crate) fn share(self) -> Result<Presence, StoreError> {
        if self.company == Company::Alone {
            self.lock.lock_shared().map_err(StoreError::file(&self.path))?;
        }
        Ok(Presence { _lock: Arc::new(self.lock) })
    }
}

/// Makes a folder that only its owner enters, and its name durable; one that is there is left as the operator
/// made it.
pub(crate) fn make_private(path: &Path) -> Result<(), StoreError> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent {
        make_durable(parent)?;
    }
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(StoreError::file(path)(error)),
        _ => sync(parent.unwrap_or(Path::new("."))),
    }
}

/// Makes a folder with those above it, each with a durable name.
fn make_durable(path: &Path) -> Result<(), StoreError> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent {
        make_durable(parent)?;
    }
    match fs::create_dir(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(StoreError::file(path)(error)),
        _ => sync(parent.unwrap_or(Path::new("."))),
    }
}

/// Opens a file that only its owner reads, made when it is missing.
pub(crate) fn private_file(path: &Path) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(StoreError::file(path))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.set_permissions(fs::Permissions::from_mode(0o600)).map_err(StoreError::file(path))?;
    }
    Ok(file)
}

/// Makes a folder's entries durable.
pub(crate) fn sync(path: &Path) -> Result<(), StoreError> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(StoreError::file(path))
}

//! A disk whose power can be cut: what a program under `shim/durable.c` had made durable, and nothing else.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::Command,
    time::UNIX_EPOCH,
};

use anyhow::{Context as _, ensure};
use tempfile::TempDir;

use crate::Random;

/// Pages reach a disk one by one.
const PAGE: usize = 4096;

/// What was on its way to the disk when the power went.
#[derive(Debug)]
pub enum Cut<'a> {
    /// Nothing of it arrived.
    Nothing,
    /// Some pages of some files arrived, and the names of some folders.
    Some(&'a mut Random),
}

/// The record of a disk.
#[derive(Debug)]
pub struct Disk {
    shim: PathBuf,
    record: PathBuf,
    root: PathBuf,
    folder: TempDir,
}

/// A name in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    File,
    Folder,
}

type Names = BTreeMap<String, (Sort, String)>;

impl Disk {
    /// The disk below a folder, all of which is durable now.
    pub fn of(root: &Path) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let (shim, record) = (folder.path().join("durable.so"), folder.path().join("record"));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/shim/durable.c");
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o"])
            .arg(&shim)
            .args([source, "-ldl"])
            .output()
            .context("a C compiler named cc")?;
        ensure!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let disk = Self { shim, record, root: root.to_owned(), folder };
        disk.settle()?;
        Ok(disk)
    }

    /// The environment of a program whose writes are to be recorded.
    pub fn environment(&self) -> Vec<(String, String)> {
        let text = |path: &Path| path.display().to_string();
        vec![("LD_PRELOAD".to_owned(), text(&self.shim)), ("DURABLE_DIR".to_owned(), text(&self.record))]
    }

    /// The folder of the record, which a program of another user must be able to write.
    pub fn record(&self) -> &Path {
        &self.record
    }

    /// The folder of the library and the record, which a program of another user must be able to enter.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Everything that is there now is durable.
    pub fn settle(&self) -> anyhow::Result<()> {
        if self.record.exists() {
            fs::remove_dir_all(&self.record)?;
        }
        fs::create_dir(&self.record)?;
        self.adopt(&self.root)
    }

    fn adopt(&self, folder: &Path) -> anyhow::Result<()> {
        let mut lines = String::new();
        for (name, (sort, key)) in names(folder)? {
            let path = folder.join(&name);
            let letter = match sort {
                Sort::File => {
                    fs::copy(&path, self.record.join(format!("f-{key}")))?;
                    'f'
                }
                Sort::Folder => {
                    self.adopt(&path)?;
                    'd'
                }
            };
            writeln!(lines, "{letter} {key} {name}")?;
        }
        Ok(fs::write(self.record.join(format!("d-{}", key(&fs::metadata(folder)?))), lines)?)
    }

    /// Cuts the power of a disk that nobody writes any more: what the record does not hold is gone from it.
    pub fn cut(&self, mut cut: Cut<'_>) -> anyhow::Result<()> {
        let after = tempfile::tempdir_in(&self.record)?;
        let key = key(&fs::metadata(&self.root)?);
        self.restore(&key, Some(&self.root), after.path(), &mut cut)?;
        for name in names(&self.root)?.keys() {
            let path = self.root.join(name);
            if path.is_dir() { fs::remove_dir_all(path)? } else { fs::remove_file(path)? }
        }
        for name in names(after.path())?.keys() {
            copy_all(&after.path().join(name), &self.root.join(name))?;
        }
        Ok(())
    }

    /// Makes a folder as it would be found; `live` is what programs saw last.
    fn restore(&self, key: &str, live: Option<&Path>, into: &Path, cut: &mut Cut<'_>) -> anyhow::Result<()> {
        let mut there = self.durable_names(key)?;
        if let (Cut::Some(random), Some(live)) = (&mut *cut, live)
            && random.below(2) == 0
        {
            there = names(live)?;
        }
        for (name, (sort, key)) in there {
            let live = live.map(|folder| folder.join(&name)).filter(|path| is_same(path, &key));
            let path = into.join(&name);
            match sort {
                Sort::Folder => {
                    fs::create_dir(&path)?;
                    self.restore(&key, live.as_deref(), &path, cut)?;
                }
                Sort::File => fs::write(&path, self.bytes(&key, live.as_deref(), cut)?)?,
            }
        }
        Ok(())
    }

    fn durable_names(&self, key: &str) -> anyhow::Result<Names> {
        let path = self.record.join(format!("d-{key}"));
        // A folder that was never synced has no durable names.
        let text = if path.exists() { fs::read_to_string(path)? } else { String::new() };
        text.lines()
            .map(|line| {
                let mut words = line.splitn(3, ' ');
                let mut word = || words.next().context("three words");
                let sort = if word()? == "d" { Sort::Folder } else { Sort::File };
                let key = word()?.to_owned();
                Ok((word()?.to_owned(), (sort, key)))
            })
            .collect()
    }

    fn bytes(&self, key: &str, live: Option<&Path>, cut: &mut Cut<'_>) -> anyhow::Result<Vec<u8>> {
        let path = self.record.join(format!("f-{key}"));
        let mut bytes = if path.exists() { fs::read(path)? } else { Vec::new() };
        if let (Cut::Some(random), Some(live)) = (cut, live) {
            let live = fs::read(live)?;
            for (number, page) in live.chunks(PAGE).enumerate() {
                let start = number * PAGE;
                if bytes.get(start..start + page.len()) != Some(page) && random.below(2) == 0 {
                    bytes.resize(bytes.len().max(start + page.len()), 0);
                    bytes.splice(start..start + page.len(), page.iter().copied());
                }
            }
        }
        Ok(bytes)
    }
}

fn names(folder: &Path) -> anyhow::Result<Names> {
    let mut names = Names::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let about = entry.metadata()?;
        let sort = match (about.is_file(), about.is_dir()) {
            (true, _) => Sort::File,
            (_, true) => Sort::Folder,
            // Sockets and pipes do not outlive the power.
            _ => continue,
        };
        names.insert(entry.file_name().to_string_lossy().into_owned(), (sort, key(&about)));
    }
    Ok(names)
}

/// The same key as the shim's.
fn key(about: &fs::Metadata) -> String {
    let born = about.created().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    format!("{}-{}-{}", about.ino(), born.as_secs(), born.subsec_nanos())
}

fn is_same(path: &Path, expected: &str) -> bool {
    fs::metadata(path).is_ok_and(|about| key(&about) == expected)
}

fn copy_all(from: &Path, to: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    if !from.is_dir() {
        fs::copy(from, to)?;
        return Ok(fs::set_permissions(to, fs::Permissions::from_mode(0o600))?);
    }
    fs::create_dir(to)?;
    fs::set_permissions(to, fs::Permissions::from_mode(0o700))?;
    for name in names(from)?.keys() {
        copy_all(&from.join(name), &to.join(name))?;
    }
    Ok(())
}

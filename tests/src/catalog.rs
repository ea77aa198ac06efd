//! The files of the real catalogs.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The folders whose files are imported.
pub const FOLDERS: [&str; 7] = [
    "argentina-datajson",
    "pydatajson",
    "geobtaa-latest",
    "project-open-data",
    "datagov-harvester",
    "ckan-responses",
    "mx-adela",
];

/// Every file of a folder, however deep, in order; not the facts that are known of them.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                pending.push(path);
            } else if path.file_name().is_none_or(|name| name != "expected.json") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

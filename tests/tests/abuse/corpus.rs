//! Requests that are sent for ever: one file each, as they go over the wire.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::case::Case;

/// Where the files are.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// Every request of the corpus.
pub(crate) fn cases() -> Vec<Case> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .flat_map(|family| {
            fs::read_dir(family).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
        })
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| {
            let name = file.strip_prefix(folder()).unwrap().display().to_string();
            Case::from_file(name, &fs::read(file).unwrap())
        })
        .collect()
}

mod tests {
    use super::*;

    #[test]
    fn the_files_are_small_and_whole_requests() {
        let cases = cases();
        assert!(cases.len() >= 30, "{}", cases.len());
        for case in cases {
            assert!(case.to_file().is_some(), "{} is too large", case.name);
            assert!(case.head.ends_with(b"\r\n\r\n"), "{}: line ends were changed", case.name);
        }
    }
}

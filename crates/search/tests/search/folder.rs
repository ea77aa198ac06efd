//! The folder: torn indexes are made anew, sound ones stay, those of other schemas go when nobody uses them.

use std::{fs, path::PathBuf};

use rstest::rstest;
use vitrina_domain::{change::Seq, query::Query, vocabulary::Vocabularies};
use vitrina_search::Index;

use crate::shelf::{Item, Shelf, open, words};

/// An index of ten records that was closed in peace.
fn closed() -> tempfile::TempDir {
    let shelf = Shelf::with(&(1..=10).map(|number| Item::titled(number, "Agua clara")).collect::<Vec<_>>());
    shelf.put(&[Item::titled(11, "Aire")], 7);
    let Shelf { index, dir } = shelf;
    drop(index);
    dir
}

fn folder(dir: &tempfile::TempDir) -> PathBuf {
    let entries = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path());
    entries.into_iter().find(|path| path.is_dir()).unwrap()
}

/// The first file with this ending.
fn file(dir: &tempfile::TempDir, ending: &str) -> PathBuf {
    let files = fs::read_dir(folder(dir)).unwrap().map(|entry| entry.unwrap().path());
    let mut named: Vec<_> = files.filter(|path| path.to_str().unwrap().ends_with(ending)).collect();
    named.sort();
    named.into_iter().next().unwrap_or_else(|| panic!("no {ending}"))
}

/// The index opens empty, at position 0, and takes records again.
fn assert_made_anew(dir: tempfile::TempDir) {
    let index = open(&dir);
    assert_eq!((index.position(), index.len()), (Seq(0), 0));
    let shelf = Shelf { index, dir };
    shelf.put(&[Item::titled(5, "Agua")], 12);
    assert_eq!(shelf.found(words("agua")), [5]);
    assert_eq!(open(&shelf.dir).position(), Seq(12));
}

#[test]
fn a_sound_index_stays() {
    let dir = closed();
    let index = open(&dir);
    assert_eq!((index.position(), index.len()), (Seq(7), 11));
}

#[rstest]
fn a_missing_part_makes_it_anew(
    #[values("meta.json", ".managed.json", ".store", ".idx", ".pos", ".term", ".fast", ".fieldnorm")]
    part: &str,
) {
    let dir = closed();
    fs::remove_file(file(&dir, part)).unwrap();
    if part == ".managed.json" {
        // Without the list of files nothing is lost, so the index stays.
        assert_eq!(open(&dir).len(), 11);
    } else {
        assert_made_anew(dir);
    }
}

#[rstest]
fn a_truncated_part_makes_it_anew(
    #[values("meta.json", ".managed.json", ".store", ".idx", ".pos", ".term", ".fast", ".fieldnorm")]
    part: &str,
    #[values(0, 1, 2)] thirds: usize,
) {
    let dir = closed();
    let path = file(&dir, part);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() * thirds / 3]).unwrap();
    assert_made_anew(dir);
}

#[test]
fn garbage_in_the_list_of_segments_makes_it_anew() {
    let dir = closed();
    fs::write(file(&dir, "meta.json"), b"{\"segments\": [], ").unwrap();
    assert_made_anew(dir);
}

#[test]
fn a_flipped_bit_in_the_list_of_segments_makes_it_anew() {
    let dir = closed();
    let path = file(&dir, "meta.json");
    let whole = fs::read_to_string(&path).unwrap();
    let key = whole.find("\"payload\"").unwrap();
    let digit = key + whole.get(key..).unwrap().find('7').unwrap();
    let mut torn = whole.into_bytes();
    torn[digit] ^= 1;
    fs::write(&path, torn).unwrap();
    assert_made_anew(dir);
}

#[test]
fn after_a_crash_every_byte_is_read() {
    let dir = closed();
    let path = file(&dir, ".store");
    let mut torn = fs::read(&path).unwrap();
    torn[0] ^= 1;
    fs::write(&path, torn).unwrap();
    fs::write(folder(&dir).join(".writer-at-work"), b"").unwrap();
    assert_made_anew(dir);
}

#[test]
fn after_a_crash_a_sound_index_stays() {
    let dir = closed();
    fs::write(folder(&dir).join(".writer-at-work"), b"").unwrap();
    assert_eq!((open(&dir).position(), open(&dir).len()), (Seq(7), 11));
}

#[test]
fn a_torn_index_is_left_alone_while_its_writer_lives() {
    let shelf = Shelf::with(&[Item::titled(1, "Agua")]);
    let writer = shelf.index.writer().unwrap().unwrap();
    let path = file(&shelf.dir, ".store");
    fs::write(&path, b"").unwrap();
    let other = Index::open(shelf.dir.path(), &Vocabularies::embedded().unwrap());
    assert!(other.is_err());
    assert!(path.exists());
    drop(writer);
    assert_eq!(open(&shelf.dir).position(), Seq(0));
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, b"").unwrap();
    assert!(Index::open(&file, &Vocabularies::embedded().unwrap()).is_err());
}

#[test]
fn indexes_of_other_schemas_go_once_nobody_uses_them() {
    let old = Vocabularies::embedded().unwrap();
    let mut new = old.clone();
    new.theme = old.sector.clone();
    let dir = tempfile::tempdir().unwrap();
    let before = Index::open(dir.path(), &old).unwrap();
    let old_folder = folder(&dir);
    fs::create_dir(dir.path().join("notes")).unwrap();

    let after = Index::open(dir.path(), &new).unwrap();
    assert!(after.writer().unwrap().is_some());
    assert!(old_folder.exists(), "someone reads it");
    drop(before);
    assert!(old_folder.exists(), "readers alone remove nothing");
    assert!(after.writer().unwrap().is_some());
    assert!(!old_folder.exists());
    assert!(dir.path().join("notes").exists(), "other folders are nobody's business");
    assert!(Index::open(dir.path(), &old).unwrap().is_empty());
}

#[test]
fn two_openings_at_once_make_one_index() {
    let dir = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert!(open(&dir).is_empty()));
        }
    });
    let shelf = Shelf { index: open(&dir), dir };
    shelf.put(&[Item::titled(1, "Agua")], 1);
    assert_eq!(shelf.found(Query::All), [1]);
}

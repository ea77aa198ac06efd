//! Writing: one at a time, all or nothing, seen at once.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    path::Path,
    process::{Command, Stdio},
};

use vitrina_domain::{change::Seq, query::Query, record::Visibility, vocabulary::Vocabularies};
use vitrina_search::Index;

use crate::shelf::{Item, Shelf, id, open, words};

#[test]
fn a_commit_is_seen_after_reload_with_its_position() {
    let shelf = Shelf::empty();
    assert_eq!((shelf.index.position(), shelf.index.len(), shelf.index.is_empty()), (Seq(0), 0, true));
    let reader = open(&shelf.dir);
    shelf.put(&[Item::titled(1, "Agua")], 41);
    assert_eq!((shelf.index.position(), shelf.index.len()), (Seq(41), 1));
    assert_eq!((reader.position(), reader.len()), (Seq(0), 0));
    reader.reload().unwrap();
    assert_eq!((reader.position(), reader.len()), (Seq(41), 1));
    assert_eq!((open(&shelf.dir).position(), open(&shelf.dir).len()), (Seq(41), 1));
}

#[test]
fn a_position_moves_without_documents() {
    let shelf = Shelf::with(&[Item::titled(1, "Agua")]);
    shelf.put(&[], 99);
    assert_eq!((shelf.index.position(), shelf.index.len()), (Seq(99), 1));
}

#[test]
fn a_record_is_replaced_and_taken_out() {
    let shelf = Shelf::with(&[Item::titled(1, "Agua"), Item::titled(2, "Aire")]);
    shelf.put(&[Item::titled(1, "Fuego"), Item::titled(1, "Tierra")], 2);
    assert!(shelf.found(words("agua")).is_empty() && shelf.found(words("fuego")).is_empty());
    assert_eq!(shelf.found(words("tierra")), [1]);
    assert_eq!(shelf.index.len(), 2);

    let mut writer = shelf.index.writer().unwrap().unwrap();
    writer.delete(id(1)).unwrap();
    writer.delete(id(77)).unwrap();
    assert_eq!(shelf.found(words("tierra")), [1], "nothing is seen before the commit");
    writer.commit(Seq(3)).unwrap();
    shelf.index.reload().unwrap();
    assert_eq!(shelf.found_sorted(Query::All), [2]);
}

#[test]
fn records_that_are_gone_are_not_in_the_index() {
    let gone = |number, visibility| Item::titled(number, "Agua").visibility(visibility);
    let reason = || "orden".to_owned();
    let shelf = Shelf::with(&[Item::titled(1, "Agua"), Item::titled(2, "Agua")]);
    shelf.put(
        &[
            gone(1, Visibility::Withdrawn { reason: reason() }),
            gone(3, Visibility::Deleted { reason: reason() }),
        ],
        2,
    );
    assert_eq!((shelf.found(words("agua")), shelf.index.len()), (vec![2], 1));
    shelf.put(&[Item::titled(1, "Agua")], 3);
    assert_eq!(shelf.found_sorted(words("agua")), [1, 2]);
}

#[test]
fn gone_records_leave_a_fresh_index_too() {
    let deleted = Visibility::Deleted { reason: "fuente".to_owned() };
    let shelf = Shelf::with(&[Item::titled(1, "Agua"), Item::titled(1, "Agua").visibility(deleted)]);
    assert!(shelf.index.is_empty());
}

#[test]
fn clearing_takes_effect_with_the_commit_and_refilling_follows_it() {
    let shelf = Shelf::with(&[Item::titled(1, "Agua"), Item::titled(2, "Aire")]);
    let mut writer = shelf.index.writer().unwrap().unwrap();
    writer.upsert(&Item::titled(3, "Antes").entry()).unwrap();
    writer.clear().unwrap();
    writer.upsert(&Item::titled(2, "Aire nuevo").entry()).unwrap();
    shelf.index.reload().unwrap();
    assert_eq!(shelf.index.len(), 2);
    writer.commit(Seq(5)).unwrap();
    shelf.index.reload().unwrap();
    assert_eq!((shelf.found(Query::All), shelf.index.len()), (vec![2], 1));
    assert_eq!(shelf.found(words("nuevo")), [2]);
}

#[test]
fn what_was_not_committed_is_lost_and_nothing_else() {
    let shelf = Shelf::with(&[Item::titled(1, "Agua")]);
    let mut writer = shelf.index.writer().unwrap().unwrap();
    writer.upsert(&Item::titled(2, "Aire").entry()).unwrap();
    writer.delete(id(1)).unwrap();
    drop(writer);
    shelf.index.reload().unwrap();
    assert_eq!((shelf.found(Query::All), shelf.index.position()), (vec![1], Seq(1)));
    shelf.put(&[Item::titled(3, "Suelo")], 2);
    assert_eq!(shelf.found_sorted(Query::All), [1, 3]);
}

#[test]
fn one_handle_writes_at_a_time() {
    let shelf = Shelf::empty();
    let other = open(&shelf.dir);
    let writer = shelf.index.writer().unwrap().unwrap();
    assert!(shelf.index.writer().unwrap().is_none());
    assert!(other.writer().unwrap().is_none());
    std::thread::scope(|scope| {
        scope.spawn(|| assert!(other.writer().unwrap().is_none()));
    });
    drop(writer);
    assert!(other.writer().unwrap().is_some());
}

/// Names the folder to the process that this test starts.
const FOLDER: &str = "VITRINA_TEST_INDEX_FOLDER";

#[test]
fn the_lock_holds_between_processes_and_dies_with_its_process() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        hold_the_lock(Path::new(&folder));
        return;
    }
    let shelf = Shelf::with(&[Item::titled(1, "Agua")]);
    let name = "writing::the_lock_holds_between_processes_and_dies_with_its_process";
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(FOLDER, shelf.dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("committed")), "the child says when it holds the lock");
    assert!(shelf.index.writer().unwrap().is_none());
    shelf.index.reload().unwrap();
    assert_eq!((shelf.found_sorted(Query::All), shelf.index.position()), (vec![1, 2], Seq(2)));
    child.kill().unwrap();
    child.wait().unwrap();
    let mut writer = shelf.index.writer().unwrap().expect("the lock died with the process");
    writer.upsert(&Item::titled(4, "Suelo").entry()).unwrap();
    writer.commit(Seq(3)).unwrap();
    shelf.index.reload().unwrap();
    assert_eq!(shelf.found_sorted(Query::All), [1, 2, 4], "what the child did not commit is lost");
}

/// The child's part: commits one record, leaves another uncommitted, and waits to be killed.
fn hold_the_lock(folder: &Path) {
    let index = Index::open(folder, &Vocabularies::embedded().unwrap()).unwrap();
    let mut writer = index.writer().unwrap().unwrap();
    writer.upsert(&Item::titled(2, "Aire").entry()).unwrap();
    writer.commit(Seq(2)).unwrap();
    writer.upsert(&Item::titled(3, "Fuego").entry()).unwrap();
    println!("committed");
    std::io::stdout().flush().unwrap();
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

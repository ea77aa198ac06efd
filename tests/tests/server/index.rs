//! The search index: lost, torn, made anew, shared by servers, and fed by an import beside a running one.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use rstest::rstest;
use serde_json::{Value, json};
use vitrina_tests::{Engine, Program, Setup, files};

use crate::showcase::{SOON, Showcase, data_json, datasets, entry, strings, until_found};

const EVERYTHING: &str = "/api/v1/search?kind=dataset";

/// What a whole index answers.
async fn check(showcase: &Showcase) {
    until_found(&showcase.reader, EVERYTHING, 6).await;
    let found = showcase.json("/api/v1/search?kind=dataset&q=educacion").await["items"].take();
    let mut found = strings(&found, "identifier");
    found.sort();
    assert_eq!(found, ["escuelas", "ninez"]);
    assert_eq!(showcase.json("/api/v1/status").await["index_is_current"], json!(true));
}

fn index(setup: &Setup) -> PathBuf {
    setup.data_dir().join("index")
}

/// The largest file of a kind in the index.
fn largest(setup: &Setup, extension: &str) -> PathBuf {
    let all = files(&index(setup)).into_iter();
    let of_kind = all.filter(|path| path.extension().is_some_and(|found| found == extension));
    of_kind.max_by_key(|path| fs::metadata(path).unwrap().len()).unwrap()
}

fn truncate(path: &Path) {
    let length = fs::metadata(path).unwrap().len();
    fs::OpenOptions::new().write(true).open(path).unwrap().set_len(length / 2).unwrap();
}

fn overwrite(path: &Path) {
    let length = fs::metadata(path).unwrap().len();
    fs::write(path, vec![0xA5; usize::try_from(length).unwrap()]).unwrap();
}

/// Leaves the end as it was, where a file's own checksum stands.
fn scribble(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let half = bytes.len() / 2;
    bytes.iter_mut().take(half).for_each(|byte| *byte ^= 0xA5);
    fs::write(path, bytes).unwrap();
}

/// What can befall an index while nobody watches.
#[derive(Debug, Clone, Copy)]
enum Mishap {
    Deleted,
    Truncated(&'static str),
    Overwritten(&'static str),
    Scribbled(&'static str),
    Missing(&'static str),
}

impl Mishap {
    fn befall(self, setup: &Setup) {
        match self {
            Self::Deleted => fs::remove_dir_all(index(setup)).unwrap(),
            Self::Truncated(kind) => truncate(&largest(setup, kind)),
            Self::Overwritten(kind) => overwrite(&largest(setup, kind)),
            Self::Scribbled(kind) => scribble(&largest(setup, kind)),
            Self::Missing(kind) => fs::remove_file(largest(setup, kind)).unwrap(),
        }
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_damaged_index_heals_by_itself(#[case] engine: Engine) {
    let Some(mut showcase) = Showcase::filled(engine).await else { return };
    for mishap in [
        Mishap::Deleted,
        Mishap::Truncated("store"),
        Mishap::Truncated("term"),
        Mishap::Missing("fast"),
        Mishap::Overwritten("idx"),
        Mishap::Scribbled("term"),
        Mishap::Scribbled("fast"),
        Mishap::Scribbled("store"),
        Mishap::Scribbled("idx"),
        Mishap::Truncated("json"),
        Mishap::Overwritten("json"),
    ] {
        check(&showcase).await;
        showcase = showcase.restarted(|setup| mishap.befall(setup)).await;
        println!("{mishap:?}");
        check(&showcase).await;
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_index_is_made_anew_with_and_without_a_server(#[case] engine: Engine) {
    let Some(showcase) = Showcase::filled(engine).await else { return };
    check(&showcase).await;
    let rebuild = |setup: &Setup| {
        let output = setup.run(&["index", "rebuild"]).unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stderr).unwrap()
    };
    let before = files(&index(&showcase.setup));
    let said = rebuild(&showcase.setup);
    assert!(said.contains("asked"), "{said}");
    // The server takes the request up by itself; the segments are other ones then.
    let is_anew = || {
        let now = files(&index(&showcase.setup));
        let of = |all: &[PathBuf]| {
            all.iter()
                .filter(|path| path.extension().is_some_and(|kind| kind == "store"))
                .cloned()
                .collect::<Vec<_>>()
        };
        let (old, new) = (of(&before), of(&now));
        !new.is_empty() && new.iter().all(|path| !old.contains(path))
    };
    let begun = std::time::Instant::now();
    while !is_anew() {
        assert!(begun.elapsed() < Duration::from_secs(20), "the server did not make it anew");
        // What is searched for is there all the while.
        assert_eq!(showcase.json(EVERYTHING).await["total"], 6);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    check(&showcase).await;
    let showcase = showcase
        .restarted(|setup| {
            fs::remove_dir_all(index(setup)).unwrap();
            let said = rebuild(setup);
            assert!(said.contains("the index holds every record"), "{said}");
        })
        .await;
    check(&showcase).await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_import_beside_a_running_server_is_found_there(#[case] engine: Engine) {
    let Some(showcase) = Showcase::filled(engine).await else { return };
    check(&showcase).await;
    let path = showcase.setup.data_dir().join("beside.json");
    let mut best = Duration::MAX;
    for number in 1..=3_usize {
        let more: Vec<Value> =
            (0..number).map(|one| entry(&format!("luz-{one}"), "Luminarias públicas")).collect();
        fs::write(&path, data_json(&more)).unwrap();
        let told = showcase.setup.run(&[
            "import",
            path.to_str().unwrap(),
            "--source",
            "al-lado",
            "--format",
            "json",
        ]);
        let told = told.unwrap();
        assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
        let report: Value = serde_json::from_slice(&told.stdout).unwrap();
        assert_eq!(report["outcomes"]["created"], 1, "{report}");
        let target = "/api/v1/search?kind=dataset&q=luminarias";
        best = best.min(until_found(&showcase.reader, target, u64::try_from(number).unwrap()).await);
    }
    assert!(best < SOON, "found only after {best:?}");
    let ops = showcase.changes("dataset").await;
    assert_eq!(ops.len(), datasets().len() + 3, "{ops:?}");
}

#[tokio::test]
async fn two_servers_on_one_database_find_what_either_wrote() {
    let Some(one) = Showcase::filled(Engine::Postgres).await else { return };
    // The other has the database in common and nothing else.
    let folder = tempfile::tempdir().unwrap();
    let mut command = one.setup.command(&["serve", "--listen", "127.0.0.1:0", "--base-url"]).unwrap();
    command.arg(format!("http://{}", one.server.address())).env("VITRINA_DATA_DIR", folder.path());
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped());
    let second = Program::spawn(command).unwrap();
    let there = second.http();
    until_found(&there, EVERYTHING, 6).await;
    let mut best = Duration::MAX;
    for number in 1..=3_u64 {
        let title = json!({"es": "Luminarias públicas"});
        one.create(&json!({"identifier": format!("luz-{number}"), "title": title})).await;
        best = best.min(until_found(&there, "/api/v1/search?q=luminarias", number).await);
    }
    assert!(best < SOON, "found only after {best:?}");

    // And the other way round, by the same token.
    let there = second.http().with_token(one.token());
    let mut best = Duration::MAX;
    for number in 1..=3_u64 {
        let document = json!({"identifier": format!("sol-{number}"), "title": {"es": "Paneles solares"}});
        let made = there.write(hyper::Method::POST, "/api/v1/datasets", &[], &document).await.unwrap();
        made.expect(201).unwrap();
        best = best.min(until_found(&one.reader, "/api/v1/search?q=paneles", number).await);
    }
    assert!(best < SOON, "found only after {best:?}");
}

#[tokio::test]
async fn an_index_that_is_deleted_under_a_running_server_is_made_anew() {
    let Some(showcase) = Showcase::filled(Engine::Sqlite).await else { return };
    check(&showcase).await;
    fs::remove_dir_all(index(&showcase.setup)).unwrap();
    let document = json!({"identifier": "nuevo", "title": {"es": "Conjunto nuevo"}});
    showcase.create(&document).await;
    until_found(&showcase.reader, EVERYTHING, 7).await;
    let log = showcase.server.log();
    assert!(log.contains("does not recover and is made anew"), "{log}");
    let showcase = showcase.restarted(|_| ()).await;
    until_found(&showcase.reader, EVERYTHING, 7).await;
}

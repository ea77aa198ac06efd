//! Told to end in the middle of its work, the server answers what it has accepted, and ends well.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use anyhow::ensure;
use hyper::Method;
use rstest::rstest;
use vitrina_tests::{
    Auditor, Engine, Http, Program, Random, Setup, Swarm, audit,
    ledger::{Object, Way, Words},
};

/// Readers, each with a connection of its own that it keeps.
const READERS: usize = 8;

/// Datasets of the import that is under way.
const ITEMS: usize = 200;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_is_answered_before_the_end(#[case] engine: Engine) {
    let mut random = Random::told_or_new("end under load");
    let Some(setup) = Setup::on(engine).await.unwrap() else { return };
    let token = setup.token(&["write:datasets", "import"]).unwrap();
    let program = Program::serve(&setup).await.unwrap();
    let http = program.http().with_token(&token);
    let words = Arc::new(Words::new());
    let swarm = Swarm::new(4, &mut random, &words, &http).await.unwrap();
    let working = swarm.start(&http);
    let stop = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> =
        (0..READERS).map(|_| tokio::spawn(read(Http::new(program.address()), Arc::clone(&stop)))).collect();
    let importing = {
        let http = http.clone();
        tokio::spawn(async move {
            http.send(Method::POST, "/api/v1/import?source=last", &[], import().into()).await
        })
    };
    // The import has begun when its run can be seen.
    loop {
        let runs = http.get("/api/v1/import/runs?limit=20").await.unwrap().expect(200).unwrap().json();
        if runs["items"].as_array().unwrap().iter().any(|run| run["source_name"] == "last") {
            break;
        }
    }

    let told = Instant::now();
    let ended = tokio::task::spawn_blocking(|| program.terminate()).await.unwrap().unwrap();
    assert!(ended.success(), "{ended}");
    let answer = importing.await.unwrap().unwrap().expect(201).unwrap();
    assert_eq!(answer.json()["tally"]["created"], ITEMS, "{}", answer.text());
    for reader in readers {
        let sent = reader.await.unwrap().unwrap();
        assert!(sent >= told, "a request sent {:?} before the end was never answered", told - sent);
    }
    stop.store(true, Ordering::Relaxed);

    // Whatever was done was also told: nothing that was written is unknown to its writer.
    let mut swarm = working.end().await.unwrap();
    let program = Program::serve(&setup).await.unwrap();
    let store = audit::open(&setup).await.unwrap();
    let mut imported = imported();
    for object in &mut imported {
        object.acknowledge(None, None);
    }
    let objects = swarm.objects_mut().chain(&mut imported);
    let found = Auditor::default().look(&store, &program.http(), objects).await.unwrap();
    assert_eq!(found.happened, 0, "a write was done and not answered: {found:?}");
    assert!(found.acknowledged > ITEMS, "{found:?}");
}

/// Reads until the server is gone, and never sees that it is ready once it is ending; when the request was sent
/// that was not answered.
async fn read(http: Http, stop: Arc<AtomicBool>) -> anyhow::Result<Instant> {
    let mut ending = false;
    loop {
        let sent = Instant::now();
        let path = if ending { "/health/ready" } else { "/api/v1/datasets?limit=20" };
        let Ok(answer) = http.get(path).await else { return Ok(sent) };
        match answer.status.as_u16() {
            200 => ensure!(path != "/health/ready", "ready, though it is ending"),
            503 => ensure!(!answer.header("retry-after").is_empty(), "{}", answer.text()),
            other => anyhow::bail!("{other}: {}", answer.text()),
        }
        // The server says with the last answer on a connection that it is the last.
        ending = answer.header("connection") == "close";
        ensure!(!stop.load(Ordering::Relaxed), "the server has ended and answers");
    }
}

fn import() -> String {
    let words = |object: &Object| object.pending.as_ref().map(|version| version.word.clone());
    let line = |object: &Object| words(object).map(|word| object.document(&word).to_string() + "\n");
    imported().iter().filter_map(line).collect()
}

/// The datasets of the import as they must be found.
fn imported() -> Vec<Object> {
    let object = |number: usize| {
        let mut object = Object::new(format!("last-{number}"), Way::Import);
        object.pending = Some(object.next(format!("8{number:011}")));
        object
    };
    (0..ITEMS).map(object).collect()
}

//! The program is killed in the middle of its work; nothing that it acknowledged may be missing afterwards.

use std::{
    collections::HashSet,
    process::{Output, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, anyhow, ensure};
use rstest::rstest;
use serde_json::Value;
use vitrina_domain::{canonical, record::Kind, scope::Scope};
use vitrina_store::{Extent, ListFilter, Walk};
use vitrina_tests::{
    Auditor, Engine, Found, Http, Program, Random, Setup, Swarm, audit,
    ledger::{Object, Way, Words},
    told,
};

/// From ready to the kill.
const LIFE: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(2));

/// How long a restart may take, with an index that has to catch up.
const RESTART: Duration = Duration::from_secs(5);

/// After so many kills the work goes on in an empty place.
const CYCLES_PER_PLACE: usize = 25;

const WRITERS: usize = 6;

/// How often the program is killed: as `VITRINA_CRASH_CYCLES` says (of `PostgreSQL` three tenths of it), else so
/// often that a commit can wait for it.
fn cycles(engine: Engine) -> usize {
    match (told("VITRINA_CRASH_CYCLES").and_then(|cycles| cycles.parse::<usize>().ok()), engine) {
        (Some(cycles), Engine::Sqlite) => cycles,
        (Some(cycles), Engine::Postgres) => cycles * 3 / 10,
        (None, Engine::Sqlite) => 20,
        (None, Engine::Postgres) => 10,
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_program_is_killed(#[case] engine: Engine) {
    let mut random = Random::told_or_new("kill -9");
    let (mut left, mut found, mut slowest) = (cycles(engine), Found::default(), Duration::ZERO);
    let cycles = left;
    while left > 0 {
        let here = left.min(CYCLES_PER_PLACE);
        let Some((seen, start)) = kill_in_one_place(engine, here, &mut random).await.unwrap() else { return };
        found += seen;
        slowest = slowest.max(start);
        left -= here;
    }
    report(&format!("{engine:?}: {cycles} kills, slowest restart {slowest:?}, {found:?}"));
    assert!(found.acknowledged > cycles * 5, "too little was written to tell anything: {found:?}");
}

#[expect(clippy::print_stderr, reason = "the figures of a long run are its result")]
fn report(text: &str) {
    eprintln!("{text}");
}

/// Kills a server over one data folder again and again; what was seen, and the slowest restart.
async fn kill_in_one_place(
    engine: Engine,
    cycles: usize,
    random: &mut Random,
) -> anyhow::Result<Option<(Found, Duration)>> {
    let Some(setup) = Setup::whole(engine).await? else { return Ok(None) };
    let token = setup.token(&["write:datasets", "import"])?;
    let mut program = Program::serve(&setup).await?;
    let words = Arc::new(Words::new());
    let mut swarm = Swarm::new(WRITERS, random, &words, &program.http().with_token(&token)).await?;
    let (mut auditor, mut found, mut slowest) = (Auditor::default(), Found::default(), Duration::ZERO);
    let mut revoked = Vec::new();
    for cycle in 0..cycles {
        let working = swarm.start(&program.http().with_token(&token));
        let revoking = (cycle % 5 == 1).then(|| revoke_a_token(&setup)).transpose()?;
        tokio::time::sleep(random.moment(LIFE.0, LIFE.1)).await;
        program.kill()?;
        swarm = working.end().await?;
        revoked.extend(revoking);
        program = Program::serve(&setup).await?;
        slowest = slowest.max(program.started_in());
        ensure!(program.started_in() <= RESTART, "a restart took {:?}", program.started_in());
        let store = audit::open(&setup).await?;
        found += auditor.look(&store, &program.http(), swarm.objects_mut()).await?;
        drop(store);
        swarm.forget_unborn();
        for token in &revoked {
            refused(&program.http(), token).await?;
        }
    }
    Auditor::walk(&program.http(), swarm.objects()).await?;
    ensure!(program.terminate()?.success(), "it did not end well");
    check_files(&setup, found.vanished).await?;
    check_cluster(&setup)?;
    Ok(Some((found, slowest)))
}

/// Nothing half-written is left, and no more files without a row than imports were cut off before their first row.
async fn check_files(setup: &Setup, cut_off: usize) -> anyhow::Result<()> {
    let store = audit::open(setup).await?;
    let temporary = std::fs::read_dir(setup.data_dir().join("tmp"))?.count();
    ensure!(temporary == 0, "{temporary} temporary files are left");
    let stored = setup.stored_files()?;
    ensure!(!stored.is_empty(), "no file was ever stored");
    let orphans = store.orphaned_files(&stored).await.map_err(|error| anyhow!(error))?;
    ensure!(orphans <= cut_off, "{orphans} files without a row, {cut_off} writes that did not happen");
    store.close().await;
    Ok(())
}

/// Makes a token and takes it back with the command line, while the server runs.
fn revoke_a_token(setup: &Setup) -> anyhow::Result<String> {
    let made =
        done(setup.run(&["admin", "token", "create", "--name", "short", "--scope", "write:datasets"])?)?;
    let said = String::from_utf8(made.stderr)?;
    let id = said.split_whitespace().nth(1).context("an id")?;
    done(setup.run(&["admin", "token", "revoke", id])?)?;
    Ok(String::from_utf8(made.stdout)?.trim().to_owned())
}

fn done(output: Output) -> anyhow::Result<Output> {
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(output)
}

async fn refused(http: &Http, token: &str) -> anyhow::Result<()> {
    let document = serde_json::json!({"title": "No debe entrar"});
    let answer =
        http.with_token(token).write(hyper::Method::POST, "/api/v1/datasets", &[], &document).await?;
    ensure!(answer.status.as_u16() == 401, "a revoked token is good again: {}", answer.status);
    Ok(())
}

/// The control of the audit: each kind of loss is made up, and must be seen.
#[tokio::test(flavor = "multi_thread")]
async fn the_audit_sees_what_is_missing() {
    type Damage = fn(&mut Vec<Object>);
    let mut random = Random::told_or_new("the audit itself");
    let setup = Setup::on(Engine::Sqlite).await.unwrap().expect("SQLite is there");
    let token = setup.token(&["write:datasets", "import"]).unwrap();
    let program = Program::serve(&setup).await.unwrap();
    let http = program.http().with_token(&token);
    let swarm = Swarm::new(2, &mut random, &Arc::new(Words::new()), &http).await.unwrap();
    let working = swarm.start(&http);
    while http.get("/api/v1/status").await.unwrap().json()["records"]["dataset"].as_u64() < Some(60) {}
    let swarm = working.end().await.unwrap();
    // Searches follow within a moment.
    while http.get("/api/v1/status").await.unwrap().json()["index_lag"].as_u64() != Some(0) {}
    let store = audit::open(&setup).await.unwrap();
    let objects: Vec<Object> = swarm.objects().cloned().collect();
    let look = async |mut objects: Vec<Object>| {
        let found = Auditor::default().look(&store, &http, objects.iter_mut()).await;
        found.map_err(|error| format!("{error:#}"))
    };
    assert_eq!(look(objects.clone()).await.unwrap().acknowledged, swarm.acknowledged());
    let damages: [(&str, Damage); 6] = [
        ("gives the file", |objects| {
            let object = objects.iter_mut().find(|object| object.file.is_some()).unwrap();
            object.file = Some(canonical::Digest::of(b"another"));
        }),
        ("LOST", |objects| {
            let object = objects.iter_mut().find(|object| object.is_live()).unwrap();
            object.pending = Some(object.next("70000000000".to_owned()));
            object.acknowledge(None, None);
        }),
        ("LOST", |objects| {
            let mut object = Object::new("never-1".to_owned(), Way::Single);
            object.pending = Some(object.next("70000000001".to_owned()));
            object.acknowledge(None, None);
            objects.push(object);
        }),
        ("nobody wrote", |objects| drop(objects.pop())),
        ("is not Version", |objects| {
            let versions = objects.iter_mut().flat_map(|object| &mut object.versions);
            let version = versions.into_iter().find(|version| version.hash.is_some()).unwrap();
            version.hash = Some(canonical::digest(&Value::Null));
        }),
        ("is half of what was sent", |objects| {
            let object = objects.iter_mut().find(|object| object.is_live()).unwrap();
            object.versions.last_mut().unwrap().word = "70000000002".to_owned();
        }),
    ];
    for (fault, damage) in damages {
        let mut objects = objects.clone();
        damage(&mut objects);
        let said = look(objects).await.unwrap_err();
        assert!(said.contains(fault), "{fault} expected: {said}");
    }
}

/// On `PostgreSQL` its own check of every table and index, where that is installed.
fn check_cluster(setup: &Setup) -> anyhow::Result<()> {
    let Some(url) = setup.database_url() else { return Ok(()) };
    let Some(program) = amcheck() else {
        report("pg_amcheck is not installed: the files of PostgreSQL were not checked");
        return Ok(());
    };
    let (address, host) = url.split_once("?host=").context("an address with a socket")?;
    let (_, database) = address.rsplit_once('/').context("an address with a database")?;
    let checked = std::process::Command::new(program)
        .args(["-h", host, "-U", "postgres", "--install-missing", "--heapallindexed", "-d", database])
        .output()?;
    done(checked).map(|_| ()).context("pg_amcheck")
}

fn amcheck() -> Option<std::path::PathBuf> {
    let releases = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let path = told("PATH").unwrap_or_default();
    releases
        .map(|release| release.path().join("bin"))
        .chain(path.split(':').map(std::path::PathBuf::from))
        .map(|folder| folder.join("pg_amcheck"))
        .find(|program| program.is_file())
}

/// Datasets in a document that is imported.
const ITEMS: usize = 500;

/// How often an import is killed.
const IMPORTS: usize = 20;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_killed_keeps_what_it_told_and_tears_nothing(#[case] engine: Engine) {
    let mut random = Random::told_or_new("kill -9 during an import");
    let Some(setup) = Setup::on(engine).await.unwrap() else { return };
    let token = setup.token(&["import"]).unwrap();
    let mut edition = Edition { number: 1, acknowledged: HashSet::new() };
    let (mut told, mut finished) = (0, 0);
    for round in 0..IMPORTS {
        let program = Program::serve(&setup).await.unwrap();
        let http = program.http().with_token(&token);
        let by = if round % 2 == 0 { By::Server } else { By::CommandLine };
        let life = random.moment(LIFE.0, LIFE.1);
        let ended = import_and_kill(&setup, program, &http, &mut edition, by, life).await.unwrap();
        told += edition.acknowledged.len();

        let program = Program::serve(&setup).await.unwrap();
        assert!(program.started_in() <= RESTART, "a restart took {:?}", program.started_in());
        edition.check(&setup, &program.http(), &mut random).await.unwrap();
        assert!(program.terminate().unwrap().success());
        if ended == Ended::Whole {
            finished += 1;
            edition = Edition { number: edition.number + 1, acknowledged: HashSet::new() };
        }
    }
    report(&format!("{engine:?}: {IMPORTS} imports killed, {told} items told before, {finished} had ended"));
    assert!(finished < IMPORTS, "no import was killed half-way");
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Server,
    CommandLine,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Whole,
    Killed,
}

/// A document that is imported until it is in whole; then the next edition follows, with every dataset changed.
struct Edition {
    number: usize,
    /// The items that the run told of before its end.
    acknowledged: HashSet<usize>,
}

impl Edition {
    fn word(&self, item: usize) -> String {
        format!("7{:03}{item:08}", self.number)
    }

    fn document(&self) -> String {
        let item = |item: usize| {
            let object = Object::new(format!("item-{item}"), Way::Import);
            object.document(&self.word(item)).to_string() + "\n"
        };
        (0..ITEMS).map(item).collect()
    }

    /// Every item that was told of is there in this edition, every other in this one or the one before, whole.
    async fn check(&self, setup: &Setup, http: &Http, random: &mut Random) -> anyhow::Result<()> {
        let store = audit::open(setup).await?;
        let faults = store.faults().await.map_err(|error| anyhow!(error))?;
        ensure!(faults.is_empty(), "{faults:#?}");
        let before = Self { number: self.number - 1, acknowledged: HashSet::new() };
        let (mut after, mut missing) = (None, self.acknowledged.clone());
        let mut count = 0_u64;
        loop {
            let scope = Scope::Public;
            let page = store
                .page(
                    &scope,
                    Kind::Dataset,
                    &ListFilter::default(),
                    Walk { after, ..Walk::first(200) },
                    Extent::Whole,
                )
                .await?;
            let Some(last) = page.last() else { break };
            after = Some(last.created_seq);
            for record in page {
                let record = record.read()?;
                count += 1;
                let item: usize = record.identifier.strip_prefix("item-").context("an item")?.parse()?;
                let title = serde_json::to_string(&record.metadata.to_document()["title"])?;
                let is_new = title.contains(&self.word(item));
                ensure!(is_new || title.contains(&before.word(item)), "{item} is of no edition: {title}");
                ensure!(is_new || !self.acknowledged.contains(&item), "LOST: {item} is as it was before");
                ensure!(canonical::digest(&record.metadata.to_document()) == record.hash, "{item} is torn");
                missing.remove(&item);
                if random.below(40) == 0 {
                    let word = if is_new { self.word(item) } else { before.word(item) };
                    let found =
                        http.get(&format!("/api/v1/search?kind=dataset&q={word}")).await?.expect(200)?.json();
                    ensure!(
                        found["items"][0]["id"] == record.id.to_string() && found["total"] == 1,
                        "{found}"
                    );
                    let served =
                        http.get(&format!("/api/v1/datasets/{}", record.id)).await?.expect(200)?.json();
                    ensure!(served["hash"] == record.hash.to_string(), "{served}");
                }
            }
        }
        ensure!(missing.is_empty(), "LOST: {missing:?}");
        for path in
            ["/api/v1/datasets?limit=1&count=exact", "/api/v1/search?kind=dataset&limit=1&count=exact"]
        {
            let total = http.get(path).await?.expect(200)?.json()["total"].clone();
            ensure!(total == count, "{path} counts {total}, the store {count}");
        }
        Ok(())
    }
}

async fn newest_run(http: &Http) -> anyhow::Result<Value> {
    Ok(http.get("/api/v1/import/runs?limit=1").await?.expect(200)?.json()["items"][0]["id"].clone())
}

/// Notes what the run that follows another tells of its items, until an instant.
async fn watch(http: &Http, before: &Value, edition: &mut Edition, end: Instant) -> anyhow::Result<()> {
    let mut target = None;
    while Instant::now() < end {
        if target.is_none() {
            let id = newest_run(http).await?;
            target = id
                .as_str()
                .filter(|_| id != *before)
                .map(|id| format!("/api/v1/import/runs/{id}/items?limit=100"));
        }
        if let Some(target) = &mut target {
            let page = http.get(target).await?.expect(200)?.json();
            for item in page["items"].as_array().context("items")? {
                let number = item["identifier"].as_str().and_then(|name| name.strip_prefix("item-"));
                edition.acknowledged.insert(number.context("an item")?.parse()?);
            }
            match page["next"].as_str() {
                Some(next) => next.clone_into(target),
                None => tokio::time::sleep(Duration::from_millis(2)).await,
            }
        }
    }
    Ok(())
}

/// Imports the edition and kills what imports it after a while.
async fn import_and_kill(
    setup: &Setup,
    program: Program,
    http: &Http,
    edition: &mut Edition,
    by: By,
    life: Duration,
) -> anyhow::Result<Ended> {
    let before = newest_run(http).await?;
    let document = edition.document();
    let file = setup.data_dir().join("edition.ndjson");
    let (mut posting, mut child) = (None, None);
    match by {
        By::Server => {
            let http = http.clone();
            let path = "/api/v1/import?source=edition";
            posting = Some(tokio::spawn(async move {
                http.send(hyper::Method::POST, path, &[], document.into()).await
            }));
        }
        By::CommandLine => {
            std::fs::write(&file, document)?;
            let path = file.to_str().context("a path")?;
            let mut command = setup.command(&["import", path, "--source", "edition", "--format", "json"])?;
            child = Some(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
        }
    }
    watch(http, &before, edition, Instant::now() + life).await?;
    let mut ended = Ended::Killed;
    if let Some(mut child) = child {
        child.kill()?;
        if child.wait()?.success() {
            ended = Ended::Whole;
        }
    }
    program.kill()?;
    if let Some(posting) = posting
        && posting.await?.is_ok_and(|answer| answer.status.as_u16() == 201)
    {
        ended = Ended::Whole;
    }
    if ended == Ended::Whole {
        edition.acknowledged = (0..ITEMS).collect();
    }
    Ok(ended)
}

//! Too much from one client, and too much from all of them.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::{Context as _, anyhow, ensure};
use serde_json::Value;
use tokio::task::JoinSet;
use vitrina_store::testing::Session;
use vitrina_tests::{Engine, Http, Program, Setup};

use crate::{
    elsewhere::owed, operation::Operation, place, provocation::not_there, recorder::Recorder,
    request::Request, stage::Stage, staged, wire,
};

/// Far more than any share of one client takes.
const ROUNDS: usize = 100;
const AT_ONCE: usize = 16;

/// How long the holders of all places may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn whoever_asks_too_often_is_told_when_to_come_again() {
    let mut setup = place().await.unwrap();
    let public = ["--base-url", "https://datos.example.org", "--tls", "proxy", "--proxies", "127.0.0.1"];
    setup.arguments = public.map(str::to_owned).to_vec();
    let server = Program::serve(&setup).await.unwrap();
    let mut recorder = Recorder::new(server.http());
    let owed = owed("whoever_asks_too_often_is_told_when_to_come_again", "too-many-requests").unwrap();
    for (number, operation) in owed.iter().enumerate() {
        // Each has an address of its own, from those that are kept for documentation.
        let request = cheap(operation)
            .with("host", "datos.example.org")
            .with("x-forwarded-for", &format!("198.51.100.{number}"));
        for _ in 0..ROUNDS {
            if recorder.has_seen(operation, "too-many-requests") {
                break;
            }
            let again = vec![(operation.clone(), request.clone()); AT_ONCE];
            recorder.send_together(again).await.unwrap();
        }
    }
    recorder.settle(&owed, "too-many-requests");
}

/// What is counted and costs little: it is refused, unless the share of its client is used up.
fn cheap(operation: &Operation) -> Request {
    // Of exports those are counted that run, so that they have to run.
    if operation.id == "get_export" {
        let path = operation.path.replace("{file}", "datasets.ndjson");
        return Request { path, ..Request::default() };
    }
    // So do downloads, as far as the database.
    if operation.id == "download_file" {
        let path = operation.path.replace("{id}", "0190b6a5-7e2a-7c3e-8f10-00000000000f");
        return Request { path, ..Request::default() };
    }
    Request { path: not_there(operation), ..Request::default() }.asking("unheard_of=1")
}

#[tokio::test]
async fn a_class_without_room_says_so_at_once() {
    let Some(mut setup) = Setup::on(Engine::Postgres).await.unwrap() else { return };
    let budgets = "read=1, search=1, export=1, write=1, validate=1, import=1, upload=1, download=1";
    setup.environment.push(("VITRINA_BUDGETS".to_owned(), budgets.to_owned()));
    let (server, stage) = staged(&setup).await.unwrap();
    let _held = filled(&server, &setup, &stage).await.unwrap();
    let owed = owed("a_class_without_room_says_so_at_once", "overloaded").unwrap();
    let mut recorder = Recorder::new(server.http());
    let asked =
        owed.iter().map(|operation| (operation.clone(), stage.request(operation, &stage.id_of(operation))));
    recorder.send_together(asked).await.unwrap();
    recorder.settle(&owed, "overloaded");
}

/// What keeps every place of every class taken, as long as it is kept.
struct Held {
    _lock: Session,
    _holders: JoinSet<()>,
}

/// What takes the places of each class: reads that wait for a table, and bodies that do not come.
const HOLDERS: [(&str, &str); 8] = [
    ("read", "list_sources"),
    ("search", "search_records"),
    ("export", "get_export"),
    ("write", "create_dataset"),
    ("validate", "validate_document"),
    ("import", "create_import"),
    ("upload", "upload_file"),
    ("download", "download_file"),
];

/// Takes every place of every class.
async fn filled(server: &Program, setup: &Setup, stage: &Stage) -> anyhow::Result<Held> {
    let http = server.http();
    let rooms = rooms(&http.get("/api/v1/limits").await?.expect(200)?.json())?;
    let address = setup.database_url().context("an address")?;
    let lock = Session::open(&address).await.map_err(|error| anyhow!(error))?;
    let tables = "BEGIN; LOCK TABLE sources, changes, files IN ACCESS EXCLUSIVE MODE";
    lock.run(tables).await.map_err(|error| anyhow!(error))?;
    let operations = Operation::all()?;
    let mut holders = JoinSet::new();
    for (class, holder) in HOLDERS {
        let operation = operations.iter().find(|known| known.id == holder).context("no such operation")?;
        let request = stage.request(operation, &stage.id_of(operation));
        for _ in 0..*rooms.get(class).context("a class without a budget")? {
            holders.spawn(hold(http.clone(), operation.clone(), request.clone()));
        }
    }
    until_full(&http, &rooms).await?;
    Ok(Held { _lock: lock, _holders: holders })
}

/// Asks, and takes as long as it can; how it ends does not matter.
async fn hold(http: Http, operation: Operation, request: Request) {
    if operation.body.is_some() {
        let _ = wire::send(http.address(), &operation, &request, wire::Rest::Never).await;
    } else {
        let _ = request.send(&http, &operation).await;
    }
}

/// By class, how many requests run and wait.
fn rooms(limits: &Value) -> anyhow::Result<BTreeMap<String, u64>> {
    let classes = limits["classes"].as_array().context("no classes")?;
    let room = |class: &Value| {
        let budget = &class["budget"];
        let room = budget["concurrent"].as_u64()? + budget["queue"].as_u64()?;
        Some((class["class"].as_str()?.to_owned(), room))
    };
    Ok(classes.iter().filter_map(room).collect())
}

/// Waits until every holder has a place, waits for one, or was told that there is none.
async fn until_full(http: &Http, rooms: &BTreeMap<String, u64>) -> anyhow::Result<()> {
    let begun = Instant::now();
    loop {
        let figures = http.get("/metrics").await?.expect(200)?.text();
        let figure = |name: &str, class: &str| {
            let start = format!("vitrina_{name}{{class=\"{class}\"}} ");
            figures
                .lines()
                .find_map(|line| line.strip_prefix(&start)?.parse::<u64>().ok())
                .unwrap_or_default()
        };
        let has_come = |class: &str| {
            ["in_flight", "waiting", "shed_total"].map(|name| figure(name, class)).iter().sum::<u64>()
        };
        if HOLDERS.iter().all(|(class, _)| rooms.get(*class).is_some_and(|room| *room <= has_come(class))) {
            return Ok(());
        }
        ensure!(begun.elapsed() < PATIENCE, "there is always room: {figures}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

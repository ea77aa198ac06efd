//! The database does not answer: it is gone, or it hangs.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, time::Duration};

use anyhow::{Context as _, anyhow, ensure};
use tokio::task::JoinSet;
use vitrina_store::testing::{OwnCluster, Session};
use vitrina_tests::Http;

use crate::{
    elsewhere::owed, operation::Operation, place, recorder::Recorder, request::Request, stage::Stage, staged,
};

/// More connections for reading than there are operations: each request has one that was good a moment ago.
const CONNECTIONS: u32 = 120;

/// How long the server may take to open them.
const PATIENCE: Duration = Duration::from_mins(1);

const NAME: &str = "a_database_that_is_gone_is_told_from_one_that_hangs";

#[tokio::test]
async fn a_database_that_is_gone_is_told_from_one_that_hangs() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut cluster) = made(folder.path()).unwrap() else { return };
    start(&mut cluster).unwrap();
    let mut setup = place().await.unwrap();
    for (name, value) in [
        ("VITRINA_DATABASE_URL", cluster.url()),
        ("VITRINA_MAX_CONNECTIONS", CONNECTIONS.to_string()),
        ("VITRINA_BUDGETS", "read=256, search=256, export=64, write=64, import=64".to_owned()),
    ] {
        setup.environment.push((name.to_owned(), value));
    }
    let (server, stage) = staged(&setup).await.unwrap();
    let mut recorder = Recorder::new(server.http());

    warm(&cluster.url(), &recorder.http).await.unwrap();
    cluster.kill().unwrap();
    let gone = owed(NAME, "unavailable").unwrap();
    recorder.send_together(requests(&stage, &gone)).await.unwrap();
    recorder.settle(&gone, "unavailable");
    nobody_waits_behind_others(&recorder.http, &stage).await.unwrap();

    start(&mut cluster).unwrap();
    warm(&cluster.url(), &recorder.http).await.unwrap();
    cluster.freeze().unwrap();
    let hanging = owed(NAME, "timed-out").unwrap();
    recorder.send_together(requests(&stage, &hanging)).await.unwrap();
    recorder.settle(&hanging, "timed-out");
}

/// Everybody who asks for the same in the same moment is told in the same moment: in a line behind each other they would
/// all but the first two run out of time.
async fn nobody_waits_behind_others(http: &Http, stage: &Stage) -> anyhow::Result<()> {
    let path = format!("/api/v1/datasets/{}", stage.there["datasets"]);
    let mut readers = JoinSet::new();
    for _ in 0..20 {
        let (http, path) = (http.clone(), path.clone());
        readers.spawn(async move { http.get(&path).await });
    }
    while let Some(answered) = readers.join_next().await {
        let answer = answered??;
        ensure!(answer.json()["code"] == "unavailable", "{} {}", answer.status, answer.text());
    }
    Ok(())
}

fn requests(stage: &Stage, operations: &[Operation]) -> Vec<(Operation, Request)> {
    let request = |operation: &Operation| {
        let request = stage.request(operation, &stage.id_of(operation));
        // Without a facet there is nothing to count.
        if operation.id == "count_facets" { request.asking("facets=theme") } else { request }
    };
    operations.iter().map(|operation| (operation.clone(), request(operation))).collect()
}

/// A cluster of this test's own; nothing when `PostgreSQL` is not installed.
fn made(folder: &Path) -> anyhow::Result<Option<OwnCluster>> {
    // The account that the server runs under reads it.
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    OwnCluster::make(folder).map_err(|error| anyhow!(error))
}

fn start(cluster: &mut OwnCluster) -> anyhow::Result<()> {
    let settings = ["max_connections=200", "shared_buffers=16MB", "fsync=off"];
    cluster.start(&settings, &[]).map_err(|error| anyhow!(error))
}

/// Lets the server open all its connections for reading: so many readers wait for a table at once.
async fn warm(address: &str, http: &Http) -> anyhow::Result<()> {
    let open = async || Session::open(address).await.map_err(|error| anyhow!(error));
    let (lock, watcher) = (open().await?, open().await?);
    let connected = "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = 'vitrina'";
    lock.run("BEGIN; LOCK TABLE sources IN ACCESS EXCLUSIVE MODE").await.map_err(|error| anyhow!(error))?;
    let mut readers = JoinSet::new();
    let warming = async {
        while watcher.number(connected).await.map_err(|error| anyhow!(error))? < i64::from(CONNECTIONS) {
            // Whoever had a connection that was closed in the meantime is answered at once; another one comes.
            while readers.try_join_next().is_some() {}
            while readers.len() < usize::try_from(CONNECTIONS)? {
                let http = http.clone();
                readers.spawn(async move { http.get("/api/v1/sources").await });
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(PATIENCE, warming).await.context("the connections are never all open")??;
    lock.run("ROLLBACK").await.map_err(|error| anyhow!(error))?;
    while let Some(answered) = readers.join_next().await {
        answered??;
    }
    Ok(())
}

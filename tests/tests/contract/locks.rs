//! Somebody else is at work on the same thing.

use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, ensure};
use vitrina_store::testing::Session;
use vitrina_tests::{Engine, Setup};

use crate::{elsewhere::owed, operation::Operation, recorder::Recorder, stage::Stage, staged};

/// A request that waits for a table gives up after five seconds, which a busy machine may lose in between.
const ATTEMPTS: usize = 5;

const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_key_whose_first_request_still_runs_is_told_so() {
    let Some(setup) = Setup::on(Engine::Postgres).await.unwrap() else { return };
    let (server, stage) = staged(&setup).await.unwrap();
    let owed = owed("a_key_whose_first_request_still_runs_is_told_so", "idempotency-in-progress").unwrap();
    let mut recorder = Recorder::new(server.http());
    for operation in &owed {
        for attempt in 0..ATTEMPTS {
            if recorder.has_seen(operation, "idempotency-in-progress") {
                break;
            }
            let key = format!("{}-{attempt}", operation.id);
            repeat(&setup, &stage, &mut recorder, operation, &key).await.unwrap();
        }
    }
    recorder.settle(&owed, "idempotency-in-progress");
}

/// Sends a request that cannot go on, and the same again once its key is claimed.
async fn repeat(
    setup: &Setup,
    stage: &Stage,
    recorder: &mut Recorder,
    operation: &Operation,
    key: &str,
) -> anyhow::Result<()> {
    let address = setup.database_url().context("an address")?;
    let lock = Session::open(&address).await.map_err(|error| anyhow!(error))?;
    let request = stage.request(operation, &stage.id_of(operation)).with("idempotency-key", key);
    let claims = "SELECT COUNT(*) FROM idempotency_keys WHERE status IS NULL";
    // Keys are claimed before anything is written.
    let written = "BEGIN; LOCK TABLE records, suppressions, webhooks IN ACCESS EXCLUSIVE MODE";
    lock.run(written).await.map_err(|error| anyhow!(error))?;
    let first = {
        let (http, operation, request) = (recorder.http.clone(), operation.clone(), request.clone());
        tokio::spawn(async move { request.send(&http, &operation).await })
    };
    let begun = Instant::now();
    while lock.number(claims).await.map_err(|error| anyhow!(error))? == 0 && !first.is_finished() {
        ensure!(begun.elapsed() < PATIENCE, "the key is never claimed");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let answer = recorder.send(operation, &request).await?;
    if answer.json()["code"] == "idempotency-in-progress" {
        ensure!(!answer.header("retry-after").is_empty(), "{}: when to repeat it", operation.id);
    }
    lock.run("ROLLBACK").await.map_err(|error| anyhow!(error))?;
    let answer = first.await??;
    recorder.judge(operation, &answer);
    Ok(())
}

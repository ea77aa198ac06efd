//! Workers are killed while they deliver.

use std::{
    collections::HashSet,
    process::{Child, Stdio},
    time::Duration,
};

use anyhow::{Context as _, ensure};
use rstest::rstest;
use vitrina_domain::change::Seq;
use vitrina_tests::{Engine, Http, Setup};

use crate::{
    journey::{publish, served, subscribe},
    receiver::{Receiver, Reply},
};

/// How many events are to be delivered.
const EVENTS: usize = 60;

/// `vitrina worker`; it is killed when it is dropped.
struct Worker(Child);

impl Worker {
    fn start(setup: &Setup) -> anyhow::Result<Self> {
        let mut command = setup.command(&["worker"])?;
        command.env("VITRINA_WORKERS", "2");
        Ok(Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nothing_is_lost_when_a_worker_is_killed_in_the_middle(#[case] engine: Engine) {
    let receiver = Receiver::answering(|_, _| Reply { after: Duration::from_millis(40), ..Reply::of(200) })
        .await
        .unwrap();
    let environment = [("VITRINA_WORKERS", "0")];
    let Some((setup, _program, http)) = served(engine, &receiver.allowed(), &environment).await.unwrap()
    else {
        return;
    };
    killed(&setup, &http, &receiver).await.unwrap();
}

async fn killed(setup: &Setup, http: &Http, receiver: &Receiver) -> anyhow::Result<()> {
    subscribe(http, &receiver.url()).await?;
    for number in 0..EVENTS {
        publish(http, &format!("d{number}")).await?;
    }
    let told = http.get("/api/v1/changes").await?.expect(200)?.json();
    let told: Vec<String> = told["items"]
        .as_array()
        .context("no items")?
        .iter()
        .map(|item| item["token"].as_str().unwrap_or_default().to_owned())
        .collect();
    ensure!(told.len() == EVENTS, "{} changes", told.len());
    let first = Worker::start(setup)?;
    receiver.until(EVENTS / 3).await?;
    drop(first);
    let before = receiver.received().len();
    ensure!(before < EVENTS, "it was done before it could be killed");
    let _second = Worker::start(setup)?;
    let seen = |ids: &[String]| ids.iter().collect::<HashSet<_>>().len();
    let begun = std::time::Instant::now();
    while seen(&receiver.ids()) < EVENTS {
        ensure!(begun.elapsed() < crate::PATIENCE, "{} came", seen(&receiver.ids()));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let ids = receiver.ids();
    let mut firsts: Vec<String> = Vec::new();
    for id in &ids {
        if !firsts.contains(id) {
            firsts.push(id.clone());
        }
    }
    ensure!(firsts == told, "another order than that of the log");
    // Whoever is killed between the answer and the commit sends that one again, and no other.
    ensure!(ids.len() <= EVENTS + 1, "{} came for {EVENTS}", ids.len());
    let seqs: Vec<Seq> = ids.iter().map(|id| Seq::from_token(id)).collect::<Result<_, _>>()?;
    ensure!(seqs.is_sorted(), "something came again that was done with");
    Ok(())
}

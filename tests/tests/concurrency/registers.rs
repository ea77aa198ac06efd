//! Datasets as registers: what clients read and swap could have happened one operation after the other.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use anyhow::{Context as _, ensure};
use hyper::Method;
use rstest::rstest;
use serde_json::json;
use tokio::task::JoinSet;
use vitrina_tests::{
    Answer, Engine, Http, Random,
    history::{Call, Event, is_linearizable},
};

use super::{admitted, made, report, server, size};

/// Objects, and clients that read them and swap their values.
const OBJECTS: usize = 8;
const CLIENTS: usize = 32;

/// After so many operations of a client all wait for each other, and what happened is judged: the judge's work grows
/// with the square of what it looks at.
const ROUND: usize = 400;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn every_dataset_is_one_register(#[case] engine: Engine) {
    let Some(server) = server(engine).await.unwrap() else { return };
    let mut random = Random::told_or_new("histories");
    let each = size("VITRINA_HISTORY", 1_280) / CLIENTS;
    let mut paths = Vec::new();
    for object in 0..OBJECTS {
        let document = json!({"identifier": format!("o-{object}"), "title": "valor 0"});
        paths.push(made(&server.http, &document).await.unwrap().0);
    }
    let mut registers = Registers {
        http: server.http.clone(),
        paths: Arc::new(paths),
        clock: Arc::new(AtomicU64::new(1)),
        values: vec![0; OBJECTS],
        written: 0,
    };
    let mut done = 0;
    while done < each {
        let operations = ROUND.min(each - done);
        let before = registers.values.clone();
        let histories = registers.round(&mut random, operations).await.unwrap();
        for (object, (history, first)) in histories.iter().zip(&before).enumerate() {
            assert!(is_linearizable(*first, history), "object {object}: {history:#?}");
        }
        let mut forged = histories.into_iter().next().unwrap();
        let (sent, answered) = (u64::MAX - 2, u64::MAX - 1);
        forged.push(Event { sent, answered, call: Call::Read(u64::MAX) });
        assert!(!is_linearizable(before[0], &forged), "a value that nobody wrote was believed");
        done += operations;
    }
    report(&format!("{engine:?}: {} operations on {OBJECTS} objects are linearizable", each * CLIENTS));
}

/// The datasets as registers, between two rounds.
struct Registers {
    http: Http,
    paths: Arc<Vec<String>>,
    clock: Arc<AtomicU64>,
    /// What each one holds.
    values: Vec<u64>,
    /// The highest value that a client may have written so far.
    written: u64,
}

impl Registers {
    /// Lets all clients work; what happened to each register, which was read once more at the end.
    async fn round(&mut self, random: &mut Random, operations: usize) -> anyhow::Result<Vec<Vec<Event>>> {
        let mut clients = JoinSet::new();
        for _ in 0..CLIENTS {
            let (http, clock) = (self.http.clone(), Arc::clone(&self.clock));
            let client = Client { http, clock, next: self.written, seen: None };
            self.written += u64::try_from(operations)?;
            clients.spawn(client.work(Arc::clone(&self.paths), random.fork(), operations));
        }
        let mut histories = vec![Vec::new(); self.paths.len()];
        while let Some(events) = clients.join_next().await {
            for (object, event) in events?? {
                histories[object].push(event);
            }
        }
        let is_swap = |event: &&Event| matches!(event.call, Call::Swapped { .. });
        let swaps = histories.iter().flatten().filter(is_swap).count();
        ensure!(swaps > OBJECTS * 3, "hardly anything was written: {swaps}");
        for ((path, history), value) in self.paths.iter().zip(&mut histories).zip(&mut self.values) {
            let sent = self.clock.fetch_add(1, Ordering::SeqCst);
            *value = shown(&self.http.get(path).await?.expect(200)?)?;
            let answered = self.clock.fetch_add(1, Ordering::SeqCst);
            history.push(Event { sent, answered, call: Call::Read(*value) });
        }
        Ok(histories)
    }
}

struct Client {
    http: Http,
    clock: Arc<AtomicU64>,
    /// The value before the next one to write; no other client writes that.
    next: u64,
    /// What was last read: object, value and tag.
    seen: Option<(usize, u64, String)>,
}

impl Client {
    async fn work(
        mut self,
        paths: Arc<Vec<String>>,
        mut random: Random,
        operations: usize,
    ) -> anyhow::Result<Vec<(usize, Event)>> {
        let mut events = Vec::with_capacity(operations);
        for _ in 0..operations {
            let sent = self.clock.fetch_add(1, Ordering::SeqCst);
            let (object, call) = match self.seen.take() {
                Some(seen) if random.below(3) > 0 => self.swap(&paths, seen).await?,
                _ => self.read(&paths, random.below(paths.len())).await?,
            };
            let answered = self.clock.fetch_add(1, Ordering::SeqCst);
            events.push((object, Event { sent, answered, call }));
        }
        Ok(events)
    }

    async fn read(&mut self, paths: &[String], object: usize) -> anyhow::Result<(usize, Call)> {
        let path = paths.get(object).context("an object")?;
        let answer = self.http.get(path).await?.expect(200)?;
        let value = shown(&answer)?;
        self.seen = Some((object, value, answer.header("etag").to_owned()));
        Ok((object, Call::Read(value)))
    }

    async fn swap(&mut self, paths: &[String], seen: (usize, u64, String)) -> anyhow::Result<(usize, Call)> {
        let (object, old, tag) = seen;
        let path = paths.get(object).context("an object")?;
        self.next += 1;
        let new = self.next;
        let document = json!({"title": format!("valor {new}")});
        let answer = admitted(&self.http, Method::PATCH, path, &[("if-match", &tag)], &document).await?;
        match answer.status.as_u16() {
            200 => {
                ensure!(
                    shown(&answer)? == new,
                    "the answer to a write shows another value: {}",
                    answer.text()
                );
                Ok((object, Call::Swapped { old, new }))
            }
            412 => Ok((object, Call::Refused { old })),
            other => anyhow::bail!("a client was answered {other}: {}", answer.text()),
        }
    }
}

/// The value that an answer shows.
fn shown(answer: &Answer) -> anyhow::Result<u64> {
    let body = answer.json();
    let title = body["title"].as_object().and_then(|title| title.values().next()).unwrap_or(&body["title"]);
    let title = title.as_str().context("a title")?;
    Ok(title.strip_prefix("valor ").context("a value")?.parse()?)
}

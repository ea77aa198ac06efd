//! A client that measures what a server can do, and then asks for more whether it is answered or not.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::Context as _;
use hyper::{Method, StatusCode};
use serde_json::json;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};
use vitrina_tests::{Http, Program};

use crate::catalog::word;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Search,
    Get,
    Export,
    Write,
    Health,
}

impl Operation {
    /// In twenty requests: fourteen searches, four records, one export, one write, spread evenly.
    fn of(number: usize) -> Self {
        match number % 20 {
            3 | 8 | 13 | 18 => Self::Get,
            5 => Self::Export,
            15 => Self::Write,
            _ => Self::Search,
        }
    }
}

/// What came of one request.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) operation: Operation,
    /// The status and whether the answer said when to come again; nothing when the connection broke.
    pub(crate) status: Result<StatusCode, String>,
    pub(crate) says_when: bool,
    /// From the moment it was sent.
    pub(crate) took: Duration,
    /// From the moment it was due to the moment it was sent: the client's own delay.
    pub(crate) late: Duration,
}

/// What came of a whole run.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) health: Vec<Outcome>,
    pub(crate) lasted: Duration,
}

/// The client.
#[derive(Debug, Clone)]
pub(crate) struct Driver {
    http: Http,
    writer: Http,
    records: Arc<Vec<String>>,
    /// Counts every request, so that no two writes are the same.
    number: Arc<AtomicUsize>,
}

/// How many requests are in flight while capacity is measured.
const WORKERS: usize = 8;

impl Driver {
    /// A client for a server that holds the catalog, after everything was asked for once.
    pub(crate) async fn new(server: &Program, token: &str) -> anyhow::Result<Self> {
        let http = server.http();
        let page = http.get("/api/v1/datasets?limit=100").await?.expect(200)?.json();
        let records = page["items"].as_array().context("no items")?;
        let records = records.iter().filter_map(|record| Some(record["id"].as_str()?.to_owned())).collect();
        let driver =
            Self { writer: http.with_token(token), http, records: Arc::new(records), number: Arc::default() };
        for number in 0..40 {
            let outcome = driver.ask(Operation::of(number), Duration::ZERO).await;
            let status = outcome.status.map_err(anyhow::Error::msg)?;
            anyhow::ensure!(status.is_success(), "{:?}: {status}", outcome.operation);
        }
        Ok(driver)
    }

    /// How many requests a second succeed when each waits for the one before it.
    pub(crate) async fn closed_loop(&self, lasts: Duration) -> f64 {
        let begun = Instant::now();
        let mut workers = JoinSet::new();
        for worker in 0..WORKERS {
            let driver = self.clone();
            workers.spawn(async move {
                let mut succeeded = 0_u32;
                let mut number = worker * 7;
                while begun.elapsed() < lasts {
                    let outcome = driver.ask(Operation::of(number), Duration::ZERO).await;
                    succeeded += u32::from(outcome.status.is_ok_and(|status| status.is_success()));
                    number += 1;
                }
                succeeded
            });
        }
        let succeeded: u32 = workers.join_all().await.into_iter().sum();
        f64::from(succeeded) / begun.elapsed().as_secs_f64()
    }

    /// Asks so many times a second, on schedule, however the answers come; and whether the server lives.
    pub(crate) async fn open_loop(&self, per_second: f64, lasts: Duration) -> Load {
        let is_over = Arc::new(AtomicBool::new(false));
        let health = tokio::spawn(self.clone().health(Arc::clone(&is_over)));
        let begun = Instant::now();
        let mut asked = JoinSet::new();
        for number in 0_u32.. {
            let due = begun + Duration::from_secs_f64(f64::from(number) / per_second);
            if due.duration_since(begun) >= lasts {
                break;
            }
            sleep_until(due).await;
            let driver = self.clone();
            let operation = Operation::of(usize::try_from(number).unwrap_or_default());
            asked.spawn(async move { driver.ask(operation, due.elapsed()).await });
        }
        let lasted = begun.elapsed();
        let outcomes = asked.join_all().await;
        is_over.store(true, Ordering::Relaxed);
        Load { outcomes, health: health.await.unwrap_or_default(), lasted }
    }

    async fn health(self, is_over: Arc<AtomicBool>) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        while !is_over.load(Ordering::Relaxed) {
            let next = Instant::now() + Duration::from_millis(100);
            outcomes.push(self.ask(Operation::Health, Duration::ZERO).await);
            sleep_until(next).await;
        }
        outcomes
    }

    /// How long it takes until a few searches in a row are answered as they should; nothing when they never are.
    pub(crate) async fn recovery(&self) -> Option<Duration> {
        const IN_A_ROW: u32 = 10;
        let begun = Instant::now();
        let mut good = 0;
        while begun.elapsed() < Duration::from_secs(30) {
            let since = begun.elapsed();
            let outcome = self.ask(Operation::Search, Duration::ZERO).await;
            let is_good = outcome.status.is_ok_and(|status| status.is_success())
                && outcome.took < Duration::from_millis(500);
            good = if is_good { good + 1 } else { 0 };
            if good == IN_A_ROW {
                return Some(since);
            }
        }
        None
    }

    async fn ask(&self, operation: Operation, late: Duration) -> Outcome {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let begun = Instant::now();
        let answer = match operation {
            Operation::Search => {
                let (one, other) = (word(number), word(number / 5));
                let path = format!("/api/v1/search?q={one}%20OR%20{other}&facets=theme,publisher,keyword");
                self.http.get(&path.replace('ó', "%C3%B3").replace('í', "%C3%AD")).await
            }
            Operation::Get => {
                let id = self.records.get(number % self.records.len().max(1)).map_or("", String::as_str);
                self.http.get(&format!("/api/v1/datasets/{id}")).await
            }
            Operation::Export => self.http.get("/api/v1/exports/datasets.ndjson?publisher__contains=7").await,
            Operation::Write => {
                let body = json!({
                    "title": { "es": format!("Escrito {number}") },
                    "description": { "es": "Escrito mientras se pide demasiado." },
                });
                self.writer.write(Method::POST, "/api/v1/datasets", &[], &body).await
            }
            Operation::Health => self.http.get("/health/live").await,
        };
        let took = begun.elapsed();
        let says_when =
            answer.as_ref().is_ok_and(|answer| answer.header("retry-after").parse::<u64>().is_ok());
        let status = answer.map(|answer| answer.status).map_err(|error| format!("{error:#}"));
        Outcome { operation, status, says_when, took, late }
    }
}

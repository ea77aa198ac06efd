//! What stands before the routes of one class.

use std::{net::IpAddr, sync::Arc};

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use sha2::{Digest as _, Sha256};
use tokio::{runtime::Handle, task::JoinHandle, time::Instant};

use super::{
    AddressKey, Allowance, RouteClass,
    bucket::{Buckets, Verdict},
    census::{Census, Place},
    lane::{Lane, Turn},
};
use crate::{
    around::Next,
    body::Held,
    listen::Awaited,
    problem::{Code, Problem},
};

/// What a rate is counted by: an address, or a token (its digest; the token itself is never kept).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum RateKey {
    Address(AddressKey),
    Token([u8; 16]),
}

/// The gate of one class.
#[derive(Debug)]
pub(super) struct Gate {
    pub(super) allowance: Allowance,
    buckets: Option<Buckets<RateKey>>,
    running: Option<Census>,
    lane: Option<Arc<Lane>>,
    /// The threads for what computes; nothing for what is quick enough for the threads of the connections.
    workers: Option<Handle>,
}

/// A request's right to run.
#[derive(Debug)]
pub(super) struct Pass {
    _turn: Option<Turn>,
    _place: Option<Place>,
}

impl Gate {
    pub(super) fn new(allowance: Allowance, workers: Option<Handle>) -> Self {
        let class = allowance.class;
        let is_quick = matches!(class, RouteClass::Health | RouteClass::Read);
        Self {
            buckets: allowance.rate.map(Buckets::new),
            running: allowance.concurrent_per_address.map(Census::new),
            lane: allowance.budget.map(|budget| Arc::new(Lane::new(class.as_str(), budget))),
            workers: workers.filter(|_| !is_quick),
            allowance,
        }
    }

    /// How a client stands with the rate of the class, after taking one request of it.
    pub(super) fn rate(&self, client: IpAddr, headers: &HeaderMap) -> Option<Verdict> {
        let key = match (self.allowance.class, headers.get(header::AUTHORIZATION)) {
            (RouteClass::Write, Some(token)) => token_key(token),
            _ => RateKey::Address(AddressKey::of(client)),
        };
        self.buckets.as_ref().map(|buckets| buckets.take(key, Instant::now()))
    }

    /// Lets a request in, perhaps after a short wait. `counted` is the address whose share it takes.
    pub(super) async fn enter(
        &self,
        counted: Option<IpAddr>,
        verdict: Option<Verdict>,
    ) -> Result<Pass, Problem> {
        let class = self.allowance.class.as_str();
        let refused = |reason: &'static str, seconds: u64| {
            metrics::counter!("vitrina_refused_total", "class" => class, "reason" => reason).increment(1);
            Problem::new(Code::TooManyRequests).retry_after(seconds)
        };
        if let Some(verdict) = verdict.filter(|verdict| !verdict.is_admitted) {
            return Err(refused("rate", verdict.wait.as_secs() + 1));
        }
        let place = match (counted, &self.running) {
            (Some(client), Some(running)) => {
                Some(running.admit(AddressKey::of(client)).ok_or_else(|| refused("concurrency", 5))?)
            }
            _ => None,
        };
        let turn = match &self.lane {
            Some(lane) => Some(lane.enter().await.map_err(|_shed| {
                metrics::counter!("vitrina_shed_total", "class" => class).increment(1);
                Problem::new(Code::Overloaded).retry_after(1)
            })?),
            None => None,
        };
        Ok(Pass { _turn: turn, _place: place })
    }

    /// Answers a request that was let in, within the time of its class.
    pub(super) async fn run(&self, request: Request, next: &impl Next, pass: Pass) -> Response {
        let streams = matches!(self.allowance.class, RouteClass::Export | RouteClass::Download);
        let awaited = request.extensions().get::<Awaited>().cloned();
        // What runs on another thread outlives what it was asked by.
        let next = next.clone();
        let answer = async move {
            let response = next.run(request).await;
            // What streams its answer keeps its pass until the last byte.
            if streams { response.map(|body| Body::new(Held::new(body, pass))) } else { response }
        };
        match self.allowance.timeout() {
            None => self.work(answer).await,
            Some(most) => tokio::time::timeout(most, self.work(answer))
                .await
                .unwrap_or_else(|_elapsed| overdue(awaited.as_ref()).into_response()),
        }
    }

    /// Computes on the workers' threads, so that those of the connections stay free to read, refuse and send.
    async fn work(&self, answer: impl Future<Output = Response> + Send + 'static) -> Response {
        let Some(workers) = &self.workers else { return answer.await };
        let mut job = Job(workers.spawn(answer));
        match (&mut job.0).await {
            Ok(response) => response,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The threads are gone: the server has ended.
                Err(_cancelled) => Problem::new(Code::Unavailable).retry_after(5).into_response(),
            },
        }
    }
}

/// Why there is no answer in time: the client keeps its body back, or the server is slow.
fn overdue(awaited: Option<&Awaited>) -> Problem {
    if awaited.is_some_and(Awaited::is_waiting) {
        Problem::new(Code::BodyTooSlow)
    } else {
        Problem::new(Code::TimedOut).retry_after(5)
    }
}

/// Work for a request; it ends when nobody waits for it any more.
struct Job(JoinHandle<Response>);

impl Drop for Job {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn token_key(token: &HeaderValue) -> RateKey {
    let mut short = [0; 16];
    short.iter_mut().zip(Sha256::digest(token.as_bytes())).for_each(|(slot, byte)| *slot = byte);
    RateKey::Token(short)
}

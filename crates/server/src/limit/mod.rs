//! Fair shares: rates and concurrency by address or token, and one budget for each class of routes.
//!
//! The limits by address are for a server that the public reaches; on loopback only the budgets hold.

use std::{
    collections::HashMap,
    net::IpAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use sha2::{Digest as _, Sha256};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

mod address;
mod bucket;
mod class;

pub use address::{AddressKey, InvalidNetwork, Network, Proxies};
pub use bucket::Rate;
use bucket::{Buckets, Verdict};
pub use class::{Allowance, RouteClass};

use crate::{
    listen::Peer,
    problem::{Code, Problem},
};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Whom the server is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposure {
    /// This machine alone: no limits by address.
    Loopback,
    /// Everyone.
    Public,
}

/// The client's address, after trusted proxies had their say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client(pub IpAddr);

/// What a rate is counted by: an address, or a token (its digest; the token itself is never kept).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum RateKey {
    Address(AddressKey),
    Token([u8; 16]),
}

/// The gates of all classes.
#[derive(Debug)]
pub struct Gates {
    exposure: Exposure,
    proxies: Proxies,
    by_class: HashMap<RouteClass, Gate>,
}

#[derive(Debug)]
struct Gate {
    allowance: Allowance,
    buckets: Option<Buckets<RateKey>>,
    budget: Arc<Semaphore>,
    running: Arc<Mutex<HashMap<AddressKey, usize>>>,
}

impl Gates {
    /// Gates with these limits.
    pub fn new(
        exposure: Exposure,
        proxies: Proxies,
        allowances: impl IntoIterator<Item = Allowance>,
    ) -> Self {
        let gates = allowances.into_iter().map(|allowance| {
            let gate = Gate {
                buckets: allowance.rate.map(Buckets::new),
                budget: Arc::new(Semaphore::new(allowance.concurrent)),
                running: Arc::default(),
                allowance,
            };
            (gate.allowance.class, gate)
        });
        Self { exposure, proxies, by_class: gates.collect() }
    }

    /// The limits in force, for `/limits`.
    pub fn allowances(&self) -> Vec<Allowance> {
        RouteClass::ALL
            .iter()
            .filter_map(|class| self.by_class.get(class))
            .map(|gate| gate.allowance.clone())
            .collect()
    }

    /// Whether limits by address hold.
    pub fn exposure(&self) -> Exposure {
        self.exposure
    }

    /// The longest body that a class takes.
    pub fn body_bytes(&self, class: RouteClass) -> u64 {
        self.by_class.get(&class).map_or(0, |gate| gate.allowance.body_bytes)
    }

    fn client(&self, request: &Request) -> Option<IpAddr> {
        // Without a peer (requests made inside the program) there is nobody to count.
        let Peer(peer) = request.extensions().get::<Peer>()?;
        Some(self.proxies.client(peer.ip(), request.headers()))
    }
}

/// Lets a request through its class's gate, or answers 429 or 503.
pub async fn admit(State(gates): State<Arc<Gates>>, mut request: Request, next: Next) -> Response {
    let class = RouteClass::of(request.method(), request.uri(), request.headers());
    let Some(gate) = gates.by_class.get(&class) else { return next.run(request).await };
    let client = gates.client(&request);
    if let Some(client) = client {
        request.extensions_mut().insert(Client(client));
    }
    request.extensions_mut().insert(BodyLimit(gate.allowance.body_bytes));
    // A proxy on this machine that is not configured hides everybody: its own address is nobody's.
    let counted = client.filter(|client| gates.exposure == Exposure::Public && !client.is_loopback());
    let verdict = counted.and_then(|client| gate.rate(client, request.headers()));
    let mut response = match gate.enter(counted, verdict) {
        Ok(pass) => gate.run(request, next, pass).await,
        Err(problem) => problem.into_response(),
    };
    if let (Some(verdict), Some(rate)) = (verdict, gate.allowance.rate) {
        describe(response.headers_mut(), class, rate, verdict);
    }
    let extensions = response.extensions_mut();
    extensions.insert(class);
    response
}

/// The longest body that the route of a request takes.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimit(pub u64);

impl Gate {
    fn rate(&self, client: IpAddr, headers: &HeaderMap) -> Option<Verdict> {
        let key = match (self.allowance.class, headers.get(header::AUTHORIZATION)) {
            (RouteClass::Write, Some(token)) => token_key(token),
            _ => RateKey::Address(AddressKey::of(client)),
        };
        self.buckets.as_ref().map(|buckets| buckets.take(key, Instant::now()))
    }

    fn enter(&self, counted: Option<IpAddr>, verdict: Option<Verdict>) -> Result<Pass, Problem> {
        let class = self.allowance.class.as_str();
        if let Some(verdict) = verdict.filter(|verdict| !verdict.is_admitted) {
            metrics::counter!("vitrina_refused_total", "class" => class, "reason" => "rate").increment(1);
            return Err(Problem::new(Code::TooManyRequests).retry_after(verdict.wait.as_secs() + 1));
        }
        let place = match (counted, self.allowance.concurrent_per_address) {
            (Some(client), Some(most)) => {
                Some(self.place(AddressKey::of(client), most).ok_or_else(|| {
                    metrics::counter!("vitrina_refused_total", "class" => class, "reason" => "concurrency")
                        .increment(1);
                    Problem::new(Code::TooManyRequests).retry_after(5)
                })?)
            }
            _ => None,
        };
        let permit = Arc::clone(&self.budget).try_acquire_owned().map_err(|_full| {
            metrics::counter!("vitrina_shed_total", "class" => class).increment(1);
            Problem::new(Code::Overloaded).retry_after(1)
        })?;
        Ok(Pass { _permit: permit, _place: place })
    }

    fn place(&self, key: AddressKey, most: usize) -> Option<Place> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let count = running.entry(key).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Place { key, running: Arc::clone(&self.running) })
    }

    async fn run(&self, request: Request, next: Next, pass: Pass) -> Response {
        let answer = next.run(request);
        let response = match self.allowance.timeout() {
            None => answer.await,
            Some(most) => match tokio::time::timeout(most, answer).await {
                Ok(response) => response,
                Err(_elapsed) => Problem::new(Code::TimedOut).retry_after(5).into_response(),
            },
        };
        // What streams its answer keeps its place until the last byte.
        match self.allowance.class {
            RouteClass::Export => response.map(|body| Body::new(Held { inner: body, _pass: pass })),
            _ => response,
        }
    }
}

fn token_key(token: &HeaderValue) -> RateKey {
    let mut short = [0; 16];
    short.iter_mut().zip(Sha256::digest(token.as_bytes())).for_each(|(slot, byte)| *slot = byte);
    RateKey::Token(short)
}

/// The headers of the IETF draft on rate limits: policy, and what is left of it.
fn describe(headers: &mut HeaderMap, class: RouteClass, rate: Rate, verdict: Verdict) {
    let Rate { per_second, burst } = rate;
    let name = class.as_str();
    let window = burst.div_ceil(per_second.max(1));
    let policy = format!("\"{name}\";q={burst};w={window}");
    let state = format!("\"{name}\";r={};t={}", verdict.remaining, verdict.wait.as_secs() + 1);
    for (header, text) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, state)] {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(header, value);
        }
    }
}

/// A request's right to run.
#[derive(Debug)]
struct Pass {
    _permit: OwnedSemaphorePermit,
    _place: Option<Place>,
}

#[derive(Debug)]
struct Place {
    key: AddressKey,
    running: Arc<Mutex<HashMap<AddressKey, usize>>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = running.get_mut(&self.key) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                running.remove(&self.key);
            }
        }
    }
}

/// A body that holds its request's pass until it is gone.
#[derive(Debug)]
struct Held {
    inner: Body,
    _pass: Pass,
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, middleware, routing::get};
    use tower::ServiceExt as _;

    use super::*;

    fn router(exposure: Exposure, allowance: Allowance) -> Router {
        let gates = Arc::new(Gates::new(exposure, Proxies::default(), [allowance]));
        Router::new()
            .route("/api/v1/search", get(|| async { "x" }))
            .route("/data.json", get(|| async { "x" }))
            .route("/api/v1/datasets", get(std::future::pending::<()>))
            .layer(middleware::from_fn_with_state(gates, admit))
    }

    async fn ask(router: &Router, path: &str, peer: &str) -> Response {
        let mut request = Request::builder().uri(path).body(Body::empty()).unwrap();
        request.extensions_mut().insert(Peer(peer.parse().unwrap()));
        router.clone().oneshot(request).await.unwrap()
    }

    fn search(per_second: u32, burst: u32) -> Allowance {
        Allowance { rate: Some(Rate { per_second, burst }), ..RouteClass::Search.allowance() }
    }

    #[tokio::test]
    async fn a_public_server_counts_by_address() {
        let router = router(Exposure::Public, search(1, 2));
        let first = ask(&router, "/api/v1/search", "203.0.113.1:1").await;
        assert_eq!(first.headers()["ratelimit-policy"], "\"search\";q=2;w=2");
        assert_eq!(first.headers()["ratelimit"], "\"search\";r=1;t=2");
        assert_eq!(ask(&router, "/api/v1/search", "203.0.113.1:2").await.status(), 200);
        let refused = ask(&router, "/api/v1/search", "203.0.113.1:3").await;
        assert_eq!(
            (refused.status().as_u16(), &refused.headers()["retry-after"]),
            (429, &HeaderValue::from(1))
        );
        assert_eq!(ask(&router, "/api/v1/search", "203.0.113.2:1").await.status(), 200);
    }

    #[tokio::test]
    async fn loopback_is_not_counted() {
        let router = router(Exposure::Loopback, search(1, 1));
        for _ in 0..5 {
            let response = ask(&router, "/api/v1/search", "127.0.0.1:1").await;
            assert_eq!(response.status(), 200);
            assert!(!response.headers().contains_key("ratelimit"));
        }
    }

    #[tokio::test]
    async fn an_export_keeps_its_place_until_its_last_byte() {
        let allowance = Allowance { concurrent_per_address: Some(1), ..RouteClass::Export.allowance() };
        let router = router(Exposure::Public, allowance);
        let running = ask(&router, "/data.json", "203.0.113.1:1").await;
        assert_eq!(ask(&router, "/data.json", "203.0.113.1:1").await.status(), 429);
        assert_eq!(ask(&router, "/data.json", "203.0.113.2:1").await.status(), 200);
        drop(running);
        assert_eq!(ask(&router, "/data.json", "203.0.113.1:1").await.status(), 200);
    }

    #[tokio::test]
    async fn the_budget_of_a_class_sheds() {
        let allowance = Allowance { concurrent: 1, ..RouteClass::Export.allowance() };
        let router = router(Exposure::Loopback, allowance);
        let running = ask(&router, "/data.json", "127.0.0.1:1").await;
        let shed = ask(&router, "/data.json", "127.0.0.1:2").await;
        assert_eq!((shed.status().as_u16(), &shed.headers()["retry-after"]), (503, &HeaderValue::from(1)));
        drop(running);
        assert_eq!(ask(&router, "/data.json", "127.0.0.1:3").await.status(), 200);
    }

    #[tokio::test(start_paused = true)]
    async fn a_handler_that_hangs_is_given_up() {
        let router = router(Exposure::Loopback, RouteClass::Read.allowance());
        assert_eq!(ask(&router, "/api/v1/datasets", "127.0.0.1:1").await.status(), 503);
    }
}

use std::time::Duration;

use axum::{Router, body::Body, routing::get};
use tower::ServiceExt as _;

use super::*;
use crate::around::AsLayer;

fn router(exposure: Exposure, allowance: Allowance) -> Router {
    let gates = Arc::new(Gates::new(exposure, Proxies::default(), [allowance], None));
    Router::new()
        .route("/api/v1/search", get(|| async { "x" }))
        .route("/data.json", get(|| async { "x" }))
        .route("/api/v1/datasets", get(std::future::pending::<()>))
        .layer(AsLayer(Admit(gates)))
}

async fn ask(router: &Router, path: &str, peer: &str) -> Response {
    let mut request = Request::builder().uri(path).body(Body::empty()).unwrap();
    request.extensions_mut().insert(Peer(peer.parse().unwrap()));
    router.clone().oneshot(request).await.unwrap()
}

fn search(per_second: u32, burst: u32) -> Allowance {
    Allowance { rate: Some(Rate { per_second, burst }), ..RouteClass::Search.allowance(2) }
}

#[tokio::test]
async fn a_public_server_counts_by_address() {
    let router = router(Exposure::Public, search(1, 2));
    let first = ask(&router, "/api/v1/search", "203.0.113.1:1").await;
    assert_eq!(first.headers()["ratelimit-policy"], "\"search\";q=2;w=2");
    assert_eq!(first.headers()["ratelimit"], "\"search\";r=1;t=2");
    assert_eq!(ask(&router, "/api/v1/search", "203.0.113.1:2").await.status(), 200);
    let refused = ask(&router, "/api/v1/search", "203.0.113.1:3").await;
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (429, &HeaderValue::from(1)));
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
    let allowance = Allowance { concurrent_per_address: Some(1), ..RouteClass::Export.allowance(2) };
    let router = router(Exposure::Public, allowance);
    let running = ask(&router, "/data.json", "203.0.113.1:1").await;
    assert_eq!(ask(&router, "/data.json", "203.0.113.1:1").await.status(), 429);
    assert_eq!(ask(&router, "/data.json", "203.0.113.2:1").await.status(), 200);
    drop(running);
    assert_eq!(ask(&router, "/data.json", "203.0.113.1:1").await.status(), 200);
}

#[tokio::test]
async fn the_budget_of_a_class_sheds() {
    let budget = Some(Budget { concurrent: 1, queue: 0, queue_milliseconds: 500 });
    let allowance = Allowance { budget, ..RouteClass::Export.allowance(2) };
    let router = router(Exposure::Loopback, allowance);
    let running = ask(&router, "/data.json", "127.0.0.1:1").await;
    let shed = ask(&router, "/data.json", "127.0.0.1:2").await;
    assert_eq!((shed.status().as_u16(), &shed.headers()["retry-after"]), (503, &HeaderValue::from(1)));
    drop(running);
    assert_eq!(ask(&router, "/data.json", "127.0.0.1:3").await.status(), 200);
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_hangs_is_given_up() {
    let router = router(Exposure::Loopback, RouteClass::Read.allowance(2));
    assert_eq!(ask(&router, "/api/v1/datasets", "127.0.0.1:1").await.status(), 503);
}

/// Workers on a thread of their own; their runtime must not be dropped where tasks run.
struct Workers(Option<tokio::runtime::Runtime>);

impl Workers {
    fn start() -> Self {
        Self(Some(
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap(),
        ))
    }

    fn gates(&self, allowance: Allowance) -> Arc<Gates> {
        let workers = self.0.as_ref().map(tokio::runtime::Runtime::handle);
        Arc::new(Gates::new(Exposure::Loopback, Proxies::default(), [allowance], workers))
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

#[tokio::test]
async fn what_computes_does_not_hold_the_thread_that_refuses() {
    let workers = Workers::start();
    let begun = Arc::new(tokio::sync::Notify::new());
    let (go_on, waits) = std::sync::mpsc::channel::<()>();
    let waits = Arc::new(std::sync::Mutex::new(waits));
    let budget = Some(Budget { concurrent: 1, queue: 0, queue_milliseconds: 500 });
    let gates = workers.gates(Allowance { budget, ..RouteClass::Search.allowance(2) });
    let tells = Arc::clone(&begun);
    let computing = move || {
        let (waits, tells) = (Arc::clone(&waits), Arc::clone(&tells));
        // As an index search does: it keeps its thread until it is done.
        async move {
            tells.notify_one();
            waits.lock().unwrap().recv_timeout(Duration::from_secs(20)).map_or("gave up", |()| "done")
        }
    };
    let router = Router::new().route("/api/v1/search", get(computing)).layer(AsLayer(Admit(gates)));
    let first = tokio::spawn({
        let router = router.clone();
        async move { ask(&router, "/api/v1/search", "127.0.0.1:1").await }
    });
    begun.notified().await;
    // This test has one thread: were the handler on it, nothing below would run.
    let shed = ask(&router, "/api/v1/search", "127.0.0.1:2").await;
    assert_eq!((shed.status().as_u16(), &shed.headers()["retry-after"]), (503, &HeaderValue::from(1)));
    go_on.send(()).unwrap();
    let response = first.await.unwrap();
    let body = axum::body::to_bytes(response.into_body(), 100).await.unwrap();
    assert_eq!(body, "done");
}

#[tokio::test]
async fn a_panic_among_the_workers_is_the_panic_of_its_request() {
    async fn explode() {
        panic!("in a handler")
    }
    let workers = Workers::start();
    let gates = workers.gates(RouteClass::Search.allowance(2));
    let router = Router::new().route("/api/v1/search", get(explode)).layer(AsLayer(Admit(gates)));
    let asked = tokio::spawn(async move { ask(&router, "/api/v1/search", "127.0.0.1:1").await });
    assert!(asked.await.unwrap_err().is_panic());
}

#[tokio::test]
async fn work_ends_when_nobody_waits_for_it() {
    let workers = Workers::start();
    let gates = workers.gates(RouteClass::Search.allowance(2));
    let (begun, gone) = (Arc::new(tokio::sync::Notify::new()), tokio_util::sync::CancellationToken::new());
    let (tells, guard) = (Arc::clone(&begun), gone.clone());
    let router = Router::new()
        .route(
            "/api/v1/search",
            get(move || async move {
                let _guard = guard.drop_guard();
                tells.notify_one();
                std::future::pending::<()>().await;
            }),
        )
        .layer(AsLayer(Admit(gates)));
    let asked = tokio::spawn(async move { ask(&router, "/api/v1/search", "127.0.0.1:1").await });
    begun.notified().await;
    asked.abort();
    tokio::time::timeout(Duration::from_secs(10), gone.cancelled()).await.expect("it still runs");
}

//! Everything that stands around the routes, in its order.

use std::{ops::ControlFlow, panic::AssertUnwindSafe, sync::Arc};

use axum::{
    extract::Request,
    response::{IntoResponse as _, Response},
};
use futures_util::FutureExt as _;
use tower::Layer as _;

use crate::{
    around::{Around, Inside, Next, Passage},
    compression::{self, TagsByCoding},
    headers::{Cache, Cors, Envelope, Head, Host, HostPolicy, Methods, RequestIds, Security, Tag},
    listen::{Limits, Responder},
    locale::Reader,
    metrics::Measure,
    problem::{Code, Problem, Render},
    site::Site,
};

/// What the edge needs to know.
#[derive(Debug, Clone)]
pub struct Edge {
    /// Where the server is reached.
    pub site: Arc<Site>,
    /// The limits of addresses and headers.
    pub limits: Arc<Limits>,
    /// The names the server answers to.
    pub hosts: Arc<HostPolicy>,
    /// Where request ids come from.
    pub ids: RequestIds,
}

impl Edge {
    /// Puts the edge around the routes.
    pub(crate) fn around(self, routes: impl Next) -> impl Responder {
        let Self { site, limits, hosts, ids } = self;
        // The routes match methods and paths after the edge has seen the request: layers of a router would come too
        // late to answer HEAD as GET.
        let plain = routes.within(Panics).within(Tag).into_service();
        let passages = ids
            .then(Measure::default())
            .then(Head)
            .then(Security(Arc::clone(&site)))
            .then(Cors)
            .then(Cache)
            .then(Render(Arc::clone(&site)))
            .then(Readers(site))
            .then(Methods)
            .then(Host(hosts))
            .then(Envelope(limits))
            .then(TagsByCoding);
        Inside(compression::layer().layer(plain)).within(passages).into_service()
    }
}

/// Finds out which languages the reader wants.
#[derive(Debug, Clone)]
struct Readers(Arc<Site>);

impl Passage for Readers {
    type Memory = ();

    fn enter(&self, request: &mut Request) -> ControlFlow<Response> {
        let reader = Reader::of(request.headers(), self.0.locale);
        request.extensions_mut().insert(reader);
        ControlFlow::Continue(())
    }
}

/// Answers in the place of a route that panicked.
#[derive(Debug, Clone, Copy)]
struct Panics;

impl Around for Panics {
    async fn answer<N: Next>(&self, request: Request, next: &N) -> Response {
        let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
        answered.unwrap_or_else(|_payload| {
            // The default hook has logged message and place by now.
            ::metrics::counter!("vitrina_panics_total").increment(1);
            Problem::new(Code::Internal).into_response()
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, http::HeaderMap, routing::get};
    use rstest::rstest;
    use serde_json::Value;
    use tower::ServiceExt as _;

    use super::*;

    async fn explode() {
        panic!("a secret in a panic")
    }

    fn app() -> impl Responder {
        let site = Arc::new(Site::sample());
        let routes = Router::new()
            .route("/text", get(|| async { "word ".repeat(1_000) }))
            .route("/panic", get(explode))
            .route("/write", axum::routing::post(|| async {}));
        let edge = Edge {
            hosts: Arc::new(HostPolicy::of(&site, crate::limit::Exposure::Public, &[])),
            site,
            limits: Arc::default(),
            ids: RequestIds::new(|| uuid::Uuid::from_u128(7)),
        };
        edge.around(Inside(routes))
    }

    async fn ask(method: &str, path: &str, pairs: &[(&str, &str)]) -> (u16, HeaderMap, Vec<u8>) {
        let mut request = Request::builder().method(method).uri(path).header("host", "datos.example.org");
        for (name, value) in pairs {
            request = request.header(*name, *value);
        }
        let response = app().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        (parts.status.as_u16(), parts.headers, bytes.to_vec())
    }

    #[tokio::test]
    async fn a_panic_is_a_bare_problem_with_a_request_id() {
        let (status, headers, body) = ask("GET", "/panic", &[]).await;
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((status, &body["code"]), (500, &Value::from("internal")));
        assert_eq!(body["request_id"], "00000000-0000-0000-0000-000000000007");
        assert_eq!(headers["x-request-id"], "00000000-0000-0000-0000-000000000007");
        assert!(!body.to_string().contains("secret"));
        assert_eq!(headers["content-type"], crate::problem::MEDIA_TYPE);
    }

    #[rstest]
    #[case("identity")]
    #[case("gzip")]
    #[tokio::test]
    async fn head_has_the_headers_of_get_and_no_body(#[case] coding: &str) {
        let coding = [("accept-encoding", coding)];
        let (_, mut get, body) = ask("GET", "/text", &coding).await;
        let (status, head, nothing) = ask("HEAD", "/text", &coding).await;
        assert_eq!((status, nothing.len()), (200, 0));
        if head.contains_key("content-length") {
            get.insert("content-length", body.len().into());
        }
        assert_eq!(head, get);
    }

    #[rstest]
    #[case::unknown_path("GET", "/nowhere", &[], 404, "unknown-path")]
    #[case::method("DELETE", "/text", &[], 405, "method-not-allowed")]
    #[case::trace("TRACE", "/text", &[], 405, "method-not-allowed")]
    #[case::host("GET", "/text", &[("host", "evil.example")], 421, "misdirected-request")]
    #[case::encoding("GET", "/%ff", &[], 400, "invalid-encoding")]
    #[tokio::test]
    async fn refusals_are_problems_with_all_headers(
        #[case] method: &str,
        #[case] path: &str,
        #[case] pairs: &[(&str, &str)],
        #[case] status: u16,
        #[case] code: &str,
    ) {
        let (got, headers, body) = ask(method, path, pairs).await;
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((got, body["code"].as_str()), (status, Some(code)), "{body}");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["cache-control"], if method == "GET" { "no-store" } else { "private, no-store" });
    }

    #[tokio::test]
    async fn options_tells_what_a_path_has() {
        let (status, headers, body) = ask("OPTIONS", "/text", &[]).await;
        assert_eq!((status, body.len()), (204, 0));
        assert_eq!(headers["allow"], "GET, HEAD, OPTIONS");
    }
}

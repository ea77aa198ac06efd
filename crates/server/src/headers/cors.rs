//! Cross-origin reads: everyone may read what is public; nothing with credentials is shared.

use std::ops::ControlFlow;

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};

use crate::around::Passage;

const EXPOSED: &str = "Link, ETag, Last-Modified, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id, \
    Content-Disposition, Accept-Ranges, Content-Range, Deprecation, Sunset";

/// Request headers that a page elsewhere may set when it reads.
const READING: &str = "Accept, Accept-Language, If-None-Match, If-Modified-Since, Range, If-Range, \
    X-Request-Id";

/// Opens anonymous reads to pages of every origin and answers their preflight requests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cors;

impl Passage for Cors {
    /// Whether pages elsewhere may read the answer.
    type Memory = bool;

    fn enter(&self, request: &mut Request) -> ControlFlow<Response, bool> {
        let asks = request.headers().contains_key(header::ORIGIN);
        if asks && is_preflight(request.method(), request.headers()) {
            return ControlFlow::Break(preflight(request.headers()));
        }
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
        ControlFlow::Continue(is_read && !has_credentials(request.headers()))
    }

    fn leave(&self, is_open: bool, response: &mut Response) {
        if is_open {
            let headers = response.headers_mut();
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
        }
    }
}

/// Whether a request says who it comes from.
pub(super) fn has_credentials(headers: &HeaderMap) -> bool {
    headers.contains_key(header::AUTHORIZATION) || headers.contains_key(header::COOKIE)
}

fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

fn preflight(headers: &HeaderMap) -> Response {
    let method = headers.get(header::ACCESS_CONTROL_REQUEST_METHOD).map(HeaderValue::as_bytes);
    let mut response = StatusCode::NO_CONTENT.into_response();
    let vary =
        HeaderValue::from_static("Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
    response.headers_mut().insert(header::VARY, vary);
    if matches!(method, Some(b"GET" | b"HEAD")) {
        let allowed = [
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, READING),
            (header::ACCESS_CONTROL_MAX_AGE, "86400"),
        ];
        for (name, value) in allowed {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, http::Request, routing::get};
    use rstest::rstest;
    use tower::ServiceExt as _;

    use super::*;
    use crate::around::AsLayer;

    async fn ask(method: &str, extra: &[(&str, &str)]) -> HeaderMap {
        let app = Router::new().route("/", get(|| async { "x" }).post(|| async { "x" })).layer(AsLayer(Cors));
        let mut request = Request::builder().method(method).uri("/").header("origin", "https://otro.example");
        for (name, value) in extra {
            request = request.header(*name, *value);
        }
        app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap().headers().clone()
    }

    #[rstest]
    #[case::read("GET", &[], true)]
    #[case::head("HEAD", &[], true)]
    #[case::write("POST", &[], false)]
    #[case::token("GET", &[("authorization", "Bearer x")], false)]
    #[case::cookie("GET", &[("cookie", "sid=1")], false)]
    #[case::preflight_read("OPTIONS", &[("access-control-request-method", "GET")], true)]
    #[case::preflight_write("OPTIONS", &[("access-control-request-method", "DELETE")], false)]
    #[tokio::test]
    async fn only_anonymous_reads_are_open(
        #[case] method: &str,
        #[case] extra: &[(&str, &str)],
        #[case] open: bool,
    ) {
        let headers = ask(method, extra).await;
        assert_eq!(headers.contains_key("access-control-allow-origin"), open);
        assert!(!headers.contains_key("access-control-allow-credentials"));
    }

    #[tokio::test]
    async fn a_token_cannot_be_sent_from_another_origin() {
        let headers = ask(
            "OPTIONS",
            &[("access-control-request-method", "GET"), ("access-control-request-headers", "authorization")],
        )
        .await;
        let allowed = headers["access-control-allow-headers"].to_str().unwrap().to_ascii_lowercase();
        assert!(!allowed.contains("authorization"));
    }

    #[tokio::test]
    async fn what_clients_need_is_exposed() {
        let headers = ask("GET", &[]).await;
        let exposed = headers["access-control-expose-headers"].to_str().unwrap();
        for name in ["Link", "ETag", "RateLimit", "X-Request-Id", "Content-Disposition", "Retry-After"] {
            assert!(exposed.contains(name), "{name}");
        }
    }
}

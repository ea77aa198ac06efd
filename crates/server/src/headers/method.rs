//! HEAD and OPTIONS wherever GET is; nothing but the methods of the API.

use std::{mem, ops::ControlFlow};

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use hyper::body::Body as _;

use crate::around::Passage;
use crate::problem::{Code, Problem};

/// Answers OPTIONS with what the path allows, and refuses unknown methods.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Methods;

impl Passage for Methods {
    /// Whether the request asks for the methods themselves.
    type Memory = bool;

    fn enter(&self, request: &mut Request) -> ControlFlow<Response, bool> {
        match *request.method() {
            Method::GET | Method::POST | Method::PUT | Method::PATCH | Method::DELETE => {
                ControlFlow::Continue(false)
            }
            Method::OPTIONS => ControlFlow::Continue(true),
            _ => {
                let allow = HeaderValue::from_static("GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE");
                let problem = Problem::new(Code::MethodNotAllowed).with_header(header::ALLOW, allow);
                ControlFlow::Break(problem.into_response())
            }
        }
    }

    /// The router refuses OPTIONS like any other method it has no handler for, naming those it has.
    fn leave(&self, asks_for_methods: bool, response: &mut Response) {
        if response.status() != StatusCode::METHOD_NOT_ALLOWED {
            return;
        }
        let allow = allowed(response);
        if asks_for_methods {
            *response = StatusCode::NO_CONTENT.into_response();
        }
        if let Some(allow) = allow {
            response.headers_mut().insert(header::ALLOW, allow);
        }
    }
}

/// Answers HEAD as GET without the body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head;

impl Passage for Head {
    /// Whether the headers alone are wanted.
    type Memory = bool;

    fn enter(&self, request: &mut Request) -> ControlFlow<Response, bool> {
        let is_head = *request.method() == Method::HEAD;
        if is_head {
            *request.method_mut() = Method::GET;
        }
        ControlFlow::Continue(is_head)
    }

    fn leave(&self, is_head: bool, response: &mut Response) {
        if is_head {
            *response = without_body(mem::take(response));
        }
    }
}

/// Drops the body unread; its length stays in the headers where it is known.
fn without_body(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    if let Some(length) = body.size_hint().exact()
        && !parts.headers.contains_key(header::CONTENT_LENGTH)
        && !parts.headers.contains_key(header::TRANSFER_ENCODING)
        && parts.status != StatusCode::NOT_MODIFIED
        && parts.status != StatusCode::NO_CONTENT
    {
        parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    Response::from_parts(parts, Body::empty())
}

fn allowed(response: &Response) -> Option<HeaderValue> {
    let mut methods: Vec<&str> =
        response.headers().get(header::ALLOW)?.to_str().ok()?.split(',').map(str::trim).collect();
    for ours in if methods.contains(&"GET") { &["HEAD", "OPTIONS"][..] } else { &["OPTIONS"] } {
        if !methods.contains(ours) {
            methods.push(ours);
        }
    }
    HeaderValue::from_str(&methods.join(", ")).ok()
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::Request, routing};
    use rstest::rstest;
    use tower::ServiceExt as _;

    use super::*;
    use crate::around::AsLayer;

    #[rstest]
    #[case("GET", "/read", 200, None, 5)]
    #[case("HEAD", "/read", 200, None, 0)]
    #[case("OPTIONS", "/read", 204, Some("GET,HEAD,OPTIONS"), 0)]
    #[case("DELETE", "/read", 405, Some("GET,HEAD,OPTIONS"), 0)]
    #[case("OPTIONS", "/write", 204, Some("POST,OPTIONS"), 0)]
    #[case("HEAD", "/write", 405, Some("POST,OPTIONS"), 0)]
    #[case("OPTIONS", "/missing", 404, None, 0)]
    #[case("TRACE", "/read", 405, Some("GET,HEAD,OPTIONS,POST,PUT,PATCH,DELETE"), 0)]
    #[case("BREW", "/read", 405, Some("GET,HEAD,OPTIONS,POST,PUT,PATCH,DELETE"), 0)]
    #[tokio::test]
    async fn answers(
        #[case] method: &str,
        #[case] path: &str,
        #[case] status: u16,
        #[case] allow: Option<&str>,
        #[case] length: usize,
    ) {
        let routes = Router::new()
            .route("/read", routing::get(|| async { "hello" }))
            .route("/write", routing::post(|| async {}));
        let app = Router::new().fallback_service(routes).layer(AsLayer(Methods)).layer(AsLayer(Head));
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let response = app.oneshot(request).await.unwrap();
        assert_eq!(response.status().as_u16(), status);
        let given = response.headers().get("allow").map(|value| value.to_str().unwrap().replace(' ', ""));
        assert_eq!(given.as_deref(), allow);
        if method == "HEAD" && path == "/read" {
            assert_eq!(response.headers()["content-length"], "5");
        }
        let body = axum::body::to_bytes(response.into_body(), 1_000).await.unwrap();
        assert_eq!(body.len(), length);
    }
}

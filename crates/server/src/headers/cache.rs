//! Who may keep an answer, and for how long.

use std::ops::ControlFlow;

use axum::{
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    response::Response,
};

use super::cors::has_credentials;
use crate::around::Passage;

const PUBLIC: &str = "public, max-age=60";
const PRIVATE: &str = "private, no-store";

/// Public reads may be kept for a minute; answers to someone with credentials, and to writes, by nobody.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cache;

impl Passage for Cache {
    /// Whether the answer is for the asker alone.
    type Memory = bool;

    fn enter(&self, request: &mut Request) -> ControlFlow<Response, bool> {
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
        ControlFlow::Continue(has_credentials(request.headers()) || !is_read)
    }

    fn leave(&self, is_private: bool, response: &mut Response) {
        let kept = matches!(
            response.status(),
            StatusCode::OK
                | StatusCode::NOT_MODIFIED
                | StatusCode::SEE_OTHER
                | StatusCode::MOVED_PERMANENTLY
                | StatusCode::PERMANENT_REDIRECT
        );
        let headers = response.headers_mut();
        if is_private {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(PRIVATE));
        } else if !headers.contains_key(header::CACHE_CONTROL) {
            let policy = if kept { PUBLIC } else { "no-store" };
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(policy));
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, http::Request, routing::get};
    use rstest::rstest;
    use tower::ServiceExt as _;

    use super::*;
    use crate::around::AsLayer;

    #[rstest]
    #[case("GET", "/", None, PUBLIC)]
    #[case("GET", "/", Some("authorization"), PRIVATE)]
    #[case("GET", "/", Some("cookie"), PRIVATE)]
    #[case("GET", "/own", None, "no-cache")]
    #[case("GET", "/own", Some("cookie"), PRIVATE)]
    #[case("GET", "/missing", None, "no-store")]
    #[case("POST", "/", None, PRIVATE)]
    #[tokio::test]
    async fn keeps_only_public_reads(
        #[case] method: &str,
        #[case] path: &str,
        #[case] credential: Option<&str>,
        #[case] policy: &str,
    ) {
        let app = Router::new()
            .route("/", get(|| async {}).post(|| async {}))
            .route("/own", get(|| async { [(header::CACHE_CONTROL, "no-cache")] }))
            .layer(AsLayer(Cache));
        let mut request = Request::builder().method(method).uri(path);
        if let Some(name) = credential {
            request = request.header(name, "x");
        }
        let response = app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.headers()["cache-control"], policy);
    }
}

//! Who may keep an answer, and for how long.

use axum::{
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};

use super::cors::has_credentials;

const PUBLIC: &str = "public, max-age=60";
const PRIVATE: &str = "private, no-store";

/// Public reads may be kept for a minute; answers to someone with credentials, and to writes, by nobody.
pub async fn cache(request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_private = has_credentials(request.headers()) || !is_read;
    let mut response = next.run(request).await;
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
    response
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, http::Request, middleware, routing::get};
    use rstest::rstest;
    use tower::ServiceExt as _;

    use super::*;

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
            .layer(middleware::from_fn(cache));
        let mut request = Request::builder().method(method).uri(path);
        if let Some(name) = credential {
            request = request.header(name, "x");
        }
        let response = app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.headers()["cache-control"], policy);
    }
}

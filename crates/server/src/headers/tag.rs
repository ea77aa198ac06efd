//! An entity tag for every small document that its route gave none.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use hyper::body::Body as _;

use crate::{
    around::{Around, Next},
    conditional::{EntityTag, Validators},
    headers::only,
    problem::Problem,
};

/// The longest body that is read to be tagged; what is longer has a tag of its route or none.
const LONGEST: u64 = 1 << 20;

/// Tags what a GET answers by its bytes, and answers `304` to a reader who has them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tag;

impl Around for Tag {
    async fn answer<N: Next>(&self, request: Request, next: &N) -> Response {
        if *request.method() != Method::GET {
            return next.run(request).await;
        }
        let asked = only(request.headers(), &[header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE]);
        let response = next.run(request).await;
        if !is_taggable(&response) {
            return response;
        }
        let (parts, body) = response.into_parts();
        let bytes = match to_bytes(body, usize::try_from(LONGEST).unwrap_or(usize::MAX)).await {
            Ok(bytes) => bytes,
            Err(error) => return Problem::internal(error).into_response(),
        };
        let validators = Validators { tag: EntityTag::of([String::from_utf8_lossy(&bytes)]), modified: None };
        let mut response =
            validators.not_modified(&asked).unwrap_or_else(|| Response::from_parts(parts, Body::from(bytes)));
        validators.apply(response.headers_mut());
        response
    }
}

fn is_taggable(response: &Response) -> bool {
    let headers = response.headers();
    let is_json = headers.get(header::CONTENT_TYPE).is_some_and(|media| media.as_bytes().ends_with(b"json"));
    response.status() == StatusCode::OK
        && is_json
        && !headers.contains_key(header::ETAG)
        && response.body().size_hint().exact().is_some_and(|length| length <= LONGEST)
}

#[cfg(test)]
mod tests {
    use axum::{Json, Router, routing::get};
    use rstest::rstest;
    use tower::ServiceExt as _;

    use super::*;
    use crate::around::AsLayer;

    async fn ask(method: &str, path: &str, known: &str) -> (u16, String, usize) {
        let tagged = || get(|| async { Json(7) }).post(|| async { Json(7) });
        let app = Router::new()
            .route("/small", tagged())
            .route("/text", get(|| async { "7" }))
            .route("/own", get(|| async { ([(header::ETAG, "\"own\"")], Json(7)) }))
            .route("/gone", get(|| async { (StatusCode::GONE, Json(7)) }))
            .route("/long", get(|| async { Json("x".repeat(1 << 20)) }))
            .layer(AsLayer(Tag));
        let request = Request::builder().method(method).uri(path).header("if-none-match", known);
        let response = app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let tag = parts.headers.get("etag").map_or("", |tag| tag.to_str().unwrap()).to_owned();
        (parts.status.as_u16(), tag, to_bytes(body, usize::MAX).await.unwrap().len())
    }

    #[tokio::test]
    async fn the_same_bytes_are_not_sent_twice() {
        let (status, tag, length) = ask("GET", "/small", "\"other\"").await;
        assert_eq!((status, tag.is_empty(), length), (200, false, 1));
        assert_eq!(ask("GET", "/small", &tag).await, (304, tag, 0));
    }

    #[rstest]
    #[case::text("GET", "/text", 200, "")]
    #[case::own("GET", "/own", 200, "\"own\"")]
    #[case::error("GET", "/gone", 410, "")]
    #[case::write("POST", "/small", 200, "")]
    #[case::long("GET", "/long", 200, "")]
    #[tokio::test]
    async fn others_pass_as_they_are(
        #[case] method: &str,
        #[case] path: &str,
        #[case] status: u16,
        #[case] tag: &str,
    ) {
        let (found, given, length) = ask(method, path, "\"x\"").await;
        assert_eq!((found, given.as_str(), length > 0), (status, tag, true));
    }
}

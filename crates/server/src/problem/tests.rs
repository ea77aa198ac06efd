use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
    routing::get,
};
use rstest::rstest;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;
use crate::around::AsLayer;
use crate::site::Site;

fn router() -> Router {
    let site = Arc::new(Site::sample());
    Router::new()
        .route("/api/v1/datasets", get(|| async { Problem::new(Code::Gone) }))
        .route("/broken", get(|| async { Problem::internal(std::io::Error::other("secret password")) }))
        .layer(AsLayer(Render(site)))
}

async fn ask(method: &str, path: &str, language: &str) -> (StatusCode, Value) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("accept-language", language)
        .body(Body::empty())
        .unwrap();
    let response = router().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], MEDIA_TYPE);
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), 100_000).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap())
}

#[rstest]
#[case("es", "Retirado")]
#[case("en-GB, es;q=0.3", "Gone")]
#[case("fr", "Retirado")]
#[tokio::test]
async fn titles_follow_the_reader(#[case] language: &str, #[case] title: &str) {
    let (status, body) = ask("GET", "/api/v1/datasets", language).await;
    assert_eq!((status, &body["title"]), (StatusCode::GONE, &json!(title)));
    assert_eq!(body["code"], "gone");
    assert_eq!(body["type"], "https://datos.example.org/docs/errors#gone");
    assert_eq!(body["instance"], "/api/v1/datasets");
}

#[rstest]
#[case("/nowhere?lang=en", "text/html,*/*;q=0.8", "text/html; charset=utf-8")]
#[case("//evil.example/<script>", "text/html", "text/html; charset=utf-8")]
#[case("/nowhere", "*/*", MEDIA_TYPE)]
#[case("/api/v1/nowhere", "text/html", MEDIA_TYPE)]
#[tokio::test]
async fn people_get_a_page_and_programs_the_document(
    #[case] path: &str,
    #[case] accept: &str,
    #[case] kind: &str,
) {
    let path = path.replace('<', "%3C").replace('>', "%3E");
    let request = Request::builder().uri(path).header("accept", accept).body(Body::empty()).unwrap();
    let response = router().oneshot(request).await.unwrap();
    assert_eq!(
        (response.status(), &response.headers()["content-type"]),
        (StatusCode::NOT_FOUND, &kind.parse().unwrap())
    );
    let bytes = axum::body::to_bytes(response.into_body(), 100_000).await.unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    assert!(text.contains("unknown-path"), "{text}");
    assert!(!text.contains("<script>") && !text.contains("href=\"//"), "{text}");
}

#[tokio::test]
async fn an_internal_error_shows_nothing_of_its_cause() {
    let (status, body) = ask("GET", "/broken", "en").await;
    assert_eq!((status, &body["code"]), (StatusCode::INTERNAL_SERVER_ERROR, &json!("internal")));
    assert!(!body.to_string().contains("secret"), "{body}");
}

#[tokio::test]
async fn a_language_asked_for_by_name_wins() {
    let (_, body) = ask("GET", "/api/v1/datasets?lang=en", "es").await;
    assert_eq!(body["title"], "Gone");
}

#[tokio::test]
async fn an_unknown_path_names_the_nearest_one() {
    let (status, body) = ask("GET", "/api/v1/dataset", "en").await;
    assert_eq!((status, &body["nearest"]), (StatusCode::NOT_FOUND, &json!("/api/v1/datasets")));
}

#[tokio::test]
async fn a_refused_method_is_a_problem() {
    let (status, body) = ask("POST", "/api/v1/datasets", "en").await;
    assert_eq!((status, &body["code"]), (StatusCode::METHOD_NOT_ALLOWED, &json!("method-not-allowed")));
}

//! No credentials but those that were given may write, and none break anything.
#![no_main]

use std::sync::LazyLock;

use axum::{
    body::Body,
    http::{HeaderValue, Method, Request, header},
};
use libfuzzer_sys::fuzz_target;
use vitrina_app::auth::TokenSecret;
use vitrina_fuzz::Served;

static SERVED: LazyLock<(Served, String)> = LazyLock::new(|| {
    let served = Served::demo();
    let id = served.dataset()["id"].as_str().expect("records have ids").to_owned();
    (served, format!("/api/v1/datasets/{id}"))
});

fuzz_target!(init: LazyLock::force(&SERVED), |bytes: &[u8]| {
    if let Ok(value) = HeaderValue::from_bytes(bytes) {
        show(&value);
    }
    // No fuzzer guesses a checksum: a token of the right form, which nobody was given.
    let mut bytes = bytes.iter().copied().chain(0..);
    let made_up = TokenSecret::generate(|| bytes.next().unwrap_or_default());
    show(&HeaderValue::from_str(&format!("Bearer {}", made_up.reveal())).expect("tokens are ASCII"));
});

fn show(credentials: &HeaderValue) {
    let (served, dataset) = &*SERVED;
    let ask = |method: Method, body: &'static str| {
        let request = Request::builder()
            .method(method)
            .uri(dataset)
            .header(header::AUTHORIZATION, credentials)
            .header(header::IF_MATCH, "*")
            .header(header::CONTENT_TYPE, "application/merge-patch+json");
        served.ask(request.body(Body::from(body)).expect("every part is fixed or a header value")).status
    };
    let written = ask(Method::PATCH, r#"{"title": {"es": "Tomado"}}"#);
    assert!(written.is_client_error(), "{credentials:?} may write");
    let read = ask(Method::GET, "");
    assert!(read.is_success() || read == 401, "{credentials:?} reads {read}");
}

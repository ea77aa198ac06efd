//! Any headers about what the reader wants and has.
//!
//! One header a line, in the order of [`HEADERS`].
#![no_main]

use std::sync::LazyLock;

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Method, Request, header},
};
use libfuzzer_sys::fuzz_target;
use vitrina_fuzz::Served;

const HEADERS: [HeaderName; 7] = [
    header::ACCEPT,
    header::ACCEPT_LANGUAGE,
    header::IF_NONE_MATCH,
    header::IF_MATCH,
    header::RANGE,
    header::ACCEPT_ENCODING,
    header::IF_MODIFIED_SINCE,
];

static SERVED: LazyLock<(Served, [String; 5])> = LazyLock::new(|| {
    let served = Served::demo();
    let dataset = served.dataset();
    let [id, slug] =
        ["id", "slug"].map(|name| dataset[name].as_str().expect("records have names").to_owned());
    let addresses = [
        format!("/api/v1/datasets/{id}"),
        "/api/v1/datasets?limit=2".to_owned(),
        format!("/dataset/{slug}"),
        format!("/id/dataset/{id}"),
        "/catalog".to_owned(),
    ];
    (served, addresses)
});

fuzz_target!(init: LazyLock::force(&SERVED), |bytes: &[u8]| {
    let (served, addresses) = &*SERVED;
    let lines = bytes.split(|byte| *byte == b'\n').map(HeaderValue::from_bytes);
    let headers: Vec<_> =
        HEADERS.iter().zip(lines).filter_map(|(name, value)| Some((name, value.ok()?))).collect();
    let request = |method: Method, address: &str, body: &'static str| {
        let request = Request::builder().method(method).uri(address);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
        request.body(Body::from(body)).expect("every part is fixed or a header value")
    };
    for address in addresses {
        served.ask(request(Method::GET, address, ""));
    }
    // A patch without members changes nothing, whatever revision it is meant for.
    let mut patch = request(Method::PATCH, &addresses[0], "{}");
    let bearer = HeaderValue::from_str(&served.bearer).expect("tokens are ASCII");
    let media = HeaderValue::from_static("application/merge-patch+json");
    patch.headers_mut().extend([(header::AUTHORIZATION, bearer), (header::CONTENT_TYPE, media)]);
    served.ask(patch);
});

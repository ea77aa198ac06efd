//! What every answer carries and every request must have, whatever the route.

mod cache;
mod cors;
mod envelope;
mod host;
mod method;
mod request_id;
mod security;
mod tag;

pub use cache::cache;
pub use cors::cors;
pub use envelope::envelope;
pub use host::{HostPolicy, host};
pub use method::{head, methods};
pub use request_id::{RequestId, RequestIds, request_id};
pub use security::{DOCS_CSP, HTML_CSP, security};
pub use tag::tag;

use axum::http::{HeaderMap, HeaderName};

/// Some headers of a request, to be looked at after it is gone.
pub(crate) fn only(headers: &HeaderMap, names: &[HeaderName]) -> HeaderMap {
    let mut kept = HeaderMap::new();
    for name in names {
        for value in headers.get_all(name) {
            kept.append(name, value.clone());
        }
    }
    kept
}

//! What every answer carries and every request must have, whatever the route.

mod cache;
mod cors;
mod envelope;
mod host;
mod method;
mod request_id;
mod security;
mod tag;

pub(crate) use cache::Cache;
pub(crate) use cors::Cors;
pub(crate) use envelope::Envelope;
pub(crate) use host::Host;
pub use host::HostPolicy;
pub(crate) use method::{Head, Methods};
pub use request_id::{RequestId, RequestIds};
pub(crate) use security::Security;
pub use security::{DOCS_CSP, HTML_CSP};
pub(crate) use tag::Tag;

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

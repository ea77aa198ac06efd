//! The id of a request, in the answer, in problems and in the log.

use std::{fmt, ops::ControlFlow, sync::Arc};

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue},
    response::Response,
};
use uuid::Uuid;

use crate::around::Passage;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken over from a client or proxy.
const LONGEST: usize = 64;

/// Makes ids; handed in, because identifiers come from a port.
#[derive(Clone)]
pub struct RequestIds(Arc<dyn Fn() -> Uuid + Send + Sync>);

impl RequestIds {
    /// Ids from this function.
    pub fn new(make: impl Fn() -> Uuid + Send + Sync + 'static) -> Self {
        Self(Arc::new(make))
    }
}

impl fmt::Debug for RequestIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequestIds")
    }
}

/// The id of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.to_str().unwrap_or_default())
    }
}

impl Passage for RequestIds {
    type Memory = RequestId;

    /// Gives every request an id: the one it came with, if that is harmless, else a new one.
    fn enter(&self, request: &mut Request) -> ControlFlow<Response, RequestId> {
        let given = request.headers().get(HEADER).filter(|value| is_harmless(value)).cloned();
        let id = RequestId(given.unwrap_or_else(|| new_id(self)));
        request.extensions_mut().insert(id.clone());
        ControlFlow::Continue(id)
    }

    fn leave(&self, RequestId(id): RequestId, response: &mut Response) {
        response.headers_mut().insert(HEADER, id);
    }
}

fn new_id(ids: &RequestIds) -> HeaderValue {
    let text = (ids.0)().hyphenated().to_string();
    HeaderValue::try_from(text).unwrap_or_else(|_error| HeaderValue::from_static("unknown"))
}

/// Ids go into logs: only characters that cannot forge a line or a field.
fn is_harmless(value: &HeaderValue) -> bool {
    (1..=LONGEST).contains(&value.len())
        && value.as_bytes().iter().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("abc-123_x.Y", true)]
    #[case("", false)]
    #[case("two words", false)]
    #[case("a\"b", false)]
    #[case("\u{f1}", false)]
    fn takes_over_only_harmless_ids(#[case] text: &str, #[case] harmless: bool) {
        assert_eq!(is_harmless(&HeaderValue::from_bytes(text.as_bytes()).unwrap()), harmless);
        assert!(!is_harmless(&HeaderValue::from_str(&"a".repeat(65)).unwrap()));
    }
}

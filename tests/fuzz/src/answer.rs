//! What the server answered, and what a good answer is.

use axum::{
    body::Bytes,
    http::{HeaderMap, StatusCode, header},
};
use serde_json::Value;

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, to its last byte.
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("not JSON: {error}\n{}", self.text()))
    }

    /// The body for people.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Ends the run unless the server did what was asked, or told why not in the way that it promises to.
    pub(crate) fn check(&self, asked: &str) {
        let Self { status, headers, .. } = self;
        assert!(status.as_u16() < 500, "{asked}: {status}\n{}", self.text());
        let media =
            headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if headers.contains_key(header::CONTENT_ENCODING) {
            return;
        }
        if status.is_client_error() && !media.starts_with("text/html") {
            assert_eq!(media, "application/problem+json", "{asked}: {status}");
            let problem = self.json();
            assert_eq!(problem["status"], status.as_u16(), "{asked}: {problem}");
            assert!(problem["code"].is_string(), "{asked}: {problem}");
        }
        if status.is_success() && media == "application/json" {
            self.json();
        }
    }
}

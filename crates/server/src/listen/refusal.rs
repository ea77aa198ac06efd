//! What `hyper` refuses by itself, before there is a request, said the way everything else is refused.

use axum::http::StatusCode;
use vitrina_domain::finding::Locale;

use crate::problem::{Code, MEDIA_TYPE, Problem};

/// The answer to send instead of one that `hyper` wrote: a status line of an error and nothing to read.
///
/// Nothing is known of the reader at this point, so the text is in the default language.
pub(super) fn instead_of(written: &[u8]) -> Option<Vec<u8>> {
    let status = written.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
    let status = StatusCode::from_bytes(status).ok().filter(StatusCode::is_client_error)?;
    let body = Problem::new(Code::of_status(status)).body("", "", "", Locale::default());
    let body = serde_json::to_string(&body).ok()?;
    let reason = status.canonical_reason().unwrap_or_default();
    let (code, length) = (status.as_u16(), body.len());
    let answer = format!(
        "HTTP/1.1 {code} {reason}\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {length}\r\n\
         cache-control: no-store\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n{body}"
    );
    Some(answer.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_refusals_get_a_body_and_nothing_else_is_touched() {
        let answer = instead_of(b"HTTP/1.1 431 Request Header Fields Too Large\r\n\r\n").unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!((&body["code"], &body["status"]), (&"headers-too-large".into(), &431.into()));
        for other in [&b"HTTP/1.1 100 Continue\r\n\r\n"[..], b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 4", b""] {
            assert_eq!(instead_of(other), None);
        }
    }
}

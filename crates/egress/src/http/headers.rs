//! What is said of a request, and what is read from an answer.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hyper::{
    HeaderMap,
    header::{
        ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, IF_MODIFIED_SINCE,
        IF_NONE_MATCH, LAST_MODIFIED, RETRY_AFTER,
    },
};
use vitrina_app::ports::{Credential, FetchError, FetchRequest, Rule, Validators};
use vitrina_domain::time::Timestamp;

/// The longest wait that a host may ask for.
const MAX_WAIT: Duration = Duration::from_hours(24);

/// The longest header of an answer that is kept.
const MAX_KEPT: usize = 1_024;

/// Headers that belong to the connection: with one of these a secret could end our request and begin another.
const OURS: [&str; 11] = [
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "cookie",
    "keep-alive",
    "proxy-authorization",
];

/// The headers of a request, without its secret.
pub(super) fn of_request(request: &FetchRequest) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let accept = request.accept.as_deref().and_then(|accept| HeaderValue::from_str(accept).ok());
    headers.insert(ACCEPT, accept.unwrap_or(HeaderValue::from_static("*/*")));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip, br, zstd"));
    // They came from an answer; one that is no header any more is as good as none.
    let known = [(IF_NONE_MATCH, &request.known.etag), (IF_MODIFIED_SINCE, &request.known.last_modified)];
    for (name, value) in known {
        if let Some(value) = value.as_deref().and_then(|value| HeaderValue::from_str(value).ok()) {
            headers.insert(name, value);
        }
    }
    headers
}

/// A secret as a header.
pub(super) fn of_credential(credential: &Credential) -> Result<(HeaderName, HeaderValue), FetchError> {
    let refused =
        || FetchError::new(Rule::Unreadable, format!("{:?} is no header for a secret", credential.header));
    let name = HeaderName::from_bytes(credential.header.as_bytes()).map_err(|_error| refused())?;
    let mut value = HeaderValue::from_str(&credential.value).map_err(|_error| refused())?;
    if OURS.contains(&name.as_str()) {
        return Err(refused());
    }
    value.set_sensitive(true);
    Ok((name, value))
}

/// How an answer names its state.
pub(super) fn validators(headers: &HeaderMap) -> Validators {
    Validators { etag: text(headers, &ETAG), last_modified: text(headers, &LAST_MODIFIED) }
}

/// The media type of an answer.
pub(super) fn media_type(headers: &HeaderMap) -> Option<String> {
    text(headers, &CONTENT_TYPE)
}

/// How long a host wants to be left alone: seconds or a date (RFC 9110 section 10.2.3).
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match value.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => httpdate::parse_http_date(value).ok()?.duration_since(instant(now)).unwrap_or_default(),
    };
    Some(wait.min(MAX_WAIT))
}

/// An instant in the form of the standard library.
pub(crate) fn instant(at: Timestamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(u64::try_from(at.micros()).unwrap_or_default())
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    (value.len() <= MAX_KEPT).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("120", Some(120))]
    #[case(" 7 ", Some(7))]
    #[case("99999999999", Some(86_400))]
    #[case("Sun, 01 Mar 2026 12:00:30 GMT", Some(30))]
    #[case("Sun, 01 Mar 2026 11:00:00 GMT", Some(0))]
    #[case("soon", None)]
    #[case("-5", None)]
    fn a_wait_is_seconds_or_a_date(#[case] value: &str, #[case] seconds: Option<u64>) {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_str(value).unwrap());
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        assert_eq!(retry_after(&headers, now), seconds.map(Duration::from_secs));
    }

    #[rstest]
    #[case("authorization", "Bearer x", true)]
    #[case("X-CKAN-API-Key", "x", true)]
    #[case("Transfer-Encoding", "chunked", false)]
    #[case("Host", "127.0.0.1", false)]
    #[case("Cookie", "a=b", false)]
    #[case("x-key", "a\r\nx-injected: b", false)]
    #[case("x key", "a", false)]
    fn a_secret_is_one_header_and_no_other(#[case] header: &str, #[case] value: &str, #[case] fits: bool) {
        let credential = Credential { header: header.into(), value: value.into() };
        assert_eq!(of_credential(&credential).is_ok(), fits);
    }
}

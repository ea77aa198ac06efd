//! One request and the head of its answer, on a connection of its own.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    HeaderMap, Method, Request, Response,
    body::Incoming,
    client::conn::http1,
    header::{CONNECTION, HOST, HeaderValue},
};
use hyper_util::rt::TokioIo;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;
use vitrina_app::ports::{FetchError, Rule};

use super::dial::Connection;
use crate::guard::Target;

/// The largest head of an answer.
const MAX_HEAD: usize = 64 << 10;

/// The most headers of an answer.
const MAX_HEADERS: usize = 128;

/// A request, except for the headers that the connection decides.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub(super) method: Method,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Keeps a connection open. Dropping it closes the connection.
pub(super) type Line = AbortOnDropHandle<()>;

/// Sends a request and waits for the head of the answer.
#[expect(clippy::disallowed_methods, reason = "the connection leads to an address that was checked")]
pub(super) async fn ask(
    connection: Connection,
    target: &Target,
    question: Question,
    first_byte: Duration,
) -> Result<(Response<Incoming>, Line), FetchError> {
    let request = request(target, question)?;
    let broken = |error: &hyper::Error| describe(target, error);
    let (mut sender, connection) = http1::Builder::new()
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD)
        .handshake(TokioIo::new(connection))
        .await
        .map_err(|error| broken(&error))?;
    // Whoever reads the answer hears of an error there; here it has been said already.
    let line = AbortOnDropHandle::new(tokio::spawn(async move {
        let _ended = connection.await;
    }));
    match timeout(first_byte, sender.send_request(request)).await {
        Ok(Ok(response)) => Ok((response, line)),
        Ok(Err(error)) => Err(broken(&error)),
        Err(_elapsed) => Err(FetchError::new(Rule::FirstByte, format!("{target}: no answer began"))),
    }
}

fn request(target: &Target, question: Question) -> Result<Request<Full<Bytes>>, FetchError> {
    let unreadable = |what: &str| FetchError::new(Rule::Unreadable, format!("{target}: {what}"));
    let host =
        HeaderValue::from_str(target.authority()).map_err(|_error| unreadable("no host for a header"))?;
    let mut request = Request::builder()
        .method(question.method)
        .uri(target.path())
        .body(Full::new(question.body))
        .map_err(|error| unreadable(&error.to_string()))?;
    *request.headers_mut() = question.headers;
    request.headers_mut().insert(HOST, host);
    request.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    Ok(request)
}

/// The rule that an error of the protocol breaks.
pub(super) fn describe(target: &Target, error: &hyper::Error) -> FetchError {
    let rule = if error.is_parse_too_large() {
        Rule::Head
    } else if error.is_parse() {
        Rule::Syntax
    } else {
        Rule::Truncated
    };
    FetchError::new(rule, format!("{target}: {}", vitrina_app::Chain(error)))
}

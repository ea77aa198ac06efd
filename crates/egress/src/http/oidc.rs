//! HTTP for a client of OpenID Connect: discovery, keys, and the exchange of a code for tokens.

use std::time::Duration;

use futures_util::TryStreamExt as _;
use hyper::{
    HeaderMap, Method, Request, Response,
    header::{ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue},
};
use tokio::time::{Instant, timeout_at};
use vitrina_app::ports::{FetchError, Pace, Rule};

use super::{
    body::{self, Bounds},
    client::{Client, redirect},
    exchange::Question,
};
use crate::guard::Target;

/// The longest answer: keys and tokens are a few KiB.
const MAX_BYTES: u64 = 1 << 20;

/// The longest that one of them may take: somebody waits to be let in.
const TOTAL: Duration = Duration::from_secs(15);

/// Many may log in at once.
const PACE: Pace = Pace { connections: 4, interval: Duration::ZERO };

/// What is said of a request, and nothing else of it.
const SAID: [HeaderName; 3] = [ACCEPT, AUTHORIZATION, CONTENT_TYPE];

/// What is handed on of an answer. No cookie is.
const HEARD: [HeaderName; 2] = [CONTENT_TYPE, CACHE_CONTROL];

const FORM: &[u8] = b"application/x-www-form-urlencoded";

/// Speaks to a provider of OpenID Connect through the guarded client.
///
/// [`OidcTransport::call`] takes and gives what `openidconnect` 4 (`oauth2` 5) calls an `AsyncHttpClient`: any
/// `Fn(http::Request<Vec<u8>>) -> impl Future<Output = Result<http::Response<Vec<u8>>, E>>`, so that
/// `&|request| transport.call(request)` is one. Its request holds the client's secret and the code, so it goes encrypted
/// (or to a host that the operator named as an exception), to the host in its address, and nowhere else.
#[derive(Clone)]
pub struct OidcTransport {
    client: Client,
    ports: Vec<u16>,
}

impl OidcTransport {
    /// Speaks through this client, also to these ports beside the usual ones.
    pub fn new(client: Client, ports: Vec<u16>) -> Self {
        Self { client, ports }
    }

    /// Asks once: a `GET`, or a `POST` of a form. An answer with an error status is an answer; one that leads elsewhere is
    /// none.
    ///
    /// # Errors
    ///
    /// The rule that stopped it.
    pub async fn call(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError> {
        let (head, body) = request.into_parts();
        let address = head.uri.to_string();
        let question = Question {
            headers: said(&address, &head.method, &head.headers)?,
            method: head.method,
            body: body.into(),
        };
        let target = self.client.read(&address, &self.ports).await?;
        if !target.is_encrypted() && !self.client.is_named(&target) {
            return Err(FetchError::new(Rule::Unencrypted, format!("{target} is not encrypted")));
        }
        let turn = self.client.turn(&target, Some(PACE), self.client.limits().patience).await?;
        let deadline = Instant::now() + TOTAL.min(self.client.limits().total);
        let arrived = timeout_at(deadline, self.client.ask(&target, turn, question)).await;
        let arrived = arrived.map_err(|_elapsed| too_slow(&target))??;
        if let Some(location) = redirect(&arrived) {
            return Err(FetchError::new(Rule::Redirects, format!("{target} redirects to {location}")));
        }
        let bounds = Bounds { max_bytes: MAX_BYTES, idle: self.client.limits().idle, deadline };
        let mut answer = Response::new(Vec::new());
        *answer.status_mut() = arrived.status;
        *answer.headers_mut() = kept(&arrived.headers, &HEARD);
        let bytes = body::read(arrived.arriving, &arrived.headers, bounds)?;
        *answer.body_mut() = bytes
            .try_fold(Vec::new(), async |mut whole, piece| {
                whole.extend_from_slice(&piece);
                Ok(whole)
            })
            .await?;
        Ok(answer)
    }
}

fn too_slow(target: &Target) -> FetchError {
    FetchError::new(Rule::Total, format!("{target}: no answer in time"))
}

/// What is said of a request that the protocol knows.
fn said(address: &str, method: &Method, headers: &HeaderMap) -> Result<HeaderMap, FetchError> {
    let is_form = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().eq_ignore_ascii_case(FORM));
    if *method == Method::GET || (*method == Method::POST && is_form) {
        let mut said = kept(headers, &SAID);
        if let Some(secret) = said.get_mut(AUTHORIZATION) {
            secret.set_sensitive(true);
        }
        said.entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
        return Ok(said);
    }
    Err(FetchError::new(Rule::Method, format!("{method} {address} is neither a GET nor a form")))
}

fn kept(headers: &HeaderMap, names: &[HeaderName]) -> HeaderMap {
    names.iter().filter_map(|name| Some((name.clone(), headers.get(name)?.clone()))).collect()
}

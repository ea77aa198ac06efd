//! Asking, and following where the answer sends us.

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use hyper::{
    HeaderMap, Method, StatusCode,
    header::{HeaderValue, LOCATION, USER_AGENT},
};
use tokio::time::{Instant, sleep_until, timeout_at};
use vitrina_app::ports::{Clock, Fetch, FetchError, FetchMethod, FetchRequest, Fetched, Pace, Reason, Rule};

use super::{
    body::{self, Arriving, Bounds},
    dial::Dialer,
    exchange::{self, Question},
    headers,
    turn::{Hosts, Turn},
};
use crate::{
    config::{Config, Limits},
    guard::{Guard, Target},
    resolver::Resolver,
    tls::{self, TlsError},
};

/// The most redirects that are followed.
const MAX_REDIRECTS: usize = 5;

/// Asks addresses of others. Clones share their turns at hosts.
#[derive(Clone)]
pub struct Client(Arc<Parts>);

struct Parts {
    dialer: Dialer,
    hosts: Hosts,
    user_agent: HeaderValue,
    pace: Pace,
    clock: Arc<dyn Clock>,
}

/// The head of an answer and its body on its way.
pub(super) struct Arrived {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) arriving: Arriving,
}

impl Client {
    /// A client with the resolver of the machine.
    ///
    /// # Errors
    ///
    /// A root certificate cannot be read.
    pub fn new(config: Config, clock: Arc<dyn Clock>) -> Result<Self, TlsError> {
        Self::with_resolver(config, clock, Resolver::system())
    }

    /// A client that asks somebody else for the addresses of names.
    ///
    /// # Errors
    ///
    /// A root certificate cannot be read.
    pub fn with_resolver(
        config: Config,
        clock: Arc<dyn Clock>,
        resolver: Resolver,
    ) -> Result<Self, TlsError> {
        let Config { contact, allow, limits, pace, roots } = config;
        let dialer = Dialer {
            guard: Guard::new(allow),
            resolver,
            tls: tls::client(&roots, Some(b"http/1.1"))?,
            limits,
        };
        // A contact holds visible ASCII only, which every header takes.
        let user_agent = HeaderValue::from_str(&contact.user_agent());
        let user_agent = user_agent.unwrap_or(HeaderValue::from_static("Vitrina"));
        Ok(Self(Arc::new(Parts { dialer, hosts: Hosts::default(), user_agent, pace, clock })))
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.0.dialer.limits
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        self.0.clock.as_ref()
    }

    /// Reads an address that somebody wrote.
    pub(super) async fn read(&self, address: &str, ports: &[u16]) -> Result<Target, FetchError> {
        self.level(Instant::now(), self.0.dialer.guard.address(address, ports)).await
    }

    /// Whether the operator named this very host as one that may be asked.
    pub(super) fn is_named(&self, target: &Target) -> bool {
        self.0.dialer.guard.is_named(target)
    }

    /// Reads an address that somebody wrote without asking it, and tells at once: its text is all that is looked at.
    pub(crate) fn address(&self, address: &str) -> Result<Target, FetchError> {
        self.0.dialer.guard.address(address, &[])
    }

    /// Waits for a turn at a host.
    pub(super) async fn turn(
        &self,
        target: &Target,
        pace: Option<Pace>,
        patience: Duration,
    ) -> Result<Turn, FetchError> {
        self.0.hosts.enter(target.host(), pace.unwrap_or(self.0.pace), patience).await
    }

    /// Asks once, without following.
    pub(super) async fn ask(
        &self,
        target: &Target,
        turn: Turn,
        mut question: Question,
    ) -> Result<Arrived, FetchError> {
        question.headers.insert(USER_AGENT, self.0.user_agent.clone());
        let begun = Instant::now();
        let connection = match self.0.dialer.dial(target).await {
            Ok(connection) => connection,
            Err(error) => {
                // Nobody else has to wait while this one is kept quiet.
                drop(turn);
                return self.level(begun, Err(error)).await;
            }
        };
        let (response, line) = exchange::ask(connection, target, question, self.limits().first_byte).await?;
        let (head, incoming) = response.into_parts();
        self.respect(target, head.status, &head.headers);
        let arriving = Arriving { target: target.clone(), incoming, line, turn };
        Ok(Arrived { status: head.status, headers: head.headers, arriving })
    }

    /// Leaves a host alone that asks for it.
    fn respect(&self, target: &Target, status: StatusCode, headers: &HeaderMap) {
        if !matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            return;
        }
        if let Some(wait) = headers::retry_after(headers, self.clock().now()) {
            self.0.hosts.hold(target.host(), wait);
        }
    }

    /// Tells that an address cannot be reached no sooner than silence would.
    ///
    /// Otherwise the time tells what the message does not: a closed port answers at once, a filtered one never, and a
    /// forbidden one is not even asked.
    async fn level<T>(&self, begun: Instant, result: Result<T, FetchError>) -> Result<T, FetchError> {
        if let Err(error) = &result {
            tracing::debug!(rule = error.rule.code(), detail = %error.detail, "an address was not asked");
            if error.reason() == Reason::Unreachable {
                sleep_until(begun + self.limits().connect).await;
            }
        }
        result
    }

    async fn follow(
        &self,
        request: &FetchRequest,
        mut target: Target,
        mut turn: Turn,
        deadline: Instant,
    ) -> Result<Fetched, FetchError> {
        let mut credential = request.credential.as_ref().map(headers::of_credential).transpose()?;
        for _hop in 0..=MAX_REDIRECTS {
            let mut headers = headers::of_request(request);
            if let Some((name, value)) = &credential {
                headers.insert(name.clone(), value.clone());
            }
            let method = match request.method {
                FetchMethod::Get => Method::GET,
                FetchMethod::Head => Method::HEAD,
            };
            let question = Question { method, headers, body: bytes::Bytes::new() };
            let arrived = self.ask(&target, turn, question).await?;
            let Some(location) = redirect(&arrived) else { return self.fetched(request, arrived, deadline) };
            // The body of a redirect is never read: the connection ends here.
            drop(arrived);
            let next = self.0.dialer.guard.redirect(&target, &location, &request.ports);
            let next = self.level(Instant::now(), next).await?;
            if !next.is_same_origin(&target) {
                credential = None;
            }
            turn = self.turn(&next, request.pace, self.limits().patience).await?;
            target = next;
        }
        Err(FetchError::new(Rule::Redirects, format!("{} redirects on and on", request.address)))
    }

    fn fetched(
        &self,
        request: &FetchRequest,
        arrived: Arrived,
        deadline: Instant,
    ) -> Result<Fetched, FetchError> {
        let Arrived { status, headers, arriving } = arrived;
        let limits = self.limits();
        let max_bytes = request.max_bytes.unwrap_or(limits.max_bytes);
        let address = arriving.target.as_str().to_owned();
        Ok(Fetched {
            address,
            status: status.as_u16(),
            media_type: headers::media_type(&headers),
            validators: headers::validators(&headers),
            retry_after: headers::retry_after(&headers, self.clock().now()),
            body: body::read(arriving, &headers, Bounds { max_bytes, idle: limits.idle, deadline })?,
        })
    }
}

impl Fetch for Client {
    fn fetch(&self, request: FetchRequest) -> BoxFuture<'_, Result<Fetched, FetchError>> {
        Box::pin(async move {
            let target = self.read(&request.address, &request.ports).await?;
            let turn = self.turn(&target, request.pace, self.limits().patience).await?;
            let deadline = Instant::now() + request.total.unwrap_or(self.limits().total);
            let answer = timeout_at(deadline, self.follow(&request, target, turn, deadline)).await;
            answer.unwrap_or_else(|_elapsed| {
                Err(FetchError::new(Rule::Total, format!("{}: no answer in time", request.address)))
            })
        })
    }
}

/// Where an answer sends us, if it does: by its status and header only. What a document says of itself (`Refresh`,
/// `meta`) is for browsers.
pub(super) fn redirect(arrived: &Arrived) -> Option<String> {
    let moved = [
        StatusCode::MOVED_PERMANENTLY,
        StatusCode::FOUND,
        StatusCode::SEE_OTHER,
        StatusCode::TEMPORARY_REDIRECT,
        StatusCode::PERMANENT_REDIRECT,
    ];
    if !moved.contains(&arrived.status) {
        return None;
    }
    let location = arrived.headers.get(LOCATION)?;
    Some(String::from_utf8_lossy(location.as_bytes()).into_owned())
}

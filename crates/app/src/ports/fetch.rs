//! Asking an address that stood in data or was given by a user.

use std::{fmt, time::Duration};

use bytes::Bytes;
use futures_util::{future::BoxFuture, stream::BoxStream};

use super::egress_rule::{Reason, Rule};

/// Asks addresses of others, under rules that keep it out of the operator's own network.
pub trait Fetch: Send + Sync {
    /// Asks once, follows redirects, and gives the answer as soon as its headers are there.
    ///
    /// An answer with an error status is an answer. A [`FetchError`] means that there was none, or none that may be
    /// read.
    fn fetch(&self, request: FetchRequest) -> BoxFuture<'_, Result<Fetched, FetchError>>;
}

/// What is asked, and how much of an answer is taken.
#[derive(Debug, Clone)]
pub struct FetchRequest {
    /// The address as it stood where it was found.
    pub address: String,
    /// Whether the body is wanted.
    pub method: FetchMethod,
    /// The media types that are understood, as in an `Accept` header.
    pub accept: Option<String>,
    /// What is known of the last answer, so that an unchanged one need not be sent again.
    pub known: Validators,
    /// A secret for the address. It is not sent on to another host.
    pub credential: Option<Credential>,
    /// Ports that may be asked beside the usual ones.
    pub ports: Vec<u16>,
    /// The most bytes that are taken, packed and unpacked, where it is not the usual number.
    pub max_bytes: Option<u64>,
    /// The longest that the answer may take, where it is not the usual time.
    pub total: Option<Duration>,
    /// How hard the host may be asked, where it is not the usual pace.
    pub pace: Option<Pace>,
}

impl FetchRequest {
    /// A request for the body at an address, with the usual limits.
    pub fn get(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            method: FetchMethod::Get,
            accept: None,
            known: Validators::default(),
            credential: None,
            ports: Vec::new(),
            max_bytes: None,
            total: None,
            pace: None,
        }
    }

    /// A request for the headers only.
    pub fn head(address: impl Into<String>) -> Self {
        Self { method: FetchMethod::Head, ..Self::get(address) }
    }
}

/// Whether the body is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchMethod {
    /// Headers and body.
    Get,
    /// Headers only.
    Head,
}

/// How an answer names its state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Validators {
    /// The `ETag`, as it was sent.
    pub etag: Option<String>,
    /// The `Last-Modified`, as it was sent.
    pub last_modified: Option<String>,
}

/// A header that lets us in. `Debug` shows its name only.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// The name of the header.
    pub header: String,
    /// Its value.
    pub value: String,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({}: …)", self.header)
    }
}

/// How hard one host may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The most connections at once.
    pub connections: usize,
    /// The least time from the beginning of one request to the beginning of the next.
    pub interval: Duration,
}

impl Default for Pace {
    /// What nobody has to ask permission for: two connections, one request a second.
    fn default() -> Self {
        Self { connections: 2, interval: Duration::from_secs(1) }
    }
}

/// The bytes of an answer, unpacked, as they arrive. After an error nothing follows.
pub type FetchBody = BoxStream<'static, Result<Bytes, FetchError>>;

/// An answer.
pub struct Fetched {
    /// Where it came from, after all redirects.
    pub address: String,
    /// Its HTTP status.
    pub status: u16,
    /// Its `Content-Type`, as it was sent.
    pub media_type: Option<String>,
    /// How it names its state.
    pub validators: Validators,
    /// How long the host wants to be left alone.
    pub retry_after: Option<Duration>,
    /// Its bytes. Dropping them closes the connection.
    pub body: FetchBody,
}

impl fmt::Debug for Fetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, status, media_type, validators, retry_after, body: _ } = self;
        f.debug_struct("Fetched")
            .field("address", address)
            .field("status", status)
            .field("media_type", media_type)
            .field("validators", validators)
            .field("retry_after", retry_after)
            .finish_non_exhaustive()
    }
}

impl Fetched {
    /// Whether nothing changed since the state that the request named.
    pub fn is_unchanged(&self) -> bool {
        self.status == 304
    }
}

/// Why there is no answer.
///
/// Its `Display` is for the operator's log; whoever gave the address is told [`FetchError::reason`] and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", rule.code())]
pub struct FetchError {
    /// The rule that stopped it.
    pub rule: Rule,
    /// What was found, in English.
    pub detail: String,
    /// When to ask again, where that is known.
    pub after: Option<Duration>,
}

impl FetchError {
    /// A rule, and what broke it.
    pub fn new(rule: Rule, detail: impl Into<String>) -> Self {
        Self { rule, detail: detail.into(), after: None }
    }

    /// What others are told.
    pub fn reason(&self) -> Reason {
        self.rule.reason()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_not_shown() {
        let request = FetchRequest {
            credential: Some(Credential { header: "authorization".into(), value: "muy secreto".into() }),
            ..FetchRequest::get("https://datos.example.org")
        };
        let shown = format!("{request:?}");
        assert!(shown.contains("authorization") && !shown.contains("secreto"), "{shown}");
    }
}

//! Telling an address something, without wanting to hear more than whether it was taken.

use std::time::Duration;

use bytes::Bytes;
use hyper::{HeaderMap, Method};
use tokio::time::{Instant, timeout_at};
use vitrina_app::ports::{FetchError, Pace, Rule};

use super::{client::Client, exchange::Question, headers};

/// Something to tell.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    pub(crate) address: String,
    pub(crate) ports: Vec<u16>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) pace: Pace,
    /// For a turn at the host, where the operator's limit is not shorter.
    pub(crate) patience: Duration,
    /// For everything, where the operator's limit is not shorter.
    pub(crate) longest: Duration,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Posted {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
}

impl Client {
    /// Tells an address something. Redirects are not followed: they would take what was said to somebody else.
    pub(crate) async fn post(&self, post: Post) -> Result<Posted, FetchError> {
        let Post { address, ports, headers, body, pace, patience, longest } = post;
        let target = self.read(&address, &ports).await?;
        let patience = self.limits().patience.min(patience);
        let turn = self.turn(&target, Some(pace), patience).await?;
        let question = Question { method: Method::POST, headers, body };
        let deadline = Instant::now() + self.limits().total.min(longest);
        let arrived = timeout_at(deadline, self.ask(&target, turn, question)).await;
        let arrived = arrived
            .map_err(|_elapsed| FetchError::new(Rule::Total, format!("{target}: no answer in time")))??;
        // The body of the answer is not read: it could only tell its reader about the inside of a network.
        Ok(Posted {
            status: arrived.status.as_u16(),
            retry_after: headers::retry_after(&arrived.headers, self.clock().now()),
        })
    }
}

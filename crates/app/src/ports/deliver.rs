//! Telling a subscriber's address what happened.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value;
use vitrina_domain::{time::Timestamp, webhook::SigningSecret};

use super::fetch::FetchError;

/// Delivers events to webhooks, signed.
pub trait Deliver: Send + Sync {
    /// Reads an address without asking it; the one form in which it is kept.
    fn read(&self, address: &str) -> Result<String, FetchError>;

    /// Tries once. Whoever calls keeps the log and decides about the next try.
    fn deliver(&self, delivery: Delivery) -> BoxFuture<'_, Delivered>;
}

/// One event for one subscriber.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The subscriber's address.
    pub address: String,
    /// What the subscriber checks with.
    pub secret: SigningSecret,
    /// What the subscriber may still check with while the secret is being replaced.
    pub former_secret: Option<SigningSecret>,
    /// What happened.
    pub event: Event,
    /// Ports that may be asked beside the usual ones.
    pub ports: Vec<u16>,
}

/// What happened, in the terms of `CloudEvents` 1.0.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The same for every try, so that a subscriber can tell a repetition.
    pub id: String,
    /// Where it happened: the base URL of the site.
    pub source: String,
    /// What kind of event it is, for example `mx.vitrina.dataset.update.v1`.
    pub kind: String,
    /// What it happened to: the IRI of the entity.
    pub subject: String,
    /// When it happened.
    pub at: Timestamp,
    /// The change, as `schemas/core/change.schema.json` has it.
    pub data: Value,
}

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivered {
    /// The subscriber has it.
    Accepted {
        /// The status of the answer, one of 2xx.
        status: u16,
    },
    /// The subscriber wants nothing more at this address (`410`).
    Gone,
    /// The subscriber answered, but did not take it.
    Declined {
        /// The status of the answer; a redirect counts as one that declines.
        status: u16,
        /// When the subscriber wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// There was no answer, or the address may not be asked.
    Failed(FetchError),
}

//! Telling a subscriber's address what happened.

use std::{fmt, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::future::BoxFuture;
use serde_json::Value;
use vitrina_domain::time::Timestamp;

use super::fetch::FetchError;

/// Delivers events to webhooks, signed.
pub trait Deliver: Send + Sync {
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

/// The bytes that a subscriber checks signatures with. `Debug` never shows them.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(Vec<u8>);

/// A text that is no signing secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a signing secret: whsec_ and the base64 of 24 to 64 bytes")]
pub struct InvalidSecret;

impl SigningSecret {
    /// What the text form begins with, as Standard Webhooks has it.
    pub const PREFIX: &'static str = "whsec_";

    /// Reads the text form.
    pub fn parse(text: &str) -> Result<Self, InvalidSecret> {
        let encoded = text.strip_prefix(Self::PREFIX).ok_or(InvalidSecret)?;
        let bytes = STANDARD.decode(encoded).map_err(|_error| InvalidSecret)?;
        // The bounds of Standard Webhooks 1.0: 192 bits are enough, more than the hash's block add nothing.
        if (24..=64).contains(&bytes.len()) { Ok(Self(bytes)) } else { Err(InvalidSecret) }
    }

    /// The text form, to be shown once.
    pub fn reveal(&self) -> String {
        format!("{}{}", Self::PREFIX, STANDARD.encode(&self.0))
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…", Self::PREFIX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_reads_back_and_is_not_shown() {
        let text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let secret = SigningSecret::parse(text).unwrap();
        assert_eq!(secret.reveal(), text);
        assert_eq!(format!("{secret:?}"), "whsec_…");
    }

    #[test]
    fn what_is_short_long_or_no_base64_is_no_secret() {
        let long = STANDARD.encode([7; 65]);
        for odd in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_%%%"] {
            assert_eq!(SigningSecret::parse(odd), Err(InvalidSecret), "{odd}");
        }
        assert_eq!(SigningSecret::parse(&format!("whsec_{long}")), Err(InvalidSecret));
    }
}

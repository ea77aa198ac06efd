//! What the use cases need from outside, as traits with a second implementation in tests.

use std::sync::Mutex;

use uuid::Uuid;
use vitrina_domain::time::Timestamp;

mod deliver;
mod egress_rule;
mod fetch;
mod mail;
pub mod parser;
mod work;

pub use deliver::{Deliver, Delivered, Delivery, Event};
pub use egress_rule::{Reason, Rule};
pub use fetch::{
    Credential, Fetch, FetchBody, FetchError, FetchMethod, FetchRequest, Fetched, Pace, Validators,
};
pub use mail::{Fate, Letter, Mail, MailError, MailRule, MailStatus};
pub use work::{Done, Effect, Routine, Terms, Trouble, Work};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The current instant.
    fn now(&self) -> Timestamp;
}

/// Makes identifiers.
pub trait Ids: Send + Sync {
    /// A new UUID, larger than the ones before it (version 7).
    fn next(&self) -> Uuid;

    /// A byte that nobody can guess.
    fn random_byte(&self) -> u8;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
    fn now(&self) -> Timestamp {
        Timestamp::from(chrono::Utc::now())
    }
}

/// Identifiers from the machine's clock and randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

impl Ids for SystemIds {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
    fn random_byte(&self) -> u8 {
        Uuid::new_v4().as_bytes().first().copied().unwrap_or_default()
    }
}

/// A clock that stands still until it is moved: for tests.
#[derive(Debug, Default)]
pub struct FixedClock(Mutex<Timestamp>);

impl FixedClock {
    /// A clock that shows `now`.
    pub fn at(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    /// Moves the clock.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = now;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Identifiers that count up: for tests.
#[derive(Debug, Default)]
pub struct CountingIds(Mutex<u64>);

impl Ids for CountingIds {
    fn next(&self) -> Uuid {
        let mut count = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *count += 1;
        // The version and variant bits of a version 7 UUID, so that the form is the real one.
        Uuid::from_u64_pair(0x0000_0000_0000_7000, 0x8000_0000_0000_0000 | *count)
    }

    fn random_byte(&self) -> u8 {
        self.next().as_bytes().last().copied().unwrap_or_default()
    }
}

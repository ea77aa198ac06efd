//! Webhooks: addresses of subscribers that are told what changed.
//!
//! Each follows the change log from a position of its own, as every follower does. What becomes of it after a try is
//! decided here, by [`Webhook::accept`] and [`Webhook::refuse`].

use std::{str::FromStr, time::Duration};

use crate::{
    change::{Seq, UnknownWord},
    id::{RecordId, WebhookId},
    record::Kind,
    time::Timestamp,
};

mod secret;

pub use secret::{InvalidSecret, SigningSecret};

/// How long a former secret signs beside the one that replaced it, in seconds.
pub const OVERLAP: i64 = 24 * 60 * 60;

/// How long an address may take nothing before nothing more is sent to it, in seconds.
pub const PATIENCE: i64 = 3 * 24 * 60 * 60;

/// A subscriber's address for events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Who made it, as the audit names actors.
    pub owner: String,
    /// Where events are sent: the form in which it was checked.
    pub address: String,
    /// Which events are sent.
    pub selection: Selection,
    /// What signs them.
    pub secret: SigningSecret,
    /// What signed them before, and until when it still does.
    pub former_secret: Option<(SigningSecret, Timestamp)>,
    /// Whether events are sent.
    pub state: State,
    /// The last change that it has, or that is none of its events.
    pub position: Seq,
    /// When it was made.
    pub created: Timestamp,
    /// When it last took an event.
    pub accepted: Option<Timestamp>,
    /// Since it last did: the tries that were refused.
    pub refusals: Option<Refusals>,
}

/// Which changes are events of a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// Of these kinds of record; of every kind when there is none.
    pub kinds: Vec<Kind>,
    /// Of this organization: its records, and itself.
    pub organization: Option<RecordId>,
}

/// Whether events are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// They are.
    Active,
    /// Its owner wants none for now.
    Paused,
    /// It took none for too long; its owner says when to go on.
    Failing,
    /// It answered that it wants none any more.
    Gone,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Active, Self::Paused, Self::Failing, Self::Gone];

    /// The word used in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Failing => "failing",
            Self::Gone => "gone",
        }
    }
}

impl FromStr for State {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == word)
            .ok_or_else(|| UnknownWord { list: "state of a webhook", word: word.to_owned() })
    }
}

/// Tries that were refused, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusals {
    /// When the first of them was.
    pub since: Timestamp,
    /// How many they are.
    pub tries: u32,
    /// How the last one ended.
    pub last: Outcome,
}

/// How a try ended, as the owner of the webhook is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// There was an answer with this status.
    Answered(u16),
    /// There was none, for a reason that is known by this code.
    Unanswered(String),
}

impl Outcome {
    /// Whether the subscriber has the event.
    pub fn is_accepted(&self) -> bool {
        matches!(self, Self::Answered(200..=299))
    }
}

/// One try to deliver an event, as the log of a webhook keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Try {
    /// Its place in the log, from 1.
    pub position: u64,
    /// The id of the event.
    pub event: String,
    /// What kind of event it was.
    pub kind: String,
    /// When it began.
    pub at: Timestamp,
    /// How often the event was tried by then, this time included.
    pub attempt: u32,
    /// How long it took.
    pub took: Duration,
    /// How it ended.
    pub outcome: Outcome,
}

impl Webhook {
    /// The former secret, while it still signs.
    pub fn former_secret(&self, now: Timestamp) -> Option<&SigningSecret> {
        self.former_secret.as_ref().filter(|(_, until)| now < *until).map(|(secret, _)| secret)
    }

    /// Replaces the secret; the former one signs beside it for a while.
    pub fn replace_secret(&mut self, secret: SigningSecret, now: Timestamp) {
        let former = std::mem::replace(&mut self.secret, secret);
        self.former_secret = Some((former, now.plus_seconds(OVERLAP)));
    }

    /// How often the next event was tried already.
    pub fn tries(&self) -> u32 {
        self.refusals.as_ref().map_or(0, |refusals| refusals.tries)
    }

    /// The subscriber took an event.
    pub fn accept(&mut self, now: Timestamp) {
        self.forget_secret(now);
        self.accepted = Some(now);
        self.refusals = None;
    }

    /// The subscriber did not take an event.
    pub fn refuse(&mut self, outcome: Outcome, now: Timestamp) {
        self.forget_secret(now);
        let (since, tries) = self.refusals.as_ref().map_or((now, 0), |before| (before.since, before.tries));
        let is_gone = outcome == Outcome::Answered(410);
        self.refusals = Some(Refusals { since, tries: tries.saturating_add(1), last: outcome });
        if self.state == State::Active && is_gone {
            self.state = State::Gone;
        } else if self.state == State::Active && since.plus_seconds(PATIENCE) <= now {
            self.state = State::Failing;
        }
    }

    /// Forgets a former secret that signs no more.
    fn forget_secret(&mut self, now: Timestamp) {
        self.former_secret.take_if(|(_, until)| *until <= now);
    }

    /// Begins again, as if nothing had been refused; a webhook that its owner paused stays so.
    pub fn start_over(&mut self) {
        self.refusals = None;
        if self.state != State::Paused {
            self.state = State::Active;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::default().plus_seconds(seconds)
    }

    fn webhook() -> Webhook {
        Webhook {
            id: WebhookId::new(uuid::Uuid::nil()),
            owner: "token:1".to_owned(),
            address: "https://hooks.example.org/".to_owned(),
            selection: Selection::default(),
            secret: SigningSecret::generate(|| 1),
            former_secret: None,
            state: State::Active,
            position: Seq(7),
            created: at(0),
            accepted: None,
            refusals: None,
        }
    }

    #[test]
    fn words_are_read_back() {
        for state in State::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert!("disabled".parse::<State>().is_err());
    }

    #[test]
    fn who_refuses_for_days_is_left_alone_and_loses_nothing() {
        let mut webhook = webhook();
        webhook.refuse(Outcome::Answered(500), at(10));
        webhook.refuse(Outcome::Unanswered("unreachable".to_owned()), at(9 + PATIENCE));
        assert_eq!((webhook.state, webhook.tries()), (State::Active, 2));
        webhook.refuse(Outcome::Answered(503), at(10 + PATIENCE));
        let refusals = Refusals { since: at(10), tries: 3, last: Outcome::Answered(503) };
        assert_eq!(
            (webhook.state, webhook.position, webhook.refusals),
            (State::Failing, Seq(7), Some(refusals))
        );
    }

    #[test]
    fn taking_one_event_begins_the_patience_anew() {
        let mut webhook = webhook();
        webhook.refuse(Outcome::Answered(500), at(10));
        webhook.accept(at(20));
        assert_eq!((webhook.accepted, &webhook.refusals), (Some(at(20)), &None));
        webhook.refuse(Outcome::Answered(500), at(10 + PATIENCE));
        assert_eq!((webhook.state, webhook.tries()), (State::Active, 1));
    }

    #[test]
    fn who_is_gone_is_left_alone_at_once_until_told_otherwise() {
        let mut webhook = webhook();
        webhook.refuse(Outcome::Answered(410), at(10));
        assert_eq!(webhook.state, State::Gone);
        webhook.start_over();
        assert_eq!((webhook.state, webhook.tries()), (State::Active, 0));
    }

    #[test]
    fn what_its_owner_paused_stays_paused() {
        let mut webhook = Webhook { state: State::Paused, ..webhook() };
        webhook.refuse(Outcome::Answered(410), at(10));
        assert_eq!(webhook.state, State::Paused);
        webhook.start_over();
        assert_eq!(webhook.state, State::Paused);
    }

    #[test]
    fn a_former_secret_signs_for_a_day() {
        let mut webhook = webhook();
        webhook.replace_secret(SigningSecret::generate(|| 2), at(100));
        assert_eq!(webhook.secret, SigningSecret::generate(|| 2));
        assert_eq!(webhook.former_secret(at(99 + OVERLAP)), Some(&SigningSecret::generate(|| 1)));
        assert_eq!(webhook.former_secret(at(100 + OVERLAP)), None);
        webhook.accept(at(99 + OVERLAP));
        assert!(webhook.former_secret.is_some());
        webhook.refuse(Outcome::Answered(500), at(100 + OVERLAP));
        assert_eq!(webhook.former_secret, None, "nobody keeps what is of no use");
    }
}

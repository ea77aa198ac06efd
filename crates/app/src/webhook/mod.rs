//! Webhooks: subscribers are told what changed (ADR 0015).
//!
//! A webhook is a follower of the change log with a position of its own. Workers look which of them are behind
//! ([`App::follow_webhooks`](crate::App)), and a job for each sends what is new, one event after the other.
//!
//! Whoever has a token may have webhooks; only public changes are ever sent. The operator sees them all.

use vitrina_domain::{change::Seq, id::WebhookId, record::Kind, webhook::Webhook};

use crate::{
    App, AppError,
    auth::{Actor, own},
    record::Reference,
};

mod change;
mod create;
mod event;
mod follow;
mod send;

pub use send::explain;
pub(crate) use send::{Reply, Sent};

/// How many webhooks one token may have.
pub const MOST: u64 = 20;

/// As much of the log is looked through at a time.
const STRETCH: i64 = 10_000;

/// What somebody wants to be told, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewWebhook {
    /// Where.
    pub address: String,
    /// Of which kinds of record; of every kind when there is none.
    pub kinds: Vec<Kind>,
    /// Of which organization.
    pub organization: Option<Reference>,
}

/// What changes of a webhook; what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WebhookChange {
    /// Another address.
    pub address: Option<String>,
    /// Other kinds of record.
    pub kinds: Option<Vec<Kind>>,
    /// Whose records.
    pub organization: Option<Whose>,
    /// Whether events are sent.
    pub wish: Option<Wish>,
}

/// Whose records somebody wants to be told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// Everybody's.
    All,
    /// Those of an organization, and itself.
    Of(Reference),
}

/// Whether an owner wants events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// None for now.
    Pause,
    /// From where they stopped.
    Resume,
}

impl App {
    /// A webhook. Its owner may look at it as well as the operator; whoever else asks is not told whether it is there.
    pub async fn webhook(&self, actor: &Actor, id: WebhookId) -> Result<Webhook, AppError> {
        own(actor, self.store().webhook(id).await?, |webhook| &webhook.owner, "webhook")
    }

    /// As far as one look at the log goes from a position.
    fn stretch(from: Seq, last: Seq) -> Seq {
        Seq(from.0.saturating_add(STRETCH)).min(last)
    }
}

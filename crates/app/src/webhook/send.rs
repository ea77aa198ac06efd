//! Sending events, and keeping what became of each.

use std::time::Duration;

use tokio::time::Instant;
use vitrina_domain::{
    change::Seq,
    finding::{Bilingual, Locale},
    id::{RecordId, WebhookId},
    job::back_off,
    record::{Record, Stored},
    scope::Scope,
    webhook::{Outcome, State, Try, Webhook},
};
use vitrina_store::{ChangeFilter, Extent};

use crate::{
    App, AppError,
    ports::{Delivered, Delivery, Event, FetchError, Reason},
};

/// As many changes are read at a time.
const BATCH: u64 = 100;

/// How long is waited where the other side could not be asked and does not say when it can.
const SOON: Duration = Duration::from_secs(5);

/// How the sending of what is new ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sent {
    /// There is nothing more to send, nobody who wants it, or no more time.
    Over,
    /// An event was refused, and is tried again after a while.
    Again(Reply, Duration),
    /// So many were refused for so long that no more is sent.
    GivenUp(Reply),
}

/// How one try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reply {
    /// As the log of the webhook says.
    Told(Outcome),
    /// It was not this webhook's turn.
    Later,
}

impl Reply {
    /// Whether the subscriber has the event.
    pub(crate) fn is_accepted(&self) -> bool {
        matches!(self, Self::Told(outcome) if outcome.is_accepted())
    }

    /// What is said of it to people.
    pub(crate) fn explain(&self) -> Bilingual {
        match self {
            Self::Told(outcome) => explain(outcome),
            Self::Later => {
                Bilingual::new(Reason::Later.message(Locale::Es), Reason::Later.message(Locale::En))
            }
        }
    }
}

/// How a try ended, for people: never why, where that would tell of the operator's network.
pub fn explain(outcome: &Outcome) -> Bilingual {
    match outcome {
        Outcome::Answered(status) => {
            Bilingual::new(format!("contestó {status}"), format!("it answered {status}"))
        }
        Outcome::Unanswered(code) => {
            let reason = Reason::ALL.into_iter().find(|reason| reason.code() == code);
            reason.map_or_else(
                || Bilingual::new(code, code),
                |reason| Bilingual::new(reason.message(Locale::Es), reason.message(Locale::En)),
            )
        }
    }
}

/// One try, and how it ended.
struct Tried {
    reply: Reply,
    /// When the subscriber wants to be asked again.
    after: Option<Duration>,
    entry: Try,
}

impl App {
    /// Sends a webhook what is new, in order, until an instant; counts what was taken.
    pub(crate) async fn send_changes(
        &self,
        id: WebhookId,
        until: Instant,
        mut taken: impl FnMut() + Send,
    ) -> Result<Sent, AppError> {
        while let Some(mut webhook) = self.store().webhook(id).await? {
            let last = self.store().last_change(&ChangeFilter::Public).await?;
            if webhook.state != State::Active || webhook.position >= last || Instant::now() >= until {
                break;
            }
            let up_to = Self::stretch(webhook.position, last);
            let selection = webhook.selection.clone();
            let changes = self.store().selected_changes(&selection, webhook.position, up_to, BATCH).await?;
            let is_whole = u64::try_from(changes.len()).is_ok_and(|read| read < BATCH);
            let mut is_as_read = true;
            for change in &changes {
                if Instant::now() >= until {
                    return Ok(Sent::Over);
                }
                // Read for each, so that what was withdrawn a moment ago is told of by name to nobody.
                let record = self.public_record(RecordId::new(change.entity_id)).await?;
                let event = self.event(change, record.as_ref());
                let tried = self.try_once(&webhook, event, webhook.tries().saturating_add(1)).await;
                let Some(kept) = self.settle(&webhook, change.seq, &tried).await? else {
                    return Ok(Sent::Over);
                };
                if !tried.reply.is_accepted() {
                    return Ok(self.refused(&kept, tried.reply, tried.after));
                }
                taken();
                is_as_read =
                    kept.state == State::Active && kept.position == change.seq && kept.selection == selection;
                webhook = kept;
                if !is_as_read {
                    break;
                }
            }
            if is_as_read && is_whole {
                self.skip(&webhook, up_to).await?;
            }
        }
        Ok(Sent::Over)
    }

    /// Sends a webhook a test, once; nothing where there is no such webhook any more.
    pub(crate) async fn send_ping(&self, id: WebhookId) -> Result<Option<Reply>, AppError> {
        let Some(webhook) = self.store().webhook(id).await? else { return Ok(None) };
        let tried = self.try_once(&webhook, self.ping(id), 1).await;
        if tried.reply != Reply::Later {
            let mut tx = self.store().begin("system", self.now()).await?;
            if tx.webhook(id).await?.is_none() {
                return Ok(None);
            }
            tx.log_try(id, &tried.entry).await?;
            tx.commit().await?;
        }
        Ok(Some(tried.reply))
    }

    /// A record as everyone sees it now, if they do.
    async fn public_record(&self, id: RecordId) -> Result<Option<Record<Stored>>, AppError> {
        Ok(self.store().records(&Scope::Public, &[id], Extent::HEAD).await?.pop())
    }

    async fn try_once(&self, webhook: &Webhook, event: Event, attempt: u32) -> Tried {
        let at = self.now();
        let (id, kind) = (event.id.clone(), event.kind.clone());
        let delivery = Delivery {
            address: webhook.address.clone(),
            secret: webhook.secret.clone(),
            former_secret: webhook.former_secret(at).cloned(),
            event,
            ports: Vec::new(),
        };
        let begun = Instant::now();
        let delivered = self.parts.deliver.deliver(delivery).await;
        let took = begun.elapsed();
        let (outcome, after) = match delivered {
            Delivered::Accepted { status } => (Outcome::Answered(status), None),
            Delivered::Gone => (Outcome::Answered(410), None),
            Delivered::Declined { status, retry_after } => (Outcome::Answered(status), retry_after),
            Delivered::Failed(error) => {
                let FetchError { rule, detail, after } = &error;
                tracing::warn!(webhook = %webhook.id, event = id, rule = rule.code(), detail, "an event was not delivered");
                (Outcome::Unanswered(error.reason().code().to_owned()), *after)
            }
        };
        let is_later = outcome == Outcome::Unanswered(Reason::Later.code().to_owned());
        let reply = if is_later { Reply::Later } else { Reply::Told(outcome.clone()) };
        Tried { reply, after, entry: Try { position: 0, event: id, kind, at, attempt, took, outcome } }
    }

    /// Keeps what became of a try, and moves the position of a webhook that took its event. Its owner may have changed it
    /// meanwhile: what is kept is that.
    async fn settle(
        &self,
        webhook: &Webhook,
        reached: Seq,
        tried: &Tried,
    ) -> Result<Option<Webhook>, AppError> {
        let Reply::Told(outcome) = &tried.reply else { return Ok(Some(webhook.clone())) };
        let now = self.now();
        let mut tx = self.store().begin("system", now).await?;
        let Some(mut kept) = tx.webhook(webhook.id).await? else { return Ok(None) };
        tx.log_try(webhook.id, &tried.entry).await?;
        if outcome.is_accepted() {
            kept.accept(now);
            if kept.position == webhook.position {
                kept.position = reached;
            }
        } else {
            kept.refuse(outcome.clone(), now);
        }
        tx.update_webhook(&kept).await?;
        tx.commit().await?;
        Ok(Some(kept))
    }

    /// Moves the position of a webhook over changes that are no events of it.
    async fn skip(&self, webhook: &Webhook, up_to: Seq) -> Result<(), AppError> {
        let mut tx = self.store().begin("system", self.now()).await?;
        let Some(mut kept) = tx.webhook(webhook.id).await? else { return Ok(()) };
        if kept.position == webhook.position && kept.selection == webhook.selection {
            kept.position = up_to;
            tx.update_webhook(&kept).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// What follows from an event that was not taken.
    fn refused(&self, webhook: &Webhook, reply: Reply, after: Option<Duration>) -> Sent {
        match (webhook.state, &reply) {
            (State::Paused | State::Gone, _) => Sent::Over,
            (State::Failing, _) => Sent::GivenUp(reply),
            (State::Active, Reply::Later) => Sent::Again(reply, after.unwrap_or(SOON).max(SOON)),
            (State::Active, Reply::Told(_)) => {
                let wait = back_off(webhook.tries(), self.parts.ids.random_byte());
                Sent::Again(reply, wait.max(after.unwrap_or_default()))
            }
        }
    }
}

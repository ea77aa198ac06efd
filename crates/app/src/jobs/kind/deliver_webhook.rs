//! Tells a subscriber what is new.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;
use vitrina_domain::{finding::Bilingual, id::WebhookId, job::Failure};

use crate::{
    App,
    jobs::Task,
    ports::{Done, Terms, Trouble, Work},
    webhook::Sent,
};

/// How long one webhook is served before others have their turn. What is left is filed again, behind them.
const SLICE: Duration = Duration::from_secs(20);

/// Sends a webhook what is new, one event after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DeliverWebhook;

impl DeliverWebhook {
    /// Its key is the webhook.
    pub(crate) const TERMS: Terms = Terms {
        kind: "deliver-webhook",
        // Days decide when a webhook is given up, not tries.
        attempts: 1_000,
        // A slice, and the last event that was begun in it.
        time_limit: Duration::from_mins(2),
        at_once: 8,
        per_key: 1,
    };
}

#[derive(Deserialize)]
struct Payload {
    webhook: WebhookId,
}

impl Work for DeliverWebhook {
    fn terms(&self) -> Terms {
        Self::TERMS
    }

    fn run<'a>(&'a self, app: &'a App, task: &'a Task) -> BoxFuture<'a, Result<Done, Trouble>> {
        Box::pin(async move {
            let Payload { webhook } = task.payload()?;
            let mut sent: u64 = 0;
            let taken = || {
                sent += 1;
                task.advance(sent, None);
            };
            match app.send_changes(webhook, Instant::now() + SLICE, taken).await? {
                Sent::Over => Ok(json!({ "sent": sent }).into()),
                Sent::Again(reply, wait) => {
                    let failure = Failure { code: "not-delivered".to_owned(), detail: reply.explain() };
                    Err(Trouble::TryAgain(failure, Some(wait)))
                }
                Sent::GivenUp(reply) => {
                    let last = reply.explain();
                    let detail = Bilingual::new(
                        format!("no recibió nada durante tres días; lo último: {}", last.es),
                        format!("it took nothing for three days; the last try: {}", last.en),
                    );
                    Err(Trouble::GiveUp(Failure { code: "webhook-failing".to_owned(), detail }))
                }
            }
        })
    }
}

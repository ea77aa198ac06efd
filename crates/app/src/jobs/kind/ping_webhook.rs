//! Tells a subscriber that events arrive.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde::Deserialize;
use serde_json::json;
use vitrina_domain::{id::WebhookId, job::Failure};

use crate::{
    App,
    jobs::Task,
    ports::{Done, Terms, Trouble, Work},
    webhook::Reply,
};

/// Sends a webhook a test, once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PingWebhook;

impl PingWebhook {
    /// Its key is the webhook. Another try is only for what could not be tried.
    pub(crate) const TERMS: Terms = Terms {
        kind: "ping-webhook",
        attempts: 3,
        time_limit: Duration::from_mins(1),
        at_once: 4,
        per_key: 1,
    };
}

#[derive(Deserialize)]
struct Payload {
    webhook: WebhookId,
}

impl Work for PingWebhook {
    fn terms(&self) -> Terms {
        Self::TERMS
    }

    fn run<'a>(&'a self, app: &'a App, task: &'a Task) -> BoxFuture<'a, Result<Done, Trouble>> {
        Box::pin(async move {
            let Payload { webhook } = task.payload()?;
            let failure =
                |reply: &Reply| Failure { code: "not-delivered".to_owned(), detail: reply.explain() };
            match app.send_ping(webhook).await? {
                None => Ok(json!({ "sent": 0 }).into()),
                Some(reply) if reply.is_accepted() => Ok(json!({ "sent": 1 }).into()),
                Some(reply @ Reply::Later) => Err(Trouble::TryAgain(failure(&reply), None)),
                Some(reply) => Err(Trouble::GiveUp(failure(&reply))),
            }
        })
    }
}

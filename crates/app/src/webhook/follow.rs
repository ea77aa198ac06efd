//! Who is behind: the look at the log that files the jobs.

use serde_json::json;
use vitrina_domain::{
    change::Seq,
    webhook::{State, Webhook},
};
use vitrina_store::Tx;

use crate::{
    App, AppError,
    auth::Actor,
    jobs::{NewJob, kind::DeliverWebhook},
    ports::Terms,
};

const DELIVER: Terms = DeliverWebhook::TERMS;

/// What is to be done for a webhook that is behind.
enum Next {
    /// Something is to be sent.
    Deliver,
    /// Nothing as far as this position is an event of it.
    Skip(Seq),
}

impl App {
    /// Files a job for each webhook that is behind and has none. Any number of processes may look at once: the row of the
    /// webhook is held while its job is filed.
    pub(crate) async fn follow_webhooks(&self) -> Result<(), AppError> {
        if self.kinds().get(DELIVER.kind).is_none() {
            return Ok(());
        }
        let last = self.moment().await?.public.0;
        let mut behind = self.store().webhooks_behind(last).await?;
        if behind.is_empty() {
            return Ok(());
        }
        let busy = self.store().busy_keys(DELIVER.kind).await?;
        behind.retain(|webhook| !busy.contains(&webhook.id.to_string()));
        let mut plan = Vec::new();
        for webhook in behind {
            let next = self.next(&webhook, last).await?;
            plan.push((webhook, next));
        }
        if plan.is_empty() {
            return Ok(());
        }
        let mut tx = self.store().begin("system", self.now()).await?;
        for (webhook, next) in &plan {
            self.step(&mut tx, webhook, next).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// What is next for a webhook; a job only where there is an event, because most webhooks want few.
    async fn next(&self, webhook: &Webhook, last: Seq) -> Result<Next, AppError> {
        let up_to = Self::stretch(webhook.position, last);
        let one = self.store().selected_changes(&webhook.selection, webhook.position, up_to, 1).await?;
        Ok(if one.is_empty() { Next::Skip(up_to) } else { Next::Deliver })
    }

    async fn step(&self, tx: &mut Tx, seen: &Webhook, next: &Next) -> Result<(), AppError> {
        let Some(mut webhook) = tx.webhook(seen.id).await? else { return Ok(()) };
        let is_as_seen = webhook.position == seen.position && webhook.selection == seen.selection;
        if webhook.state != State::Active || !is_as_seen {
            return Ok(());
        }
        let key = webhook.id.to_string();
        match next {
            Next::Skip(up_to) => {
                webhook.position = *up_to;
                tx.update_webhook(&webhook).await?;
            }
            Next::Deliver if tx.open_job(DELIVER.kind, &key).await?.is_none() => {
                let payload = json!({ "webhook": key });
                let job = NewJob { key: Some(key), ..NewJob::of(DELIVER, payload) };
                self.add_job(tx, &Actor::System, job).await?;
            }
            Next::Deliver => {}
        }
        Ok(())
    }
}

//! What becomes of a webhook by its owner's word.

use serde_json::json;
use vitrina_domain::{
    change::Seq,
    id::WebhookId,
    job::{Job, Priority},
    webhook::{State, Webhook},
};
use vitrina_store::{ChangeFilter, Tx};

use super::{WebhookChange, Whose, Wish, create::distinct};
use crate::{
    App, AppError,
    auth::Actor,
    jobs::{
        NewJob,
        kind::{DeliverWebhook, PingWebhook},
    },
};

impl App {
    /// Changes a webhook. A new address begins without the refusals of the one before.
    pub async fn change_webhook(
        &self,
        actor: &Actor,
        id: WebhookId,
        change: WebhookChange,
    ) -> Result<Webhook, AppError> {
        self.webhook(actor, id).await?;
        let WebhookChange { address, kinds, organization, wish } = change;
        let address = address.map(|address| self.webhook_address(&address)).transpose()?;
        let organization = match organization {
            Some(Whose::Of(reference)) => Some(Some(self.webhook_organization(actor, &reference).await?)),
            Some(Whose::All) => Some(None),
            None => None,
        };
        self.rewrite(actor, id, |webhook| {
            if let Some(kinds) = &kinds {
                webhook.selection.kinds = distinct(kinds);
            }
            webhook.selection.organization = organization.unwrap_or(webhook.selection.organization);
            match wish {
                Some(Wish::Pause) => webhook.state = State::Paused,
                Some(Wish::Resume) => {
                    webhook.state = State::Active;
                    webhook.start_over();
                }
                None => {}
            }
            if let Some(address) = address.filter(|address| *address != webhook.address) {
                webhook.address = address;
                webhook.start_over();
            }
        })
        .await
    }

    /// Gives a webhook a new secret; the former one signs beside it for a day.
    pub async fn rotate_secret(&self, actor: &Actor, id: WebhookId) -> Result<Webhook, AppError> {
        self.webhook(actor, id).await?;
        let (secret, now) = (self.signing_secret(), self.now());
        self.rewrite(actor, id, |webhook| webhook.replace_secret(secret, now)).await
    }

    /// Sends a webhook again whatever came after a position, and begins again with one that was given up.
    pub async fn replay_webhook(&self, actor: &Actor, id: WebhookId, from: Seq) -> Result<Webhook, AppError> {
        self.webhook(actor, id).await?;
        let last = self.store().last_change(&ChangeFilter::Public).await?;
        self.rewrite(actor, id, |webhook| {
            webhook.position = from.clamp(Seq::default(), last);
            webhook.start_over();
        })
        .await
    }

    /// Removes a webhook; nothing more is sent to it.
    pub async fn delete_webhook(&self, actor: &Actor, id: WebhookId) -> Result<(), AppError> {
        self.webhook(actor, id).await?;
        let mut tx = self.store().begin(&actor.audit_name(), self.now()).await?;
        if tx.webhook(id).await?.is_none() {
            return Err(AppError::NotFound("webhook"));
        }
        tx.remove_webhook(id).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Files the job that sends a webhook a test, or gives the one that is not done yet.
    pub async fn ping_webhook(&self, actor: &Actor, id: WebhookId) -> Result<Job, AppError> {
        self.webhook(actor, id).await?;
        let key = id.to_string();
        let mut tx = self.store().begin(&actor.audit_name(), self.now()).await?;
        if tx.webhook(id).await?.is_none() {
            return Err(AppError::NotFound("webhook"));
        }
        let job = if let Some(job) = tx.open_job(PingWebhook::TERMS.kind, &key).await? {
            job
        } else {
            let payload = json!({ "webhook": key });
            let new = NewJob {
                key: Some(key),
                priority: Priority::High,
                ..NewJob::of(PingWebhook::TERMS, payload)
            };
            self.add_job(&mut tx, actor, new).await?
        };
        tx.commit().await?;
        self.call_workers();
        Ok(job)
    }

    /// Changes a webhook that nobody else changes meanwhile; what waits for another try is tried at once.
    async fn rewrite(
        &self,
        actor: &Actor,
        id: WebhookId,
        change: impl FnOnce(&mut Webhook),
    ) -> Result<Webhook, AppError> {
        let mut tx: Tx = self.store().begin(&actor.audit_name(), self.now()).await?;
        let mut webhook = tx.webhook(id).await?.ok_or(AppError::NotFound("webhook"))?;
        change(&mut webhook);
        tx.update_webhook(&webhook).await?;
        tx.hurry_jobs(DeliverWebhook::TERMS.kind, &id.to_string()).await?;
        tx.commit().await?;
        self.call_workers();
        Ok(webhook)
    }
}

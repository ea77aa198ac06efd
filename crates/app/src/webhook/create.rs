//! Making a webhook, and listing those that are there.

use vitrina_domain::{
    finding::Bilingual,
    id::{RecordId, WebhookId},
    record::Kind,
    webhook::{Selection, SigningSecret, State, Try, Webhook},
};
use vitrina_store::ChangeFilter;

use super::{MOST, NewWebhook};
use crate::{
    App, AppError,
    auth::{Action, Actor, Object, authorize},
    record::Reference,
};

impl App {
    /// Makes a webhook, which is told of every change from now on. Its secret is given here and never again.
    pub async fn create_webhook(&self, actor: &Actor, new: NewWebhook) -> Result<Webhook, AppError> {
        if *actor == Actor::Anonymous {
            authorize(actor, Action::Operate, &Object::Site)?;
        }
        let NewWebhook { address, kinds, organization } = new;
        let address = self.webhook_address(&address)?;
        let organization = match organization {
            Some(reference) => Some(self.webhook_organization(actor, &reference).await?),
            None => None,
        };
        let (owner, now) = (actor.audit_name(), self.now());
        let mut tx = self.store().begin(&owner, now).await?;
        if tx.count_webhooks(&owner).await? >= MOST {
            return Err(AppError::TooManyWebhooks { most: MOST });
        }
        let webhook = Webhook {
            id: WebhookId::new(self.new_id()),
            owner,
            address,
            selection: Selection { kinds: distinct(&kinds), organization },
            secret: self.signing_secret(),
            former_secret: None,
            state: State::Active,
            position: self.store().last_change(&ChangeFilter::Public).await?,
            created: now,
            accepted: None,
            refusals: None,
        };
        tx.add_webhook(&webhook).await?;
        tx.commit().await?;
        Ok(webhook)
    }

    /// The actor's webhooks, or everybody's for the operator; newest first, older than one.
    pub async fn webhooks(
        &self,
        actor: &Actor,
        before: Option<WebhookId>,
        limit: u64,
    ) -> Result<Vec<Webhook>, AppError> {
        let sees_all = match authorize(actor, Action::Operate, &Object::Site) {
            Ok(()) => true,
            Err(denied) if *actor == Actor::Anonymous => return Err(denied.into()),
            Err(_) => false,
        };
        let owner = (!sees_all).then(|| actor.audit_name());
        Ok(self.store().webhooks(owner.as_deref(), before, limit).await?)
    }

    /// What became of the tries to deliver to a webhook, the last one first, before one.
    pub async fn webhook_tries(
        &self,
        actor: &Actor,
        id: WebhookId,
        before: Option<u64>,
        limit: u64,
    ) -> Result<Vec<Try>, AppError> {
        self.webhook(actor, id).await?;
        Ok(self.store().webhook_tries(id, before, limit).await?)
    }

    pub(super) fn signing_secret(&self) -> SigningSecret {
        SigningSecret::generate(|| self.parts.ids.random_byte())
    }

    /// The address in the one form in which it is kept, if its text may be one of a webhook. Where it leads is looked at
    /// whenever it is asked.
    pub(super) fn webhook_address(&self, address: &str) -> Result<String, AppError> {
        self.parts.deliver.read(address).map_err(|error| {
            tracing::info!(
                rule = error.rule.code(),
                detail = error.detail,
                "the address of a webhook is refused"
            );
            AppError::AddressRefused(error.reason())
        })
    }

    pub(super) async fn webhook_organization(
        &self,
        actor: &Actor,
        reference: &Reference,
    ) -> Result<RecordId, AppError> {
        self.id_of(actor, Kind::Organization, reference).await.map_err(|error| match error {
            AppError::NotFound(_) | AppError::Gone(_) => AppError::Parameter {
                name: "organization",
                problem: Bilingual::new(
                    "aquí no hay una organización con ese identificador",
                    "there is no organization of that id or slug here",
                ),
            },
            error => error,
        })
    }
}

/// Each kind once, in the order of the list.
pub(super) fn distinct(kinds: &[Kind]) -> Vec<Kind> {
    Kind::ALL.into_iter().filter(|kind| kinds.contains(kind)).collect()
}

//! Who is not written to any more, for whoever runs the site.

use vitrina_domain::{
    id::SuppressionId,
    mail::{MailAddress, Suppression, SuppressionReason},
};

use crate::{
    App, AppError,
    auth::{Action, Actor, Object, authorize},
};

impl App {
    /// Suppressions, newest first, older than one.
    pub async fn suppressions(
        &self,
        actor: &Actor,
        before: Option<SuppressionId>,
        limit: u64,
    ) -> Result<Vec<Suppression>, AppError> {
        authorize(actor, Action::Operate, &Object::Site)?;
        Ok(self.store().suppressions(before, limit).await?)
    }

    /// A suppression.
    pub async fn suppression(&self, actor: &Actor, id: SuppressionId) -> Result<Suppression, AppError> {
        authorize(actor, Action::Operate, &Object::Site)?;
        self.store().suppression(id).await?.ok_or(AppError::NotFound("suppression"))
    }

    /// What stands against letters to an address.
    pub async fn suppressions_of(
        &self,
        actor: &Actor,
        address: &MailAddress,
    ) -> Result<Vec<Suppression>, AppError> {
        authorize(actor, Action::Operate, &Object::Site)?;
        match self.mail_key().await? {
            Some(key) => Ok(self.store().suppressions_of(&key.digest(address)).await?),
            None => Ok(Vec::new()),
        }
    }

    /// Lets nobody write to an address any more.
    pub async fn suppress(&self, actor: &Actor, address: &MailAddress) -> Result<Suppression, AppError> {
        authorize(actor, Action::Operate, &Object::Site)?;
        let suppression = self.suppression_of(address, SuppressionReason::Operator, actor).await?;
        let mut tx = self.store().begin(&suppression.actor, suppression.created).await?;
        if !tx.suppress(&suppression).await? {
            return Err(AppError::Taken("address"));
        }
        tx.commit().await?;
        Ok(suppression)
    }

    /// Lets an address be written to again.
    pub async fn lift_suppression(&self, actor: &Actor, id: SuppressionId) -> Result<(), AppError> {
        authorize(actor, Action::Operate, &Object::Site)?;
        let mut tx = self.store().begin(&actor.audit_name(), self.now()).await?;
        if !tx.lift_suppression(id).await? {
            return Err(AppError::NotFound("suppression"));
        }
        tx.commit().await?;
        Ok(())
    }

    /// What would stand against all letters to an address.
    pub(super) async fn suppression_of(
        &self,
        address: &MailAddress,
        reason: SuppressionReason,
        actor: &Actor,
    ) -> Result<Suppression, AppError> {
        let key = self.kept_mail_key().await?;
        Ok(Suppression {
            id: SuppressionId::new(self.new_id()),
            address: key.digest(address),
            list: None,
            reason,
            domain: Some(address.domain().to_owned()),
            created: self.now(),
            actor: actor.audit_name(),
        })
    }
}

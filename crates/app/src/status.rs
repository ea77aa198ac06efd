//! What runs here, how much there is, and whether it is well.

use std::collections::HashMap;

use vitrina_domain::{
    change::Seq,
    id::{RecordId, RunId},
    import::{Item, Outcome, Run},
    record::{Kind, Source},
    scope::Scope,
};
use vitrina_store::{Backend, ChangeFilter, SchemaState};

use crate::{
    App, AppError,
    auth::{Action, Actor, Object, authorize},
};

/// What runs here and how much there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The database behind the store.
    pub backend: Backend,
    /// Public records by kind.
    pub counts: HashMap<Kind, u64>,
    /// The last change of the log.
    pub log: Seq,
    /// The change that searches have reached.
    pub index: Seq,
    /// The migrations of the database.
    pub schema: SchemaState,
}

impl App {
    /// What runs here and how much there is.
    pub async fn status(&self) -> Result<Status, AppError> {
        Ok(Status {
            backend: self.store().backend(),
            counts: self.store().counts(&Scope::Public).await?,
            log: self.store().last_change(&ChangeFilter::All).await?,
            index: self.index().position(),
            schema: self.store().schema_state().await?,
        })
    }

    /// Whether the database answers, and how far the index is behind the log.
    pub async fn health(&self) -> Result<i64, AppError> {
        self.store().probe().await?;
        let log = self.store().last_change(&ChangeFilter::All).await?;
        Ok(log.0 - self.index().position().0)
    }

    /// The places that records come from.
    pub async fn sources(&self) -> Result<Vec<Source>, AppError> {
        Ok(self.store().sources().await?)
    }

    /// Runs of imports, newest first, before one.
    pub async fn runs(&self, actor: &Actor, before: Option<RunId>, limit: u64) -> Result<Vec<Run>, AppError> {
        authorize(actor, Action::ReadImports, &Object::Site)?;
        Ok(self.store().runs(before, limit).await?)
    }

    /// One run of an import.
    pub async fn run(&self, actor: &Actor, id: RunId) -> Result<Run, AppError> {
        authorize(actor, Action::ReadImports, &Object::Site)?;
        self.store().run(id).await?.ok_or(AppError::NotFound("run"))
    }

    /// Items of a run from a position on.
    pub async fn run_items(
        &self,
        actor: &Actor,
        id: RunId,
        outcome: Option<Outcome>,
        from: u64,
        limit: u64,
    ) -> Result<Vec<Item>, AppError> {
        self.run(actor, id).await?;
        Ok(self.store().run_items(id, outcome, from, limit).await?)
    }

    /// What the last import found in a record.
    pub async fn record_findings(
        &self,
        id: RecordId,
    ) -> Result<Vec<vitrina_domain::finding::Finding>, AppError> {
        Ok(self.store().findings(id).await?)
    }
}

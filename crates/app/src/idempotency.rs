//! Requests that may be repeated: the answer to the first one is the answer to all.

use vitrina_domain::canonical::Digest;
pub use vitrina_store::StoredAnswer;

use crate::{App, AppError, auth::Actor};

/// How long a key is remembered, in seconds.
const MEMORY: i64 = 24 * 60 * 60;

/// What to do with a request that carries a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Answer it, then keep the answer.
    First,
    /// Give this answer again.
    Repeat(StoredAnswer),
}

impl App {
    /// Claims a key for a request of an actor. The key of one actor never matches that of another.
    pub async fn claim_key(&self, actor: &Actor, key: &str, request: &Digest) -> Result<Claim, AppError> {
        let now = self.now();
        let mut tx = self.store().begin("system", now).await?;
        let oldest = now.plus_seconds(-MEMORY);
        let there = tx.claim_idempotency_key(&actor.audit_name(), key, request, oldest).await?;
        tx.commit().await?;
        match there {
            None => Ok(Claim::First),
            Some(answer) if answer.request != *request => Err(AppError::KeyReused),
            Some(answer) if answer.status.is_none() => Err(AppError::KeyBusy),
            Some(answer) => Ok(Claim::Repeat(answer)),
        }
    }

    /// Keeps the answer under a claimed key.
    pub async fn keep_answer(&self, actor: &Actor, key: &str, answer: &StoredAnswer) -> Result<(), AppError> {
        let mut tx = self.store().begin("system", self.now()).await?;
        tx.store_answer(&actor.audit_name(), key, answer).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Gives back a claimed key whose request was not carried out, so that it can be tried again.
    pub async fn release_key(&self, actor: &Actor, key: &str) -> Result<(), AppError> {
        let mut tx = self.store().begin("system", self.now()).await?;
        tx.release_idempotency_key(&actor.audit_name(), key).await?;
        tx.commit().await?;
        Ok(())
    }
}

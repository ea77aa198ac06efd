//! API tokens: made once, kept as hashes, refused when they expire or are revoked.

use vitrina_domain::{finding::Bilingual, id::TokenId, time::Timestamp};
use vitrina_store::TokenRow;

use crate::{
    App, AppError, Chain,
    auth::{Action, Actor, Denied, Grant, InvalidToken, Object, TokenSecret, authorize},
};

/// The longest life of a token, in days.
pub const LONGEST_LIFE: u16 = 365;
/// The life of a token when nobody says otherwise, in days.
pub const DEFAULT_LIFE: u16 = 90;

const DAY: i64 = 24 * 60 * 60;

impl App {
    /// Makes a token; its secret is given once and never again.
    pub async fn create_token(
        &self,
        actor: &Actor,
        name: &str,
        grants: &[Grant],
        days: u16,
    ) -> Result<(TokenSecret, TokenRow), AppError> {
        authorize(actor, Action::ManageTokens, &Object::Site)?;
        let wrong = |name, es, en| AppError::Parameter { name, problem: Bilingual::new(es, en) };
        if name.trim().is_empty() || name.chars().count() > 100 {
            return Err(wrong("name", "de 1 a 100 caracteres", "1 to 100 characters"));
        }
        if grants.is_empty() {
            return Err(wrong("scope", "al menos un permiso", "at least one scope"));
        }
        if days == 0 || days > LONGEST_LIFE {
            return Err(wrong("expires", "de 1 a 365 días", "1 to 365 days"));
        }
        let secret = TokenSecret::generate(|| self.parts.ids.random_byte());
        let created = self.now();
        let row = TokenRow {
            id: TokenId::new(self.new_id()),
            name: name.trim().to_owned(),
            hash: secret.digest(),
            scopes: grants.iter().map(ToString::to_string).collect(),
            created,
            expires: created.plus_seconds(i64::from(days) * DAY),
            revoked: None,
            last_used: None,
        };
        let mut tx = self.store().begin(&actor.audit_name(), created).await?;
        tx.add_token(&row).await?;
        tx.commit().await?;
        Ok((secret, row))
    }

    /// The actor behind a token. Every failure looks the same from outside.
    pub async fn authenticate(&self, token: &str) -> Result<Actor, AppError> {
        let refused = |_error: InvalidToken| AppError::Denied(Denied::Unauthenticated);
        let secret = TokenSecret::parse(token).map_err(refused)?;
        let row = self.store().token(&secret.digest()).await?.ok_or_else(|| refused(InvalidToken))?;
        let now = self.now();
        if row.revoked.is_some() || row.expires <= now {
            return Err(refused(InvalidToken));
        }
        if row.last_used.is_none_or(|used| used.micros() / 1_000_000 / DAY < now.micros() / 1_000_000 / DAY) {
            self.note_use(row.id, now).await;
        }
        let grants = row.scopes.iter().filter_map(|scope| scope.parse().ok()).collect();
        Ok(Actor::Token { id: row.id, name: row.name, grants })
    }

    /// The day of use is worth keeping, but no reason to refuse a request.
    async fn note_use(&self, id: TokenId, now: Timestamp) {
        let noted = async {
            let mut tx = self.store().begin("system", now).await?;
            tx.touch_token(id, now).await?;
            tx.commit().await
        };
        if let Err(error) = noted.await {
            tracing::warn!(error = %Chain(&error), "the use of a token could not be noted");
        }
    }

    /// Every token, without secrets.
    pub async fn tokens(&self, actor: &Actor) -> Result<Vec<TokenRow>, AppError> {
        authorize(actor, Action::ManageTokens, &Object::Site)?;
        Ok(self.store().tokens().await?)
    }

    /// Revokes a token, at once and for ever.
    pub async fn revoke_token(&self, actor: &Actor, id: TokenId) -> Result<(), AppError> {
        authorize(actor, Action::ManageTokens, &Object::Site)?;
        let now = self.now();
        let mut tx = self.store().begin(&actor.audit_name(), now).await?;
        if !tx.revoke_token(id, now).await? {
            return Err(AppError::NotFound("token"));
        }
        tx.commit().await?;
        Ok(())
    }
}

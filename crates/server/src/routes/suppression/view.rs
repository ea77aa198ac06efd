//! Suppressions as JSON.

use serde::Serialize;
use vitrina_domain::mail::Suppression;

/// Somebody who is not written to any more. The address is not kept, so that it cannot be told.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Suppression)]
pub(super) struct SuppressionView {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// Why: `unsubscribed`, `rejected` (the mail server says that there is no such person), `operator`.
    #[schema(example = "rejected")]
    reason: &'static str,
    /// The list that the person left; without one it is about all letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    list: Option<String>,
    /// The domain of the address, where it was known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "example.org")]
    domain: Option<String>,
    /// When it was made.
    #[schema(format = "date-time")]
    created_at: String,
    /// Who made it.
    actor: String,
}

impl From<Suppression> for SuppressionView {
    fn from(suppression: Suppression) -> Self {
        let Suppression { id, address: _, list, reason, domain, created, actor } = suppression;
        Self {
            id: id.to_string(),
            reason: reason.as_str(),
            list: list.map(String::from),
            domain,
            created_at: created.to_string(),
            actor,
        }
    }
}

//! A webhook as a row.

use sea_orm::{
    FromQueryResult,
    sea_query::{Expr, Query, SelectStatement},
};
use uuid::Uuid;
use vitrina_domain::{
    change::Seq,
    id::{RecordId, WebhookId},
    time::Timestamp,
    webhook::{Outcome, Refusals, Selection, SigningSecret, Webhook},
};

use super::Webhooks;
use crate::{StoreError, column::Cell, column::json_text, plain::bound};

impl Webhooks {
    pub(super) const COLUMNS: [Self; 16] = [
        Self::Id,
        Self::Owner,
        Self::Address,
        Self::Kinds,
        Self::OrganizationId,
        Self::Secret,
        Self::FormerSecret,
        Self::FormerUntil,
        Self::State,
        Self::Position,
        Self::Created,
        Self::Accepted,
        Self::FailingSince,
        Self::Tries,
        Self::LastStatus,
        Self::LastReason,
    ];
}

/// Every webhook, as [`Row`]s.
pub(super) fn all() -> SelectStatement {
    Query::select().columns(Webhooks::COLUMNS).from(Webhooks::Table).take()
}

/// The values of the columns, in their order.
pub(super) fn cells(webhook: &Webhook) -> Result<[Expr; 16], StoreError> {
    let Webhook {
        id,
        owner,
        address,
        selection: Selection { kinds, organization },
        secret,
        former_secret,
        state,
        position,
        created,
        accepted,
        refusals,
    } = webhook;
    let (status, reason) = told(refusals.as_ref().map(|refusals| &refusals.last));
    Ok([
        id.uuid().into(),
        bound(owner).into(),
        bound(address).into(),
        json_text(kinds)?.into(),
        organization.map(RecordId::uuid).into(),
        secret.reveal().into(),
        former_secret.as_ref().map(|(secret, _)| secret.reveal()).into(),
        former_secret.as_ref().map(|(_, until)| until.micros()).into(),
        state.as_str().into(),
        position.0.into(),
        created.micros().into(),
        accepted.map(Timestamp::micros).into(),
        refusals.as_ref().map(|refusals| refusals.since.micros()).into(),
        i64::from(webhook.tries()).into(),
        status.into(),
        reason.into(),
    ])
}

/// An outcome as its two columns hold it.
pub(super) fn told(outcome: Option<&Outcome>) -> (Option<i64>, Option<String>) {
    match outcome {
        Some(Outcome::Answered(status)) => (Some(i64::from(*status)), None),
        Some(Outcome::Unanswered(reason)) => (None, Some(bound(reason))),
        None => (None, None),
    }
}

/// The outcome in two columns.
pub(super) fn outcome<R: std::fmt::Display + Copy>(
    cell: &Cell<R>,
    status: Option<i64>,
    reason: Option<String>,
) -> Result<Outcome, StoreError> {
    match (status, reason) {
        (Some(status), None) => cell.number(status).map(Outcome::Answered),
        (None, Some(reason)) => Ok(Outcome::Unanswered(reason)),
        _ => Err(cell.inconsistent()),
    }
}

#[derive(FromQueryResult)]
pub(super) struct Row {
    id: Uuid,
    owner: String,
    address: String,
    kinds: String,
    organization_id: Option<Uuid>,
    secret: String,
    former_secret: Option<String>,
    former_until: Option<i64>,
    state: String,
    position: i64,
    created: i64,
    accepted: Option<i64>,
    failing_since: Option<i64>,
    tries: i64,
    last_status: Option<i64>,
    last_reason: Option<String>,
}

impl TryFrom<Row> for Webhook {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let cell = |column| Cell { table: "webhooks", column, row: row.id };
        let secret =
            |column, text: &str| SigningSecret::parse(text).map_err(|_error| cell(column).inconsistent());
        let former = row.former_secret.as_deref().map(|text| secret("former_secret", text)).transpose()?;
        let refusals = match row.failing_since {
            Some(since) => Some(Refusals {
                since: Timestamp::from_micros(since),
                tries: cell("tries").number(row.tries)?,
                last: outcome(&cell("last_status"), row.last_status, row.last_reason)?,
            }),
            None => None,
        };
        Ok(Self {
            id: WebhookId::new(row.id),
            selection: Selection {
                kinds: cell("kinds").json(&row.kinds)?,
                organization: row.organization_id.map(RecordId::new),
            },
            secret: secret("secret", &row.secret)?,
            former_secret: former.zip(row.former_until.map(Timestamp::from_micros)),
            state: cell("state").word(&row.state)?,
            position: Seq(row.position),
            created: Timestamp::from_micros(row.created),
            accepted: row.accepted.map(Timestamp::from_micros),
            refusals,
            owner: row.owner,
            address: row.address,
        })
    }
}

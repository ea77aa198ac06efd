//! Webhooks and what became of their events, as JSON.

use serde::Serialize;
use vitrina_app::webhook::explain;
use vitrina_domain::{
    finding::Locale,
    webhook::{Outcome, Refusals, SigningSecret, Try, Webhook},
};

use crate::site::Site;

/// An address that is told what changed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Webhook)]
pub(super) struct WebhookView {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// Where events are sent.
    #[schema(format = "uri")]
    address: String,
    /// Of which kinds of record; of every kind when there is none.
    kinds: Vec<&'static str>,
    /// Of which organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uuid")]
    organization: Option<String>,
    /// Whether events are sent: `active`, `paused` by its owner, `failing` (it took none for three days), `gone` (it
    /// answered 410).
    #[schema(example = "active")]
    state: &'static str,
    /// Who made it.
    owner: String,
    /// What signs the events; shown only when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// Until when the secret before this one signs, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "date-time")]
    former_secret_until: Option<String>,
    /// How far the change log was sent: what comes after this token of `/changes` is not sent yet.
    token: String,
    /// When it was made.
    #[schema(format = "date-time")]
    created_at: String,
    /// When it last took an event.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "date-time")]
    accepted_at: Option<String>,
    /// Why the next event was not taken yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<FailureView>,
    /// Where the list of its deliveries is.
    #[schema(format = "uri")]
    deliveries_url: String,
}

/// Tries that were refused, one after the other.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = WebhookFailure)]
pub(super) struct FailureView {
    /// When the first of them was.
    #[schema(format = "date-time")]
    since: String,
    /// How many they are.
    tries: u32,
    /// How the last one ended.
    last: OutcomeView,
}

/// One try to deliver an event.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Delivery)]
pub(super) struct DeliveryView {
    /// The id of the event: a token of `/changes`, or one of a test.
    event: String,
    /// The type of the event.
    #[schema(example = "mx.vitrina.dataset.update.v1")]
    r#type: String,
    /// When the try began.
    #[schema(format = "date-time")]
    at: String,
    /// How often the event was tried by then.
    attempt: u32,
    /// How long it took, in milliseconds.
    duration_ms: u64,
    /// Whether the address took the event.
    is_accepted: bool,
    /// How it ended.
    outcome: OutcomeView,
}

/// How a try ended: with an answer, or without.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = DeliveryOutcome)]
struct OutcomeView {
    /// The status of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// Why there was none, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "unreachable")]
    reason: Option<String>,
    /// The same for people.
    detail: String,
}

impl WebhookView {
    /// The same with its secret, which is shown once.
    pub(super) fn with_secret(mut self, secret: &SigningSecret) -> Self {
        self.secret = Some(secret.reveal());
        self
    }
}

pub(super) fn webhook(site: &Site, webhook: &Webhook, locale: Locale) -> WebhookView {
    let Webhook {
        id,
        owner,
        address,
        selection,
        secret: _,
        former_secret,
        state,
        position,
        created,
        accepted,
        refusals,
    } = webhook;
    let failure = |Refusals { since, tries, last }: &Refusals| FailureView {
        since: since.to_string(),
        tries: *tries,
        last: outcome(last, locale),
    };
    WebhookView {
        id: id.to_string(),
        address: address.clone(),
        kinds: selection.kinds.iter().map(|kind| kind.as_str()).collect(),
        organization: selection.organization.map(|id| id.to_string()),
        state: state.as_str(),
        owner: owner.clone(),
        secret: None,
        former_secret_until: former_secret.as_ref().map(|(_, until)| until.to_string()),
        token: position.token(),
        created_at: created.to_string(),
        accepted_at: accepted.map(|at| at.to_string()),
        failure: refusals.as_ref().map(failure),
        deliveries_url: site.url(&format!("/api/v1/webhooks/{id}/deliveries")),
    }
}

pub(super) fn delivery(entry: &Try, locale: Locale) -> DeliveryView {
    let Try { position: _, event, kind, at, attempt, took, outcome: ended } = entry;
    DeliveryView {
        event: event.clone(),
        r#type: kind.clone(),
        at: at.to_string(),
        attempt: *attempt,
        duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        is_accepted: ended.is_accepted(),
        outcome: outcome(ended, locale),
    }
}

fn outcome(outcome: &Outcome, locale: Locale) -> OutcomeView {
    let (status, reason) = match outcome {
        Outcome::Answered(status) => (Some(*status), None),
        Outcome::Unanswered(reason) => (None, Some(reason.clone())),
    };
    OutcomeView { status, reason, detail: explain(outcome).get(locale).to_owned() }
}

//! Changes as events.

use serde_json::json;
use vitrina_domain::{
    change::Change,
    id::WebhookId,
    record::{Record, Stored},
};

use crate::{App, Chain, ports::Event};

impl App {
    /// The event of a change, with the record as everyone sees it now.
    pub(super) fn event(&self, change: &Change, record: Option<&Record<Stored>>) -> Event {
        let site = self.site();
        let languages = site.languages(site.language);
        let told = self.tell(change, record, &languages).or_else(|error| {
            // The title is lost, and nothing else.
            tracing::error!(error = %Chain(&error), "an event is sent without the title of its record");
            self.tell(change, None, &languages)
        });
        let (kind, op, id) = (change.kind.as_str(), change.op.as_str(), change.entity_id);
        Event {
            id: change.seq.token(),
            source: site.base_url.clone(),
            kind: format!("mx.vitrina.{kind}.{op}.v1"),
            subject: self.address(&format!("/id/{kind}/{id}")),
            at: change.at,
            data: told.ok().and_then(|told| serde_json::to_value(told).ok()).unwrap_or_default(),
        }
    }

    /// An event that says nothing but that events arrive.
    pub(super) fn ping(&self, id: WebhookId) -> Event {
        let address = self.address(&format!("/api/v1/webhooks/{id}"));
        Event {
            id: format!("ping_{}", self.new_id()),
            source: self.site().base_url.clone(),
            kind: "mx.vitrina.webhook.ping.v1".to_owned(),
            subject: address.clone(),
            at: self.now(),
            data: json!({ "kind": "webhook", "id": id, "op": "ping", "url": address }),
        }
    }
}

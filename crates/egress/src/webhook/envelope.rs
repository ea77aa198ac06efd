//! The envelope: `CloudEvents` 1.0 in its structured JSON form.

use serde_json::json;
use vitrina_app::ports::Event;

/// The media type of an event with its envelope.
pub(super) const MEDIA_TYPE: &str = "application/cloudevents+json; charset=utf-8";

/// An event as it is sent. The signature is over these very bytes.
pub(super) fn write(event: &Event) -> String {
    let Event { id, source, kind, subject, at, data } = event;
    json!({
        "specversion": "1.0",
        "id": id,
        "source": source,
        "type": kind,
        "subject": subject,
        "time": at,
        "datacontenttype": "application/json",
        "data": data,
    })
    .to_string()
}

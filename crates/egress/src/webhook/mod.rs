//! Events for subscribers: a `CloudEvents` envelope with a Standard Webhooks signature.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use hyper::{
    HeaderMap,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
};
use vitrina_app::ports::{Clock, Deliver, Delivered, Delivery, FetchError, Pace, Rule};

use crate::http::{Client, Post, Posted};

mod envelope;
mod signature;

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// Events follow each other as fast as things happen, but never on more than two connections to one host.
const PACE: Pace = Pace { connections: 2, interval: Duration::ZERO };

/// For a turn at a host: whoever delivers comes again, rather than wait while others could be served.
const PATIENCE: Duration = Duration::from_secs(1);

/// For everything: a subscriber has as long to say that it took an event.
const LONGEST: Duration = Duration::from_secs(20);

/// Delivers signed events through the guarded client.
#[derive(Clone)]
pub struct Webhooks {
    client: Client,
    clock: Arc<dyn Clock>,
}

impl Webhooks {
    /// Delivers through this client.
    pub fn new(client: Client, clock: Arc<dyn Clock>) -> Self {
        Self { client, clock }
    }

    async fn attempt(&self, delivery: &Delivery) -> Result<Delivered, FetchError> {
        let body = envelope::write(&delivery.event);
        let headers = self.headers(delivery, &body)?;
        let Delivery { address, ports, secret: _, former_secret: _, event: _ } = delivery;
        let post = Post {
            address: address.clone(),
            ports: ports.clone(),
            headers,
            body: Bytes::from(body),
            pace: PACE,
            patience: PATIENCE,
            longest: LONGEST,
        };
        Ok(outcome(self.client.post(post).await?))
    }

    fn headers(&self, delivery: &Delivery, body: &str) -> Result<HeaderMap, FetchError> {
        let id = &delivery.event.id;
        let seconds = self.clock.now().micros().div_euclid(1_000_000).to_string();
        let secrets: Vec<_> =
            [Some(&delivery.secret), delivery.former_secret.as_ref()].into_iter().flatten().collect();
        let signature = signature::sign(&secrets, id, &seconds, body);
        let value = |text: &str| {
            HeaderValue::from_str(text)
                .map_err(|_error| FetchError::new(Rule::Unreadable, format!("{id:?} is no id for a header")))
        };
        Ok(HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static(envelope::MEDIA_TYPE)),
            (ID, value(id)?),
            (TIMESTAMP, value(&seconds)?),
            (SIGNATURE, value(&signature)?),
        ]))
    }
}

impl Deliver for Webhooks {
    fn read(&self, address: &str) -> Result<String, FetchError> {
        self.client.address(address).map(|target| target.as_str().to_owned())
    }

    fn deliver(&self, delivery: Delivery) -> BoxFuture<'_, Delivered> {
        Box::pin(async move { self.attempt(&delivery).await.unwrap_or_else(Delivered::Failed) })
    }
}

fn outcome(posted: Posted) -> Delivered {
    let Posted { status, retry_after } = posted;
    match status {
        200..=299 => Delivered::Accepted { status },
        410 => Delivered::Gone,
        _ => Delivered::Declined { status, retry_after },
    }
}

//! What the operator measures, in the text format of Prometheus.

use std::{
    collections::HashMap,
    ops::ControlFlow,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use metrics::{
    Counter, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram, histogram,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::time::Instant;

use crate::around::Passage;
use crate::limit::RouteClass;

const SECONDS: [f64; 11] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// The recorder of the process, taken at the first use; nothing when another one is in place already.
pub fn exporter() -> Option<&'static PrometheusHandle> {
    static EXPORTER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    EXPORTER.get_or_init(install).as_ref()
}

fn install() -> Option<PrometheusHandle> {
    let builder = PrometheusBuilder::new().set_buckets(&SECONDS).ok()?;
    let handle = builder
        .install_recorder()
        .inspect_err(|error| tracing::warn!(%error, "another recorder of metrics is in place"))
        .ok()?;
    describe_counter!("vitrina_requests_total", "requests by class of route, method and status");
    describe_histogram!("vitrina_request_seconds", Unit::Seconds, "time until an answer began");
    describe_gauge!("vitrina_connections", "open connections");
    describe_counter!("vitrina_connections_refused_total", "connections over the limit of one address");
    describe_counter!("vitrina_accept_errors_total", "failed accepts, for example without file descriptors");
    describe_counter!("vitrina_panics_total", "requests that ended in a panic");
    describe_counter!("vitrina_admitted_total", "requests that got a place of their class");
    describe_gauge!("vitrina_in_flight", "requests that hold a place of their class");
    describe_gauge!("vitrina_waiting", "requests that wait for a place of their class");
    describe_counter!("vitrina_shed_total", "requests refused because their class was busy");
    describe_counter!("vitrina_refused_total", "requests refused because of their address or token");
    Some(handle)
}

/// Counts and times every request.
///
/// The measures of each kind of answer are found once and kept: looking one up costs more than all it measures.
#[derive(Debug, Clone, Default)]
pub(crate) struct Measure(Arc<RwLock<HashMap<Labels, Measures>>>);

/// What answers are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Labels {
    class: Option<RouteClass>,
    method: &'static str,
    status: StatusCode,
}

#[derive(Debug, Clone)]
struct Measures {
    requests: Counter,
    seconds: Histogram,
}

impl Measures {
    fn of(labels: Labels) -> Self {
        let Labels { class, method, status } = labels;
        let class = class.map_or("other", RouteClass::as_str);
        let status = status.as_u16().to_string();
        Self {
            requests: counter!("vitrina_requests_total", "class" => class, "method" => method, "status" => status),
            seconds: histogram!("vitrina_request_seconds", "class" => class),
        }
    }
}

impl Passage for Measure {
    type Memory = (&'static str, Instant);

    fn enter(&self, request: &mut Request) -> ControlFlow<Response, Self::Memory> {
        ControlFlow::Continue((known_method(request), Instant::now()))
    }

    fn leave(&self, (method, begun): Self::Memory, response: &mut Response) {
        let class = response.extensions().get().copied();
        let Measures { requests, seconds } =
            self.measures(Labels { class, method, status: response.status() });
        requests.increment(1);
        seconds.record(begun.elapsed().as_secs_f64());
    }
}

impl Measure {
    fn measures(&self, labels: Labels) -> Measures {
        let Self(kept) = self;
        let known = kept.read().unwrap_or_else(PoisonError::into_inner).get(&labels).cloned();
        known.unwrap_or_else(|| {
            let measures = Measures::of(labels);
            kept.write().unwrap_or_else(PoisonError::into_inner).insert(labels, measures.clone());
            measures
        })
    }
}

/// Clients choose the method, so anything else than ours would make labels without end.
fn known_method(request: &Request) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];
    KNOWN.into_iter().find(|known| *known == request.method().as_str()).unwrap_or("other")
}

/// The figures as text.
pub async fn show() -> Response {
    let text = exporter().map(|exporter| {
        exporter.run_upkeep();
        exporter.render()
    });
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    let fresh = HeaderValue::from_static("no-store");
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, fresh)], text.unwrap_or_default()).into_response()
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, routing::get};
    use tower::ServiceExt as _;

    use super::*;
    use crate::around::AsLayer;

    #[tokio::test]
    async fn requests_are_counted_with_bounded_labels() {
        assert!(exporter().is_some());
        let app = Router::new()
            .route("/metrics", get(show))
            .fallback(|| async {})
            .layer(AsLayer(Measure::default()));
        for method in ["GET", "BREW", "BREW2"] {
            let request = Request::builder().method(method).uri("/").body(Body::empty()).unwrap();
            app.clone().oneshot(request).await.unwrap();
        }
        let request = Request::builder().uri("/metrics").body(Body::empty()).unwrap();
        let response = app.oneshot(request).await.unwrap();
        let text = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let text = String::from_utf8(text.to_vec()).unwrap();
        assert!(
            text.contains("vitrina_requests_total{class=\"other\",method=\"other\",status=\"200\"}"),
            "{text}"
        );
        assert!(text.contains("vitrina_request_seconds_bucket"), "{text}");
        assert!(!text.contains("BREW"), "{text}");
    }
}

//! A client that does what it is told: no redirects, no retries, no cookies, no decompression.

use std::{net::SocketAddr, time::Duration};

use anyhow::Context as _;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{HeaderMap, Method, Request, StatusCode};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;

/// How long an answer may take before the test gives up.
const PATIENCE: Duration = Duration::from_mins(1);

/// Speaks to one server on this machine, with or without a token.
#[derive(Debug, Clone)]
pub struct Http {
    client: Client<HttpConnector, Full<Bytes>>,
    address: SocketAddr,
    token: Option<String>,
}

/// What a server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Http {
    /// A client without a token.
    #[expect(
        clippy::disallowed_methods,
        reason = "it speaks to the server on this machine that a test has started"
    )]
    pub fn new(address: SocketAddr) -> Self {
        Self { client: Client::builder(TokioExecutor::new()).build_http(), address, token: None }
    }

    /// The same client, showing a token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same client, asking another server.
    #[must_use]
    pub fn at(&self, address: SocketAddr) -> Self {
        Self { address, ..self.clone() }
    }

    /// Where the server is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Gets a path, or an absolute address that the server gave.
    pub async fn get(&self, target: &str) -> anyhow::Result<Answer> {
        self.send(Method::GET, target, &[], Bytes::new()).await
    }

    /// Sends JSON, with further headers.
    pub async fn write(
        &self,
        method: Method,
        target: &str,
        headers: &[(&str, &str)],
        document: &Value,
    ) -> anyhow::Result<Answer> {
        let media = if method == Method::PATCH { "application/merge-patch+json" } else { "application/json" };
        let headers = [&[("content-type", media)], headers].concat();
        self.send(method, target, &headers, document.to_string().into()).await
    }

    /// Sends anything.
    pub async fn send(
        &self,
        method: Method,
        target: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> anyhow::Result<Answer> {
        let path = target.strip_prefix(&format!("http://{}", self.address)).unwrap_or(target);
        let what = format!("{method} {path}");
        let mut request = Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(Full::new(body)).with_context(|| what.clone())?;
        let exchange = async {
            let (head, body) = self.client.request(request).await?.into_parts();
            let body = body.collect().await?.to_bytes();
            anyhow::Ok(Answer { status: head.status, headers: head.headers, body })
        };
        tokio::time::timeout(PATIENCE, exchange)
            .await
            .with_context(|| format!("{what}: no answer in {PATIENCE:?}"))?
            .with_context(|| what.clone())
    }
}

impl Answer {
    /// The body as JSON; `null` when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header's value; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The answer, if it has this status; else an error that shows it whole.
    pub fn expect(self, status: u16) -> anyhow::Result<Self> {
        anyhow::ensure!(
            self.status.as_u16() == status,
            "{status} expected, got {}: {}",
            self.status,
            self.text()
        );
        Ok(self)
    }
}

//! One request, changed step by step.

use std::collections::BTreeMap;

use bytes::Bytes;
use vitrina_tests::{Answer, Http};

use crate::operation::Operation;

/// One request, before it is sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) query: Vec<String>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Bytes,
    pub(crate) token: Option<String>,
}

impl Request {
    /// Sends it as a request for an operation.
    pub(crate) async fn send(&self, http: &Http, operation: &Operation) -> anyhow::Result<Answer> {
        let http = self.token.as_ref().map_or_else(|| http.clone(), |token| http.with_token(token));
        let headers: Vec<(&str, &str)> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        http.send(operation.method.parse()?, &self.target(), &headers, self.body.clone()).await
    }

    pub(crate) fn target(&self) -> String {
        if self.query.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{}", self.path, self.query.join("&"))
        }
    }

    pub(crate) fn asking(mut self, query: &str) -> Self {
        self.query.push(query.to_owned());
        self
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    pub(crate) fn saying(self, body: &str) -> Self {
        Self { body: Bytes::copy_from_slice(body.as_bytes()), ..self }
    }

    pub(crate) fn sending(self, body: Vec<u8>) -> Self {
        Self { body: body.into(), ..self }
    }
}

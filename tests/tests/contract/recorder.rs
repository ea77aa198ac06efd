//! Every answer held against the contract.

use std::collections::BTreeSet;

use tokio::task::JoinSet;
use vitrina_tests::{Answer, Http};

use crate::{operation::Operation, request::Request};

/// Holds every answer against the contract, and keeps which codes were seen of which operation.
pub(crate) struct Recorder {
    pub(crate) http: Http,
    pub(crate) seen: BTreeSet<(String, String)>,
    pub(crate) wrong: Vec<String>,
}

impl Recorder {
    pub(crate) fn new(http: Http) -> Self {
        Self { http, seen: BTreeSet::new(), wrong: Vec::new() }
    }

    pub(crate) async fn send(&mut self, operation: &Operation, request: &Request) -> anyhow::Result<Answer> {
        let answer = request.send(&self.http, operation).await?;
        self.judge(operation, &answer);
        Ok(answer)
    }

    /// Sends all of them at once, and judges every answer.
    pub(crate) async fn send_together(
        &mut self,
        asked: impl IntoIterator<Item = (Operation, Request)>,
    ) -> anyhow::Result<()> {
        let mut asking = JoinSet::new();
        for (operation, request) in asked {
            let http = self.http.clone();
            asking.spawn(
                async move { request.send(&http, &operation).await.map(|answer| (operation, answer)) },
            );
        }
        while let Some(answered) = asking.join_next().await {
            let (operation, answer) = answered??;
            self.judge(&operation, &answer);
        }
        Ok(())
    }

    pub(crate) fn has_seen(&self, operation: &Operation, code: &str) -> bool {
        self.seen.contains(&(operation.id.clone(), code.to_owned()))
    }

    /// Fails unless each of the operations told the code, and nothing on the way was against the contract.
    pub(crate) fn settle(&self, operations: &[Operation], code: &str) {
        let missing: Vec<&str> = operations
            .iter()
            .filter(|operation| !self.has_seen(operation, code))
            .map(|operation| operation.id.as_str())
            .collect();
        assert!(self.wrong.is_empty(), "{}", self.wrong.join("\n"));
        assert!(missing.is_empty(), "{code} was not told by {missing:?}");
        assert!(!operations.is_empty(), "nothing documents {code}");
    }

    pub(crate) fn judge(&mut self, operation: &Operation, answer: &Answer) {
        let status = answer.status.as_str().to_owned();
        let mut refuse = |text: String| self.wrong.push(format!("{}: {text}", operation.id));
        let Some(headers) = operation.statuses.get(&status) else {
            return refuse(format!("{status} is not documented: {}", answer.text()));
        };
        if answer.status.is_client_error() || answer.status.is_server_error() {
            let problem = answer.json();
            let code = problem["code"].as_str().unwrap_or_default();
            if answer.header("content-type") != "application/problem+json" {
                refuse(format!("an error of {:?}", answer.header("content-type")));
            }
            if !operation.codes.contains(code) {
                refuse(format!("{code:?} is not documented: {problem}"));
            }
            if problem["status"].as_u64() != Some(answer.status.as_u16().into()) {
                refuse(format!("the status {status} is told as {}", problem["status"]));
            }
            // Where nothing is there that could match, there is no entity tag to tell.
            let absent = headers.iter().filter(|name| answer.header(name).is_empty() && *name != "ETag");
            for name in absent {
                refuse(format!("{status} without {name}: {problem}"));
            }
            self.seen.insert((operation.id.clone(), code.to_owned()));
        }
    }
}

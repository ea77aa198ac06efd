//! Every answer held against the contract.

use std::collections::BTreeSet;

use vitrina_tests::{Answer, Http};

use crate::{operation::Operation, request::Request};

/// Holds every answer against the contract, and keeps which codes were seen of which operation.
pub(crate) struct Recorder {
    pub(crate) http: Http,
    pub(crate) seen: BTreeSet<(String, String)>,
    pub(crate) wrong: Vec<String>,
}

impl Recorder {
    pub(crate) async fn send(&mut self, operation: &Operation, request: &Request) -> anyhow::Result<Answer> {
        let http =
            request.token.as_ref().map_or_else(|| self.http.clone(), |token| self.http.with_token(token));
        let headers: Vec<(&str, &str)> =
            request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let method = operation.method.parse()?;
        let answer = http.send(method, &request.target(), &headers, request.body.clone().into()).await?;
        self.judge(operation, &answer);
        Ok(answer)
    }

    fn judge(&mut self, operation: &Operation, answer: &Answer) {
        let status = answer.status.as_str().to_owned();
        let mut refuse = |text: String| self.wrong.push(format!("{}: {text}", operation.id));
        if !operation.statuses.contains(&status) {
            refuse(format!("{status} is not documented: {}", answer.text()));
        }
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
            self.seen.insert((operation.id.clone(), code.to_owned()));
        }
    }
}

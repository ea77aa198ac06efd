//! Data files of strangers against a running server: it says what they are or why they are refused, and goes on.
//!
//! Each case is a file made here and what has to be said of it. Whatever the file, the answer comes within half a minute,
//! is no error of the server, and leaves the server's memory as it was.

#![cfg(test)]

use std::{
    borrow::Cow,
    time::{Duration, Instant},
};

use hyper::Method;
use serde_json::{Value, json};
use vitrina_tests::{Answer, Engine, Http, Program, Setup};

mod archives;
mod family;
mod old_workbooks;
mod program;
mod tables;
mod workbooks;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// How much more memory the server may ever have had.
const MEMORY: u64 = 64 << 20;

/// A file and what has to be said of it.
pub(crate) struct Case {
    name: Cow<'static, str>,
    extension: &'static str,
    file: Vec<u8>,
    expected: Expected,
    /// The first rows of the first table, where it matters how they are shown.
    rows: Vec<Vec<String>>,
    /// What becomes of it when it is uploaded.
    upload: Upload,
}

/// What has to be said of a file.
enum Expected {
    /// It is of this kind, and has findings with these codes among others.
    Found(&'static str, &'static [&'static str]),
    /// It is of this kind, and has findings with these codes and no others.
    Exactly(&'static str, &'static [&'static str]),
    /// It is refused with this problem, by this rule.
    Refused(&'static str, &'static str),
}

/// What becomes of a file that is uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Upload {
    /// It is stored, whatever is found in it.
    Stored,
    /// It is of no kind that is known.
    Refused,
}

impl Case {
    fn found(
        name: impl Into<Cow<'static, str>>,
        file: impl Into<Vec<u8>>,
        kind: &'static str,
        codes: &'static [&'static str],
    ) -> Self {
        Self::new(name, file, Expected::Found(kind, codes))
    }

    fn exactly(
        name: impl Into<Cow<'static, str>>,
        file: impl Into<Vec<u8>>,
        kind: &'static str,
        codes: &'static [&'static str],
    ) -> Self {
        Self::new(name, file, Expected::Exactly(kind, codes))
    }

    fn too_complex(name: impl Into<Cow<'static, str>>, file: impl Into<Vec<u8>>, rule: &'static str) -> Self {
        Self::new(name, file, Expected::Refused("resource-too-complex", rule))
    }

    fn unreadable(name: impl Into<Cow<'static, str>>, file: impl Into<Vec<u8>>, rule: &'static str) -> Self {
        Self::new(name, file, Expected::Refused("unreadable-source", rule))
    }

    fn new(name: impl Into<Cow<'static, str>>, file: impl Into<Vec<u8>>, expected: Expected) -> Self {
        Self {
            name: name.into(),
            extension: "",
            file: file.into(),
            expected,
            rows: Vec::new(),
            upload: Upload::Stored,
        }
    }

    fn called(self, extension: &'static str) -> Self {
        Self { extension, ..self }
    }

    /// The same, whose first table shows these rows.
    fn showing<const N: usize, const M: usize>(self, rows: [[&str; N]; M]) -> Self {
        Self { rows: rows.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect(), ..self }
    }

    /// The same, of no kind that is known when it is uploaded.
    fn unknown(self) -> Self {
        Self { upload: Upload::Refused, ..self }
    }

    /// What is wrong with an answer about the file.
    fn judge(&self, answer: &Answer) -> Option<String> {
        let body = answer.json();
        let is_right = match &self.expected {
            Expected::Refused(problem, rule) => {
                answer.status == 422
                    && answer.header("content-type") == "application/problem+json"
                    && body["code"] == *problem
                    && codes_of(&body["errors"]) == [*rule]
            }
            _ => answer.status == 200 && self.is_found(&body),
        };
        let text: String = answer.text().chars().take(600).collect();
        (!is_right).then(|| format!("{}: {} {text}", self.name, answer.status))
    }

    /// What is wrong with what is told of the stored file.
    fn judge_stored(&self, told: &Value) -> Option<String> {
        let is_right = match &self.expected {
            Expected::Refused(_, rule) => codes_of(&told["refusals"]) == [*rule],
            _ => self.is_found(&told["inspection"]),
        };
        (!is_right).then(|| format!("{}: stored {told}", self.name))
    }

    /// Whether an inspection says what it has to say.
    fn is_found(&self, inspection: &Value) -> bool {
        let found = codes_of(&inspection["findings"]);
        let (kind, is_told) = match &self.expected {
            Expected::Found(kind, codes) => (kind, codes.iter().all(|code| found.contains(code))),
            Expected::Exactly(kind, codes) => (kind, found == *codes),
            Expected::Refused(..) => return false,
        };
        let is_shown = self.rows.is_empty() || inspection["tables"][0]["sample"] == json!(self.rows);
        inspection["kind"] == *kind && is_told && is_shown
    }
}

fn codes_of(findings: &Value) -> Vec<&str> {
    findings.as_array().into_iter().flatten().filter_map(|finding| finding["code"].as_str()).collect()
}

/// A running server.
async fn server() -> (Setup, Program, Http) {
    let setup = Setup::on(Engine::Sqlite).await.unwrap().unwrap();
    let program = Program::serve(&setup).await.unwrap();
    let http = program.http();
    (setup, program, http)
}

async fn inspect(http: &Http, file: &[u8], extension: &str) -> Answer {
    let target = match extension {
        "" => "/api/v1/inspect".to_owned(),
        extension => format!("/api/v1/inspect?extension={extension}"),
    };
    http.send(Method::POST, &target, &[], file.to_vec().into()).await.unwrap()
}

/// Sends every file to one server.
async fn try_all(cases: impl IntoIterator<Item = Case>) {
    let (_setup, mut program, http) = server().await;
    let before = program.memory().unwrap();
    let mut wrong = Vec::new();
    let mut slowest = (Duration::ZERO, Cow::Borrowed(""));
    for case in cases {
        let begun = Instant::now();
        let answer = inspect(&http, &case.file, case.extension).await;
        slowest = slowest.max((begun.elapsed(), case.name.clone()));
        wrong.extend(case.judge(&answer));
    }
    let more = program.peak_memory().unwrap().saturating_sub(before);
    println!("slowest: {slowest:?}; memory: {} KiB more", more >> 10);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(slowest.0 < PATIENCE, "{slowest:?}");
    assert!(more < MEMORY, "{more} bytes more");
    assert!(program.is_alive());
    http.get("/health/ready").await.unwrap().expect(200).unwrap();
}

//! The contract and the program say the same: every documented error occurs, and nothing else does.
//!
//! Each operation of `openapi/openapi.json` is asked once for each error code that it documents. How a code is
//! provoked is told by [`provocation`]; codes that no single request provokes have tests of their own, which
//! [`elsewhere`] names. Whatever is answered on the way is held against the contract by the [`recorder`].

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, ensure};
use serde_json::json;
use vitrina_tests::{Engine, Program, Setup};

mod damage;
mod elsewhere;
mod limits;
mod locks;
mod operation;
mod outage;
mod provocation;
mod recorder;
mod request;
mod stage;
mod wire;

use elsewhere::elsewhere;
use operation::{Operation, contract};
use provocation::{not_there, provoked};
use recorder::Recorder;
use request::Request;
use stage::Stage;

/// What is not everybody's to read.
const CLOSED: [&str; 4] = ["jobs", "schedules", "suppressions", "webhooks"];

/// What changes nothing, and what its own address is the key to.
const OPEN: [&str; 3] = ["inspect_file", "unsubscribe", "validate_document"];

/// A place on the database that is always there.
async fn place() -> anyhow::Result<Setup> {
    Setup::on(Engine::Sqlite).await?.context("SQLite is always there")
}

/// A server with something to ask for.
async fn staged(setup: &Setup) -> anyhow::Result<(Program, Stage)> {
    let server = Program::serve(setup).await?;
    let token = setup.token(&["write:datasets", "import", "read:private", "admin"])?;
    let weak = setup.token(&["harvest"])?;
    let stage = Stage::set(setup, &server.http(), token, weak).await?;
    Ok((server, stage))
}

#[tokio::test]
async fn every_documented_error_occurs_and_no_other() {
    let setup = place().await.unwrap();
    let (server, stage) = staged(&setup).await.unwrap();
    let mut recorder = Recorder::new(server.http());
    let mut missing = Vec::new();
    for operation in Operation::all().unwrap() {
        for code in &operation.codes {
            if elsewhere(&operation.id, code).is_some() {
                continue;
            }
            let mut last = String::new();
            for request in provoked(&stage, &operation, code) {
                let answer = recorder.send(&operation, &request).await.unwrap();
                last = format!("{} {}", answer.status, answer.text());
            }
            if !recorder.has_seen(&operation, code) {
                missing.push(format!("{}: {code} was not told: {last}", operation.id));
            }
        }
    }
    assert!(recorder.wrong.is_empty(), "{}", recorder.wrong.join("\n"));
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(recorder.seen.len() > 700, "{}", recorder.seen.len());
}

#[tokio::test]
async fn a_server_with_a_name_answers_to_that_name_only() -> anyhow::Result<()> {
    let mut setup = place().await?;
    setup.arguments =
        ["--base-url", "https://datos.example.org", "--tls", "proxy"].map(str::to_owned).to_vec();
    let server = Program::serve(&setup).await?;
    let mut recorder = Recorder::new(server.http());
    for operation in Operation::all()? {
        let request = Request { path: not_there(&operation), ..Request::default() };
        let answer = recorder.send(&operation, &request.with("host", "elsewhere.example")).await?;
        ensure!(answer.json()["code"] == "misdirected-request", "{}: {}", operation.id, answer.text());
    }
    let own = [("host", "datos.example.org")];
    server.http().send("GET".parse()?, "/api/v1/datasets", &own, "".into()).await?.expect(200)?;
    ensure!(recorder.wrong.is_empty(), "{:?}", recorder.wrong);
    Ok(())
}

#[tokio::test]
async fn whatever_needs_a_token_asks_for_it_before_anything_else() {
    let setup = place().await.unwrap();
    let (server, stage) = staged(&setup).await.unwrap();
    let mut looked_at = 0;
    for operation in Operation::all().unwrap() {
        let is_write = operation.method != "GET" && !OPEN.contains(&&*operation.id);
        let is_closed = is_write || CLOSED.contains(&operation.collection());
        assert_eq!(operation.needs_token, is_closed, "{}", operation.id);
        if !is_closed {
            continue;
        }
        let mut recorder = Recorder::new(server.http());
        let request = stage.request(&operation, &stage.id_of(&operation));
        // Whatever else is wrong with the request: the address, the headers, the body, the record.
        let odd = Request { path: not_there(&operation), ..request.clone() }
            .asking("unheard_of=1")
            .with("content-type", "text/plain")
            .with("idempotency-key", "two words")
            .saying("{");
        for request in [request, odd] {
            let answer =
                recorder.send(&operation, &Request { token: None, ..request.clone() }).await.unwrap();
            assert_eq!(
                (answer.status.as_u16(), &answer.json()["code"]),
                (401, &json!("token-required")),
                "{}",
                operation.id
            );
            assert_eq!(answer.header("www-authenticate"), "Bearer");
            let stranger = Request { token: Some("stranger".to_owned()), ..request };
            let answer = recorder.send(&operation, &stranger).await.unwrap();
            assert_eq!(
                (answer.status.as_u16(), &answer.json()["code"]),
                (401, &json!("token-invalid")),
                "{}",
                operation.id
            );
        }
        assert!(recorder.wrong.is_empty(), "{:?}", recorder.wrong);
        looked_at += 1;
    }
    assert!(looked_at > 20, "{looked_at}");
}

#[tokio::test]
async fn entity_tags_are_given_and_taken_where_the_contract_says() {
    let setup = place().await.unwrap();
    let (server, stage) = staged(&setup).await.unwrap();
    let mut recorder = Recorder::new(server.http());
    let mut wrong = Vec::new();
    for operation in Operation::all().unwrap().into_iter().filter(|operation| operation.method == "GET") {
        let mut request = stage.request(&operation, &stage.id_of(&operation));
        if operation.id == "count_facets" {
            request = request.asking("facets=theme");
        }
        let answer = recorder.send(&operation, &request).await.unwrap();
        // What was made here has no original and no older revision.
        let has_none = operation.id.ends_with("_raw") || operation.id.starts_with("diff_");
        if has_none {
            continue;
        }
        let told = operation.statuses.contains_key("304");
        if (answer.status.as_u16(), !answer.header("etag").is_empty()) != (200, told) {
            wrong.push(format!(
                "{}: {} {:?} {}",
                operation.id,
                answer.status,
                answer.header("etag"),
                answer.text()
            ));
        } else if told {
            let again = request.with("if-none-match", answer.header("etag"));
            let answer = recorder.send(&operation, &again).await.unwrap();
            if answer.status.as_u16() != 304 {
                wrong.push(format!("{}: {} for its own tag", operation.id, answer.status));
            }
        }
    }
    wrong.extend(recorder.wrong);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn operations_tell_what_they_do() {
    let contract = contract().unwrap();
    for methods in contract["paths"].as_object().unwrap().values() {
        for operation in methods.as_object().unwrap().values() {
            let id = operation["operationId"].as_str().unwrap();
            for member in ["summary", "description"] {
                assert!(operation[member].as_str().is_some_and(|text| text.len() > 10), "{id}: no {member}");
            }
            for (status, response) in operation["responses"].as_object().unwrap() {
                let response = response["$ref"].as_str().map_or(response, |reference| {
                    contract.pointer(reference.trim_start_matches('#')).unwrap()
                });
                assert!(
                    response["description"].as_str().is_some_and(|text| !text.is_empty()),
                    "{id} {status}"
                );
                if status.starts_with(['4', '5']) {
                    let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
                    assert_eq!(schema, "#/components/schemas/Problem", "{id} {status}");
                }
            }
            if let Some(content) = operation["requestBody"]["content"].as_object() {
                assert!(content.values().all(|media| !media["example"].is_null()), "{id}: no example");
            }
        }
    }
}

#[tokio::test]
async fn a_method_that_a_path_lacks_is_told_with_those_it_has() -> anyhow::Result<()> {
    let setup = place().await?;
    let (server, stage) = staged(&setup).await?;
    let http = server.http().with_token(&stage.token);
    let mut by_path: BTreeMap<String, Vec<Operation>> = BTreeMap::new();
    for operation in Operation::all()? {
        by_path.entry(operation.path.clone()).or_default().push(operation);
    }
    for operations in by_path.values() {
        let Some(first) = operations.first() else { continue };
        let path = stage.request(first, &stage.id_of(first)).path;
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if operations.iter().any(|operation| operation.method == method) {
                continue;
            }
            let answer = http.send(method.parse()?, &path, &[], "".into()).await?;
            ensure!(answer.status.as_u16() == 405, "{method} {path}: {}", answer.status);
            ensure!(answer.json()["code"] == "method-not-allowed", "{method} {path}");
            let allowed: BTreeSet<&str> = answer.header("allow").split(',').map(str::trim).collect();
            let known = operations.iter().map(|operation| operation.method.as_str());
            ensure!(known.clone().all(|known| allowed.contains(known)), "{method} {path}: {allowed:?}");
        }
    }
    Ok(())
}

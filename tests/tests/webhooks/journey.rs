//! The life of a webhook over HTTP, with the program.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use hyper::Method;
use rstest::rstest;
use serde_json::{Value, json};
use vitrina_tests::{Engine, Http, Program, Setup};

use crate::{
    PATIENCE,
    receiver::{Received, Receiver, Reply},
};

/// A server that may call a receiver, and a client that may write.
pub(crate) async fn served(
    engine: Engine,
    allowed: &str,
    environment: &[(&str, &str)],
) -> anyhow::Result<Option<(Setup, Program, Http)>> {
    let Some(mut setup) = Setup::on(engine).await? else { return Ok(None) };
    let own = [("VITRINA_EGRESS_ALLOW", allowed), ("VITRINA_EGRESS_CONTACT", "datos@example.org")];
    setup.environment =
        own.iter().chain(environment).map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let token = setup.token(&["write:datasets"])?;
    let program = Program::serve(&setup).await?;
    let http = program.http().with_token(&token);
    Ok(Some((setup, program, http)))
}

pub(crate) async fn subscribe(http: &Http, address: &str) -> anyhow::Result<Value> {
    let body = json!({ "address": address });
    Ok(http.write(Method::POST, "/api/v1/webhooks", &[], &body).await?.expect(201)?.json())
}

pub(crate) async fn publish(http: &Http, title: &str) -> anyhow::Result<Value> {
    let body = json!({"identifier": title, "title": {"es": title}});
    Ok(http.write(Method::POST, "/api/v1/datasets", &[], &body).await?.expect(201)?.json())
}

pub(crate) fn path(webhook: &Value) -> anyhow::Result<String> {
    Ok(format!("/api/v1/webhooks/{}", webhook["id"].as_str().context("no id")?))
}

async fn post(http: &Http, path: &str, status: u16) -> anyhow::Result<Value> {
    Ok(http.send(Method::POST, path, &[], "".into()).await?.expect(status)?.json())
}

async fn change(http: &Http, webhook: &str, change: Value) -> anyhow::Result<Value> {
    Ok(http.write(Method::PATCH, webhook, &[], &change).await?.expect(200)?.json())
}

/// Waits until what a path gives is as it should be.
async fn until(http: &Http, path: &str, wanted: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
    let begun = Instant::now();
    loop {
        let given = http.get(path).await?.expect(200)?.json();
        if wanted(&given) {
            return Ok(given);
        }
        ensure!(begun.elapsed() < PATIENCE, "never: {given}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_change_arrives_as_a_signed_event(#[case] engine: Engine) {
    let receiver = Receiver::content().await.unwrap();
    let Some((_setup, program, http)) = served(engine, &receiver.allowed(), &[]).await.unwrap() else {
        return;
    };
    arrives(&program, &http, &receiver).await.unwrap();
}

async fn arrives(program: &Program, http: &Http, receiver: &Receiver) -> anyhow::Result<()> {
    publish(http, "de-antes").await?;
    let start = http.get("/api/v1/changes").await?.json()["token"].as_str().context("no token")?.to_owned();
    let webhook = subscribe(http, &receiver.url()).await?;
    let secret = webhook["secret"].as_str().context("no secret")?;
    let made = publish(http, "agua").await?;
    let id = made["id"].as_str().context("no id")?;
    let dataset = format!("/api/v1/datasets/{id}");
    let any = [("if-match", "*")];
    let body = json!({"description": {"es": "nueva"}});
    http.write(Method::PATCH, &dataset, &any, &body).await?.expect(200)?;
    http.send(Method::DELETE, &dataset, &any, "".into()).await?.expect(200)?;
    let received = receiver.until(3).await?;
    let told = http.get(&format!("/api/v1/changes?from={start}")).await?.json();
    for (one, op) in received.iter().zip(["create", "update", "delete"]) {
        ensure!(one.signatures(secret)? == (1, 1), "not signed: {:?}", one.headers);
        ensure!(
            one.header("content-type") == "application/cloudevents+json; charset=utf-8",
            "{:?}",
            one.headers
        );
        let agent = one.header("user-agent");
        ensure!(agent.starts_with("Vitrina/") && agent.ends_with("(+datos@example.org)"), "{agent}");
        let event = one.event();
        ensure!(event["specversion"] == "1.0" && event["id"] == one.id(), "{event}");
        ensure!(event["type"] == format!("mx.vitrina.dataset.{op}.v1"), "{event}");
        ensure!(event["source"] == format!("http://{}", program.address()), "{event}");
        ensure!(event["subject"] == format!("http://{}/id/dataset/{id}", program.address()), "{event}");
        ensure!(event["time"] == event["data"]["at"], "{event}");
    }
    let schema: Value = serde_json::from_str(include_str!("../../../schemas/core/change.schema.json"))?;
    let schema = jsonschema::validator_for(&schema)?;
    ensure!(received.iter().all(|one| schema.is_valid(&one.event()["data"])), "not as the schema says");
    let events: Vec<Value> = received.iter().map(|one| one.event()["data"].clone()).collect();
    // What is gone has no title in either; while it was there it had one.
    let items = told["items"].as_array().context("no items")?;
    let without_title = |value: &Value| {
        let mut value = value.clone();
        value.as_object_mut().map(|members| members.remove("title"));
        value
    };
    let (events, items): (Vec<_>, Vec<_>) =
        (events.iter().map(without_title).collect(), items.iter().map(without_title).collect());
    ensure!(events == items, "{events:?} {items:?}");
    let path = path(&webhook)?;
    let now = until(http, &path, |now| now["token"] == received[2].id()).await?;
    ensure!(now["state"] == "active" && now["accepted_at"].is_string(), "{now}");
    let deliveries = http.get(&format!("{path}/deliveries")).await?.expect(200)?.json();
    let items = deliveries["items"].as_array().context("no items")?;
    ensure!(items.len() == 3 && items[0]["event"] == received[2].id(), "{deliveries}");
    let last = &items[0];
    ensure!(
        last["outcome"]["status"] == 204 && last["attempt"] == 1 && last["is_accepted"] == true,
        "{last}"
    );
    ensure!(last["type"] == "mx.vitrina.dataset.delete.v1" && last["duration_ms"].is_u64(), "{last}");
    let page = http.get(&format!("{path}/deliveries?limit=2")).await?.expect(200)?.json();
    let next = http.get(page["next"].as_str().context("one page")?).await?.expect(200)?.json();
    ensure!(next["items"] == json!([items[2]]) && next["next"].is_null(), "{next}");
    Ok(())
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_webhook_is_paused_replayed_tried_and_gets_a_new_secret(#[case] engine: Engine) {
    let receiver = Receiver::content().await.unwrap();
    let Some((_setup, _program, http)) = served(engine, &receiver.allowed(), &[]).await.unwrap() else {
        return;
    };
    lived(&http, &receiver).await.unwrap();
}

async fn lived(http: &Http, receiver: &Receiver) -> anyhow::Result<()> {
    let webhook = subscribe(http, &receiver.url()).await?;
    let (path, first) = (path(&webhook)?, webhook["secret"].as_str().context("no secret")?);
    for title in ["uno", "dos", "tres"] {
        publish(http, title).await?;
    }
    let ids: Vec<String> = receiver.until(3).await?.iter().map(Received::id).collect();
    ensure!(change(http, &path, json!({"state": "paused"})).await?["state"] == "paused", "not paused");
    publish(http, "cuatro").await?;

    // While it is paused a test arrives, and nothing else.
    let job = post(http, &format!("{path}/ping"), 202).await?;
    let ping = receiver.until(4).await?.pop().context("no test")?;
    ensure!(
        ping.event()["type"] == "mx.vitrina.webhook.ping.v1" && ping.signatures(first)? == (1, 1),
        "{ping:?}"
    );
    let id = job["id"].as_str().context("no job")?;
    until(http, &format!("/api/v1/jobs/{id}"), |job| job["result"] == json!({"sent": 1})).await?;

    let replaced = post(http, &format!("{path}/secret"), 200).await?;
    let second = replaced["secret"].as_str().context("no secret")?;
    ensure!(second != first && replaced["former_secret_until"].is_string(), "{replaced}");
    change(http, &path, json!({"state": "active"})).await?;
    let fourth = receiver.until(5).await?.pop().context("no event")?;
    ensure!(
        fourth.signatures(first)? == (2, 1) && fourth.signatures(second)? == (2, 1),
        "{:?}",
        fourth.headers
    );
    ensure!(!ids.contains(&fourth.id()), "an old one");

    // From a token: what came after it, with the ids of then.
    post(http, &format!("{path}/replay?from={}", ids[1]), 200).await?;
    let again: Vec<String> = receiver.until(7).await?.iter().skip(5).map(Received::id).collect();
    ensure!(again == [ids[2].clone(), fourth.id()], "{again:?}");
    // From the beginning.
    post(http, &format!("{path}/replay"), 200).await?;
    let all: Vec<String> = receiver.until(11).await?.iter().skip(7).map(Received::id).collect();
    ensure!(all == [&ids[..], &[fourth.id()]].concat(), "{all:?}");

    http.send(Method::DELETE, &path, &[], "".into()).await?.expect(204)?;
    publish(http, "cinco").await?;
    let answer = http.get(&path).await?;
    ensure!(answer.json()["code"] == "forbidden", "{}", answer.text());
    tokio::time::sleep(Duration::from_secs(1)).await;
    ensure!(receiver.received().len() == 11, "it was sent after it was deleted");
    Ok(())
}

/// Secrets are shown once: neither lists nor jobs nor the log hold them, whatever happens.
#[tokio::test]
async fn a_secret_is_shown_once_and_nowhere_else() -> anyhow::Result<()> {
    let receiver = Receiver::answering(|_, _| Reply::of(500)).await?;
    let debug = [("VITRINA_LOG_LEVEL", "trace")];
    let (setup, program, http) =
        served(Engine::Sqlite, &receiver.allowed(), &debug).await?.context("SQLite is always there")?;
    let operator = http.with_token(&setup.token(&["admin"])?);
    let webhook = subscribe(&http, &receiver.url()).await?;
    let path = path(&webhook)?;
    let secrets = [&webhook, &post(&http, &format!("{path}/secret"), 200).await?]
        .map(|shown| shown["secret"].as_str().unwrap_or_default().trim_start_matches("whsec_").to_owned());
    ensure!(secrets.iter().all(|secret| secret.len() > 40) && secrets[0] != secrets[1], "no secrets");
    publish(&http, "uno").await?;
    let now = until(&http, &path, |now| now["failure"]["last"]["status"] == 500).await?;
    ensure!(now["failure"]["tries"] == 1 && now["failure"]["last"]["detail"] == "contestó 500", "{now}");
    let mut said = now.to_string();
    let deliveries = format!("{path}/deliveries");
    for place in ["/api/v1/webhooks", deliveries.as_str(), "/api/v1/jobs", "/api/v1/changes"] {
        said += &operator.get(place).await?.expect(200)?.text();
    }
    said += &program.log();
    ensure!(said.contains("deliver-webhook") && said.contains("a job failed"), "too little was said: {said}");
    for secret in secrets {
        ensure!(!said.contains(&secret), "a secret is shown");
    }
    Ok(())
}

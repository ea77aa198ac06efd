//! Whose a webhook is, and what is refused of one.

use anyhow::{Context as _, ensure};
use hyper::Method;
use rstest::rstest;
use serde_json::{Value, json};
use vitrina_tests::{Engine, Http};

use crate::journey::{path, served, subscribe};

/// Where nobody listens: the range is for examples.
const NOWHERE: &str = "http://192.0.2.7/avisos";

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_webhook_is_its_owners_and_the_operators(#[case] engine: Engine) {
    let Some((setup, program, http)) = served(engine, "", &[]).await.unwrap() else { return };
    let other = program.http().with_token(&setup.token(&["import"]).unwrap());
    let operator = program.http().with_token(&setup.token(&["admin"]).unwrap());
    owned(&http, &other, &operator).await.unwrap();
}

async fn owned(own: &Http, other: &Http, operator: &Http) -> anyhow::Result<()> {
    let webhook = subscribe(own, NOWHERE).await?;
    let theirs = subscribe(other, NOWHERE).await?;
    let path = path(&webhook)?;
    let nobodys = "/api/v1/webhooks/0190b6a5-7e2a-7c3e-8f10-00000000000f";
    let listed = async |http: &Http| {
        let page = http.get("/api/v1/webhooks").await?.expect(200)?.json();
        let items = page["items"].as_array().context("no items")?;
        anyhow::Ok(items.iter().map(|item| item["id"].clone()).collect::<Vec<Value>>())
    };
    ensure!(listed(own).await? == [webhook["id"].clone()], "not its own");
    ensure!(listed(other).await? == [theirs["id"].clone()], "not their own");
    ensure!(listed(operator).await? == [theirs["id"].clone(), webhook["id"].clone()], "not all");
    let patch = json!({"state": "paused"});
    for (method, suffix) in [
        (Method::GET, ""),
        (Method::GET, "/deliveries"),
        (Method::PATCH, ""),
        (Method::DELETE, ""),
        (Method::POST, "/secret"),
        (Method::POST, "/replay"),
        (Method::POST, "/ping"),
    ] {
        let ask = async |http: &Http, path: &str| {
            http.write(method.clone(), &format!("{path}{suffix}"), &[], &patch).await
        };
        let (there, absent) =
            (ask(other, &path).await?.expect(403)?, ask(other, nobodys).await?.expect(403)?);
        let told = |answer: &vitrina_tests::Answer| {
            let mut problem = answer.json();
            for member in ["instance", "request_id"] {
                problem.as_object_mut().map(|members| members.remove(member));
            }
            problem
        };
        ensure!(told(&there) == told(&absent), "{method} {suffix} tells whether it is there");
        ask(operator, nobodys).await?.expect(404)?;
    }
    ensure!(
        operator.get(&path).await?.expect(200)?.json()["owner"] == webhook["owner"],
        "not the operator's"
    );
    let one = own.get(&path).await?.expect(200)?;
    own.send(Method::GET, &path, &[("if-none-match", one.header("etag"))], "".into()).await?.expect(304)?;
    Ok(())
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_has_more_than_twenty_however_many_are_made_at_once(#[case] engine: Engine) {
    let Some((_setup, _program, http)) = served(engine, "", &[]).await.unwrap() else { return };
    bounded(&http).await.unwrap();
}

async fn bounded(http: &Http) -> anyhow::Result<()> {
    let body = json!({ "address": NOWHERE });
    let asked = (0..30).map(|_| http.write(Method::POST, "/api/v1/webhooks", &[], &body));
    let mut made = 0;
    for answer in futures_util::future::join_all(asked).await {
        let answer = answer?;
        match answer.status.as_u16() {
            201 => made += 1,
            409 => ensure!(answer.json()["code"] == "too-many-webhooks", "{}", answer.text()),
            // Too many write at once.
            503 => {}
            _ => anyhow::bail!("{}", answer.text()),
        }
    }
    while http.write(Method::POST, "/api/v1/webhooks", &[], &body).await?.status.as_u16() == 201 {
        made += 1;
    }
    ensure!(made == 20, "{made}");
    Ok(())
}

#[tokio::test]
async fn what_is_no_webhook_is_refused_at_its_place() -> anyhow::Result<()> {
    let (_setup, _program, http) =
        served(Engine::Sqlite, "", &[]).await?.context("SQLite is always there")?;
    let webhook = path(&subscribe(&http, NOWHERE).await?)?;
    for (member, value, pointer, code) in [
        ("address", json!("ftp://example.org/"), "/address", "address-not-accepted"),
        ("address", json!("http://user:clave@example.org/"), "/address", "address-not-accepted"),
        ("address", json!("http:\\\\example.org"), "/address", "address-not-accepted"),
        ("address", json!("javascript:alert(1)"), "/address", "address-not-accepted"),
        ("address", json!(""), "/address", "address-not-accepted"),
        ("address", json!("http://example.org:22/"), "/address", "unreachable"),
        ("address", json!("http://example.org:5432/"), "/address", "unreachable"),
        ("address", json!(7), "", "invalid-document"),
        ("kinds", json!(["person"]), "", "invalid-document"),
        ("organization", json!("no-hay-tal"), "/organization", "invalid-document"),
        ("secret", json!("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "", "invalid-document"),
        ("owner", json!("operator"), "", "invalid-document"),
        ("position", json!(0), "", "invalid-document"),
    ] {
        let patched =
            http.write(Method::PATCH, &webhook, &[], &json!({ member: value })).await?.expect(422)?;
        let mut body = json!({ "address": NOWHERE });
        body[member] = value.clone();
        let made = http.write(Method::POST, "/api/v1/webhooks", &[], &body).await?.expect(422)?;
        for problem in [patched.json(), made.json()] {
            let error = &problem["errors"][0];
            ensure!(error["pointer"] == pointer && error["code"] == code, "{member} {value}: {problem}");
        }
    }
    for state in ["gone", "failing", "deleted"] {
        http.write(Method::PATCH, &webhook, &[], &json!({ "state": state })).await?.expect(422)?;
    }
    for (from, code) in [("nada", "cursor-invalid"), ("", "cursor-invalid")] {
        let path = format!("{webhook}/replay?from={from}");
        let refused = http.send(Method::POST, &path, &[], "".into()).await?.expect(400)?.json();
        ensure!(refused["code"] == code, "{refused}");
    }
    // Members are kept in the form in which they were read.
    let body = json!({"address": "HTTP://Avisos.Example.ORG:80/../x#y", "kinds": ["dataset", "dataset"]});
    let kept = http.write(Method::PATCH, &webhook, &[], &body).await?.expect(200)?.json();
    ensure!(
        kept["address"] == "http://avisos.example.org/x" && kept["kinds"] == json!(["dataset"]),
        "{kept}"
    );
    let all = http.write(Method::PATCH, &webhook, &[], &json!({"kinds": []})).await?.expect(200)?.json();
    ensure!(all["kinds"] == json!([]) && all["address"] == kept["address"], "{all}");
    Ok(())
}

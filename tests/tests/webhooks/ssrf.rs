//! Webhooks lead nowhere inside: every spelling of every forbidden range, by every way in that a subscriber has.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use hyper::Method;
use serde_json::{Value, json};
use tokio::time::sleep;
use uuid::Uuid;
use vitrina_app::{auth::Actor, webhook::NewWebhook};
use vitrina_domain::{id::TokenId, webhook::Outcome};
use vitrina_egress::{Limits, Resolver};
use vitrina_tests::{Engine, Http};

use crate::{
    PATIENCE,
    canary::Canary,
    journey::{path, publish, served, subscribe},
    receiver::{Receiver, Reply},
    shop::{Shop, short},
    spellings::{self, Spelling},
};

/// The ports that anybody may have asked.
const PORTS: [u16; 4] = [8443, 8080, 443, 80];

/// What lets everything of this machine be called.
const OPEN: &str = "127.0.0.0/8, 0.0.0.0, ::1, ::";

/// The variables that programs read for a proxy.
const PROXIES: [&str; 6] =
    ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];

fn addresses(port: u16) -> Vec<(Spelling, String)> {
    let address = |spelling: Spelling| {
        let address = format!("http://{}:{port}/", spelling.host);
        (spelling, address)
    };
    spellings::all().into_iter().map(address).collect()
}

/// Some of those that lead to this machine, and the names of it.
fn telling(port: u16) -> Vec<String> {
    let of_this_machine = addresses(port).into_iter().filter(|(spelling, _)| spelling.is_loopback);
    let mut some: Vec<String> = of_this_machine.map(|(_, address)| address).step_by(6).collect();
    some.push(format!("http://localhost:{port}/"));
    some
}

/// Writing an address down calls nobody, however it is spelt.
#[tokio::test]
async fn no_spelling_is_called_when_it_is_written() -> anyhow::Result<()> {
    let canary = Canary::at(&PORTS);
    let environment = [("VITRINA_WORKERS", "0")];
    let (_setup, _program, http) =
        served(Engine::Sqlite, "", &environment).await?.context("SQLite is always there")?;
    let addresses = addresses(canary.port());
    ensure!(addresses.len() > 400, "{}", addresses.len());
    for (_, address) in &addresses {
        let webhook = path(&subscribe(&http, "http://192.0.2.7/").await?)?;
        let change = json!({ "address": address });
        let changed = http.write(Method::PATCH, &webhook, &[], &change).await?;
        let made = http.write(Method::POST, "/api/v1/webhooks", &[], &change).await?;
        ensure!(changed.status.as_u16() == 200 && made.status.as_u16() == 201, "{address}: {}", made.text());
        for webhook in [webhook, path(&made.json())?] {
            http.send(Method::DELETE, &webhook, &[], "".into()).await?.expect(204)?;
        }
    }
    ensure!(canary.visits() == 0, "{} came", canary.visits());
    canary.prove();
    Ok(())
}

/// Every spelling is refused when it is called.
#[tokio::test(flavor = "multi_thread")]
async fn no_spelling_is_called_when_events_are_sent() {
    let canary = Canary::at(&PORTS);
    let limits = Limits { connect: Duration::from_millis(100), ..short() };
    let shop = Shop::with(Engine::Sqlite, &[], limits, Resolver::system()).await.unwrap().unwrap();
    all_refused(shop, &canary).await.unwrap();
    assert_eq!(canary.visits(), 0);
    canary.prove();
}

async fn all_refused(mut shop: Shop, canary: &Canary) -> anyhow::Result<()> {
    let mut webhooks = Vec::new();
    for (number, (_, address)) in addresses(canary.port()).into_iter().enumerate() {
        let owner = TokenId::new(Uuid::from_u128(number as u128 / 20));
        let owner = Actor::Token { id: owner, name: "suscriptor".to_owned(), grants: Vec::new() };
        let new = NewWebhook { address, ..NewWebhook::default() };
        webhooks.push(shop.app.create_webhook(&owner, new).await?);
    }
    shop.publish("uno").await?;
    shop.hire(16);
    for webhook in &webhooks {
        let now = shop.until(webhook, |now| now.refusals.is_some()).await?;
        let last = now.refusals.context("no refusal")?.last;
        ensure!(last == Outcome::Unanswered("unreachable".to_owned()), "{}: {last:?}", webhook.address);
    }
    Ok(())
}

/// A server is told of webhooks at each address, and something happens.
async fn told_of(http: &Http, addresses: &[String]) -> anyhow::Result<()> {
    for address in addresses {
        subscribe(http, address).await?;
    }
    publish(http, "uno").await?;
    Ok(())
}

/// Waits until each webhook was tried.
async fn tried(http: &Http) -> anyhow::Result<Vec<Value>> {
    let begun = Instant::now();
    loop {
        let page = http.get("/api/v1/webhooks?limit=100").await?.expect(200)?.json();
        let webhooks = page["items"].as_array().context("no items")?;
        if webhooks.iter().all(|one| one["failure"].is_object() || one["accepted_at"].is_string()) {
            return Ok(webhooks.clone());
        }
        ensure!(begun.elapsed() < PATIENCE, "never tried: {page}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// The program as it is installed, with proxies in its environment, and a subscriber that leads inside by redirects.
#[tokio::test]
async fn the_program_calls_nobody_inside() -> anyhow::Result<()> {
    let canary = Canary::at(&PORTS);
    let inside = format!("http://127.0.0.1:{}/", canary.port());
    let goal = inside.clone();
    let astray = Receiver::answering(move |_, _| Reply::of(307).with("location", goal.clone())).await?;
    let mut environment: Vec<(&str, &str)> = PROXIES.iter().map(|name| (*name, inside.as_str())).collect();
    environment.push(("VITRINA_WORKERS", "8"));
    let (_setup, program, http) =
        served(Engine::Sqlite, &astray.allowed(), &environment).await?.context("SQLite is always there")?;
    let mut addresses = telling(canary.port());
    ensure!(addresses.len() > 10, "{}", addresses.len());
    addresses.push(astray.url());
    told_of(&http, &addresses).await?;
    for webhook in tried(&http).await? {
        let failure = &webhook["failure"]["last"];
        let is_led_astray = webhook["address"] == astray.url();
        let expected =
            if is_led_astray { failure["status"] == 307 } else { failure["reason"] == "unreachable" };
        ensure!(expected, "{webhook}");
        let shown = webhook.to_string();
        ensure!(!shown.contains("range-") && !shown.contains("loopback"), "the rule is told: {shown}");
    }
    ensure!(program.log().contains("range-loopback"), "the operator is not told which rule");
    ensure!((canary.visits(), astray.received().len()) == (0, 1), "{} came", canary.visits());
    canary.prove();
    Ok(())
}

/// The control: where the operator allows it, each of these addresses reaches the canary.
#[tokio::test]
async fn where_it_is_allowed_each_of_these_addresses_is_called() -> anyhow::Result<()> {
    let canary = Canary::at(&PORTS);
    let environment = [("VITRINA_WORKERS", "8")];
    let (_setup, _program, http) =
        served(Engine::Sqlite, OPEN, &environment).await?.context("SQLite is always there")?;
    let addresses = telling(canary.port());
    told_of(&http, &addresses).await?;
    for webhook in tried(&http).await? {
        ensure!(webhook["accepted_at"].is_string(), "{webhook}");
    }
    ensure!(canary.visits() == addresses.len(), "{} of {} came", canary.visits(), addresses.len());
    Ok(())
}

//! What is sent, when, and how often; inside the test, so that time can be moved.

use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, ensure};
use rstest::rstest;
use serde_json::json;
use vitrina_app::{
    auth::Actor,
    webhook::{NewWebhook, WebhookChange, Wish},
};
use vitrina_domain::{
    change::Seq,
    job::JobState,
    record::{Kind, Visibility},
    webhook::{Outcome, PATIENCE as DAYS, Refusals, State},
};
use vitrina_egress::{Limits, Resolver};
use vitrina_tests::Engine;

use crate::{
    receiver::{Receiver, Reply},
    shop::{Shop, short},
};

/// Longer than any answer of a receiver is waited for.
const TOO_LONG: Duration = Duration::from_secs(2);

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn many_workers_send_each_change_once_and_in_order(#[case] engine: Engine) {
    let receiver = Receiver::content().await.unwrap();
    let Some(shop) = Shop::open(engine, &[&receiver]).await.unwrap() else { return };
    at_once(shop, &receiver).await.unwrap();
}

async fn at_once(mut shop: Shop, receiver: &Receiver) -> anyhow::Result<()> {
    let webhook = shop.subscribe(receiver).await?;
    for _ in 0..4 {
        shop.hire(3);
    }
    let mut made = Vec::new();
    for number in 0..60 {
        made.push(shop.publish(&format!("d{number}")).await?.to_string());
    }
    let received = receiver.until(60).await?;
    let of: Vec<String> = received
        .iter()
        .map(|one| one.event()["data"]["id"].as_str().unwrap_or_default().to_owned())
        .collect();
    ensure!(of == made, "not in order: {of:?}");
    let done = shop.until(&webhook, |now| now.position > Seq(59)).await?;
    ensure!(done.accepted.is_some() && done.refusals.is_none(), "{done:?}");
    ensure!(receiver.received().len() == 60, "something was sent twice");
    let tries = shop.tries(&webhook).await?;
    ensure!(tries.len() == 60 && tries.iter().all(|one| one.attempt == 1), "{tries:?}");
    let idle = shop.app.jobs(&Actor::Operator, Some(JobState::Queued), None, 100).await?;
    ensure!(idle.is_empty(), "jobs wait for nothing: {idle:?}");
    Ok(())
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_public_or_not_selected_is_never_sent(#[case] engine: Engine) {
    let (all, few) = (Receiver::content().await.unwrap(), Receiver::content().await.unwrap());
    let Some(shop) = Shop::open(engine, &[&all, &few]).await.unwrap() else { return };
    selected(shop, &all, &few).await.unwrap();
}

async fn selected(mut shop: Shop, all: &Receiver, few: &Receiver) -> anyhow::Result<()> {
    let organization = shop.make(Kind::Organization, "secretaria", Visibility::Published, None).await?;
    let wide = shop.subscribe(all).await?;
    let narrow = NewWebhook {
        address: few.url(),
        kinds: vec![Kind::Dataset],
        organization: Some(organization.to_string().as_str().into()),
    };
    let narrow = shop.subscribe_to(narrow).await?;
    shop.hire(4);
    shop.make(Kind::Dataset, "borrador-7f3a", Visibility::Draft, Some(organization)).await?;
    shop.publish("ajeno").await?;
    shop.make(Kind::Catalog, "catalogo", Visibility::Published, Some(organization)).await?;
    let own = shop.make(Kind::Dataset, "propio", Visibility::Published, Some(organization)).await?;
    shop.make(Kind::Dataset, "oculto-7f3a", Visibility::Draft, Some(organization)).await?;
    let last = shop.publish("ultimo").await?;
    all.until(4).await?;
    let reached = shop.until(&wide, |now| now.position.0 >= 6).await?.position;
    shop.until(&narrow, |now| now.position >= reached).await?;
    let (wide, narrow) = (all.received(), few.received());
    ensure!(wide.len() == 4 && narrow.len() == 1, "{} and {}", wide.len(), narrow.len());
    ensure!(narrow.first().is_some_and(|one| one.event()["data"]["id"] == own.to_string()), "another one");
    ensure!(wide.last().is_some_and(|one| one.event()["data"]["id"] == last.to_string()), "not the last");
    for one in wide.iter().chain(&narrow) {
        ensure!(!String::from_utf8_lossy(&one.body).contains("7f3a"), "a draft was told of");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_sent_again_with_the_same_id_and_nothing_overtakes_it(#[case] engine: Engine) {
    let receiver =
        Receiver::answering(|_, before| Reply::of(if before == 1 { 500 } else { 200 })).await.unwrap();
    let Some(shop) = Shop::open(engine, &[&receiver]).await.unwrap() else { return };
    again(shop, &receiver).await.unwrap();
}

async fn again(mut shop: Shop, receiver: &Receiver) -> anyhow::Result<()> {
    let webhook = shop.subscribe(receiver).await?;
    for number in 0..4 {
        shop.publish(&format!("d{number}")).await?;
    }
    shop.hire(2);
    let received = receiver.until(5).await?;
    let ids = receiver.ids();
    ensure!(ids[1] == ids[2], "the event has another id");
    let waited = received[2].at - received[1].at;
    ensure!(waited > Duration::from_millis(4_900), "it came again after {waited:?}");
    let seqs: Vec<Seq> =
        [0, 2, 3, 4].iter().map(|at| Seq::from_token(&ids[*at])).collect::<Result<_, _>>()?;
    ensure!(seqs.is_sorted_by(|one, next| one < next), "{seqs:?}");
    shop.until(&webhook, |now| now.refusals.is_none() && now.position == seqs[3]).await?;
    let tries = shop.tries(&webhook).await?;
    let told: Vec<(u32, Outcome)> = tries.iter().map(|one| (one.attempt, one.outcome.clone())).collect();
    let answered = Outcome::Answered;
    let expected = [(1, 200), (1, 500), (2, 200), (1, 200), (1, 200)];
    ensure!(told == expected.map(|(attempt, status)| (attempt, answered(status))), "{told:?}");
    Ok(())
}

#[rstest]
#[case::asks_for_time(|| Reply::of(503).with("retry-after", "40"), Outcome::Answered(503), 40)]
#[case::too_many(|| Reply::of(429).with("retry-after", "30"), Outcome::Answered(429), 30)]
#[case::asks_for_less(|| Reply::of(500).with("retry-after", "1"), Outcome::Answered(500), 5)]
#[case::leads_elsewhere(|| Reply::of(302).with("location", "https://example.org/"), Outcome::Answered(302), 5)]
#[case::says_nothing(|| Reply { after: TOO_LONG, ..Reply::of(200) }, Outcome::Unanswered("too-slow".to_owned()), 5)]
#[tokio::test(flavor = "multi_thread")]
async fn another_try_waits_as_long_as_it_should(
    #[case] reply: fn() -> Reply,
    #[case] outcome: Outcome,
    #[case] seconds: i64,
) {
    let receiver = Receiver::answering(move |_, _| reply()).await.unwrap();
    let mut shop = Shop::open(Engine::Sqlite, &[&receiver]).await.unwrap().unwrap();
    let webhook = shop.subscribe(&receiver).await.unwrap();
    shop.publish("uno").await.unwrap();
    shop.hire(1);
    let job =
        shop.job("deliver-webhook", |job| job.state == JobState::Queued && job.attempt == 1).await.unwrap();
    let least = job.started.unwrap().plus_seconds(seconds);
    assert!(job.due >= least && job.due < least.plus_seconds(15), "{job:?}");
    assert_eq!(job.failure.unwrap().code, "not-delivered");
    let now = shop.webhook(&webhook).await.unwrap();
    let Refusals { tries, last, .. } = now.refusals.unwrap();
    assert_eq!((now.state, now.position, tries, &last), (State::Active, Seq(0), 1, &outcome));
    let tries = shop.tries(&webhook).await.unwrap();
    assert_eq!((tries.len(), &tries[0].outcome), (1, &outcome));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_is_gone_is_left_alone_until_its_owner_says_so() {
    let receiver =
        Receiver::answering(|_, before| Reply::of(if before == 0 { 410 } else { 200 })).await.unwrap();
    let mut shop = Shop::open(Engine::Sqlite, &[&receiver]).await.unwrap().unwrap();
    let webhook = shop.subscribe(&receiver).await.unwrap();
    shop.publish("uno").await.unwrap();
    shop.hire(1);
    let gone = shop.until(&webhook, |now| now.state == State::Gone).await.unwrap();
    assert_eq!((gone.position, gone.tries()), (Seq(0), 1));
    let job = shop.job("deliver-webhook", |job| job.state.is_final()).await.unwrap();
    assert_eq!((job.state, job.result), (JobState::Succeeded, Some(json!({"sent": 0}))));
    shop.publish("dos").await.unwrap();
    let resume = WebhookChange { wish: Some(Wish::Resume), ..WebhookChange::default() };
    shop.app.change_webhook(&Actor::Operator, webhook.id, resume).await.unwrap();
    receiver.until(3).await.unwrap();
    let ids = receiver.ids();
    assert_eq!(ids[0], ids[1], "what it had not taken comes first");
    assert_ne!(ids[1], ids[2]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_takes_nothing_for_days_is_given_up_and_loses_nothing(#[case] engine: Engine) {
    let receiver =
        Receiver::answering(|_, before| Reply::of(if before == 0 { 500 } else { 200 })).await.unwrap();
    let Some(shop) = Shop::open(engine, &[&receiver]).await.unwrap() else { return };
    given_up(shop, &receiver).await.unwrap();
}

async fn given_up(mut shop: Shop, receiver: &Receiver) -> anyhow::Result<()> {
    let webhook = shop.subscribe(receiver).await?;
    let since = shop.app.now().plus_seconds(-DAYS);
    let refusals = Refusals { since, tries: 80, last: Outcome::Unanswered("unreachable".to_owned()) };
    shop.age(&webhook, |webhook| webhook.refusals = Some(refusals)).await?;
    shop.publish("uno").await?;
    shop.hire(1);
    let failing = shop.until(&webhook, |now| now.state == State::Failing).await?;
    ensure!((failing.position, failing.tries()) == (Seq(0), 81), "{failing:?}");
    let job = shop.job("deliver-webhook", |job| job.state.is_final()).await?;
    let failure = job.failure.context("no failure")?;
    ensure!(job.state == JobState::Failed && failure.code == "webhook-failing", "{failure:?}");
    ensure!(failure.detail.en.ends_with("it answered 500"), "{failure:?}");
    shop.publish("dos").await?;
    shop.app.replay_webhook(&Actor::Operator, webhook.id, failing.position).await?;
    let received = receiver.until(3).await?;
    ensure!(
        received[0].id() == received[1].id() && received[1].id() != received[2].id(),
        "something is lost"
    );
    shop.until(&webhook, |now| now.state == State::Active && now.refusals.is_none()).await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_its_owner_takes_back_is_not_sent(#[case] engine: Engine) {
    let receiver = Receiver::answering(|_, _| Reply::of(500)).await.unwrap();
    let Some(shop) = Shop::open(engine, &[&receiver]).await.unwrap() else { return };
    taken_back(shop, &receiver).await.unwrap();
}

async fn taken_back(mut shop: Shop, receiver: &Receiver) -> anyhow::Result<()> {
    let webhook = shop.subscribe(receiver).await?;
    shop.publish("uno").await?;
    shop.hire(1);
    let first =
        shop.job("deliver-webhook", |job| job.state == JobState::Queued && job.attempt == 1).await?.id;
    let pause = WebhookChange { wish: Some(Wish::Pause), ..WebhookChange::default() };
    shop.app.change_webhook(&Actor::Operator, webhook.id, pause).await?;
    let job = shop.job("deliver-webhook", |job| job.state.is_final()).await?;
    ensure!(job.state == JobState::Succeeded, "{job:?}");
    ensure!(receiver.received().len() == 1, "it was sent while it was paused");
    let resume = WebhookChange { wish: Some(Wish::Resume), ..WebhookChange::default() };
    shop.app.change_webhook(&Actor::Operator, webhook.id, resume).await?;
    receiver.until(2).await?;
    shop.job("deliver-webhook", |job| job.id != first && job.state == JobState::Queued && job.attempt == 1)
        .await?;
    shop.app.delete_webhook(&Actor::Operator, webhook.id).await?;
    let mut tx = shop.store().begin("tests", shop.app.now()).await.map_err(|error| anyhow!(error))?;
    tx.hurry_jobs("deliver-webhook", &webhook.id.to_string()).await.map_err(|error| anyhow!(error))?;
    tx.commit().await.map_err(|error| anyhow!(error))?;
    let job = shop.job("deliver-webhook", |job| job.state.is_final()).await?;
    ensure!(job.state == JobState::Succeeded && job.result == Some(json!({"sent": 0})), "{job:?}");
    ensure!(receiver.received().len() == 2, "it was sent after it was deleted");
    Ok(())
}

/// A subscriber who takes its time has a worker for a slice only, and the others have their turns in between.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_slow_does_not_keep_others_waiting() {
    let slow = Receiver::answering(|_, _| Reply { after: Duration::from_millis(400), ..Reply::of(200) })
        .await
        .unwrap();
    let quick = Receiver::content().await.unwrap();
    let allowed = [slow.allowed(), quick.allowed()];
    let open = Shop::with(Engine::Sqlite, &allowed, Limits::default(), Resolver::system());
    let mut shop = open.await.unwrap().unwrap();
    let webhook = shop.subscribe(&slow).await.unwrap();
    for number in 0..150 {
        shop.publish(&format!("d{number}")).await.unwrap();
    }
    shop.hire(1);
    slow.until(1).await.unwrap();
    let begun = Instant::now();
    shop.subscribe(&quick).await.unwrap();
    shop.publish("ultimo").await.unwrap();
    quick.until(1).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    assert!(slow.received().len() < 150, "it was served to its end first");
    assert!(
        shop.tries(&webhook).await.unwrap().iter().all(|one| one.outcome.is_accepted()),
        "it was not slow"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_a_month_ago_is_forgotten() {
    let receiver = Receiver::content().await.unwrap();
    let mut shop = Shop::open(Engine::Sqlite, &[&receiver]).await.unwrap().unwrap();
    let webhook = shop.subscribe(&receiver).await.unwrap();
    shop.publish("uno").await.unwrap();
    shop.hire(1);
    shop.until(&webhook, |now| now.accepted.is_some()).await.unwrap();
    let mut old = shop.tries(&webhook).await.unwrap().pop().unwrap();
    old.at = shop.app.now().plus_seconds(-31 * 24 * 60 * 60);
    let mut tx = shop.store().begin("tests", shop.app.now()).await.unwrap();
    tx.log_try(webhook.id, &old).await.unwrap();
    tx.commit().await.unwrap();
    shop.app.ensure_schedules().await.unwrap();
    shop.app.run_schedule(&Actor::Operator, "forget-deliveries").await.unwrap();
    let job = shop.job("forget-deliveries", |job| job.state.is_final()).await.unwrap();
    assert_eq!((job.state, job.result), (JobState::Succeeded, Some(json!({"forgotten": 1}))));
    assert_eq!(shop.tries(&webhook).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_leads_inside_is_not_asked_and_its_owner_is_not_told_why() {
    let inside = Resolver::new(|_| Box::pin(async { Ok(vec![[127, 0, 0, 1].into()]) }));
    let mut shop = Shop::with(Engine::Sqlite, &[], short(), inside).await.unwrap().unwrap();
    let address = "http://avisos.example.org:8443/".to_owned();
    let webhook = shop.subscribe_to(NewWebhook { address, ..NewWebhook::default() }).await.unwrap();
    shop.publish("uno").await.unwrap();
    shop.hire(1);
    let now = shop.until(&webhook, |now| now.tries() > 0).await.unwrap();
    let unreachable = Outcome::Unanswered("unreachable".to_owned());
    assert_eq!(now.refusals.unwrap().last, unreachable);
    assert_eq!(shop.tries(&webhook).await.unwrap()[0].outcome, unreachable);
}

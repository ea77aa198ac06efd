//! A catalog inside the test, with workers that deliver.

use std::{
    num::NonZeroUsize,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, anyhow, ensure};
use serde_json::json;
use tokio::{task::JoinSet, time::sleep};
use vitrina_app::{
    App,
    auth::Actor,
    jobs::{Kinds, Pace, Worker},
    ports::SystemClock,
    record::NewRecord,
    webhook::NewWebhook,
};
use vitrina_domain::{
    id::RecordId,
    job::Job,
    record::{Kind, Visibility},
    webhook::{Try, Webhook},
};
use vitrina_egress::{Client, Config, Limits, Resolver, Webhooks, guard::Allow};
use vitrina_store::{Store, testing::TestStore};
use vitrina_tests::{Engine, assembled_with};

use crate::{PATIENCE, receiver::Receiver};

/// Workers that look often.
const PACE: Pace = Pace {
    silence: Duration::from_secs(20),
    beat: Duration::from_millis(200),
    look: Duration::from_millis(20),
    grace: Duration::from_millis(100),
};

/// Limits that are soon reached.
pub(crate) fn short() -> Limits {
    Limits {
        connect: Duration::from_millis(300),
        first_byte: Duration::from_millis(700),
        ..Limits::default()
    }
}

/// A catalog; its workers end with it.
pub(crate) struct Shop {
    pub(crate) app: App,
    test: TestStore,
    workers: JoinSet<()>,
}

impl Shop {
    /// A catalog that may call some receivers.
    pub(crate) async fn open(engine: Engine, receivers: &[&Receiver]) -> anyhow::Result<Option<Self>> {
        let allowed: Vec<String> = receivers.iter().map(|receiver| receiver.allowed()).collect();
        Self::with(engine, &allowed, short(), Resolver::system()).await
    }

    pub(crate) async fn with(
        engine: Engine,
        allowed: &[String],
        limits: Limits,
        resolver: Resolver,
    ) -> anyhow::Result<Option<Self>> {
        let Some(test) = TestStore::open(engine).await.map_err(|error| anyhow!(error))? else {
            return Ok(None);
        };
        let allow = allowed.iter().map(|text| text.parse()).collect::<Result<_, _>>()?;
        let config = Config {
            allow: Allow::new(allow),
            limits,
            ..Config::new("https://datos.example.org/contacto".parse()?)
        };
        let client = Client::with_resolver(config, Arc::new(SystemClock), resolver)?;
        let deliver = Arc::new(Webhooks::new(client, Arc::new(SystemClock)));
        let app = assembled_with(test.store.clone(), &test.config.data_dir, Kinds::standard(), deliver)?;
        Ok(Some(Self { app, test, workers: JoinSet::new() }))
    }

    pub(crate) fn store(&self) -> &Store {
        &self.test.store
    }

    /// Lets one more worker begin.
    pub(crate) fn hire(&mut self, at_once: usize) {
        let at_once = NonZeroUsize::new(at_once).unwrap_or(NonZeroUsize::MIN);
        let worker = Worker { app: self.app.clone(), name: "w".to_owned(), at_once, pace: PACE };
        self.workers.spawn(worker.run(std::future::pending()));
    }

    /// A webhook of everything.
    pub(crate) async fn subscribe(&self, receiver: &Receiver) -> anyhow::Result<Webhook> {
        self.subscribe_to(NewWebhook { address: receiver.url(), ..NewWebhook::default() }).await
    }

    pub(crate) async fn subscribe_to(&self, new: NewWebhook) -> anyhow::Result<Webhook> {
        Ok(self.app.create_webhook(&Actor::Operator, new).await?)
    }

    /// Makes a dataset that everyone sees.
    pub(crate) async fn publish(&self, identifier: &str) -> anyhow::Result<RecordId> {
        self.make(Kind::Dataset, identifier, Visibility::Published, None).await
    }

    pub(crate) async fn make(
        &self,
        kind: Kind,
        identifier: &str,
        visibility: Visibility,
        organization_id: Option<RecordId>,
    ) -> anyhow::Result<RecordId> {
        let document =
            json!({"identifier": identifier, "title": {"es": identifier}, "name": {"es": identifier}});
        let new = NewRecord { kind, document, organization_id, catalog_id: None, visibility };
        Ok(self.app.create(&Actor::Operator, new).await?.record.id)
    }

    pub(crate) async fn webhook(&self, webhook: &Webhook) -> anyhow::Result<Webhook> {
        Ok(self.app.webhook(&Actor::Operator, webhook.id).await?)
    }

    /// The log of a webhook, the first try first.
    pub(crate) async fn tries(&self, webhook: &Webhook) -> anyhow::Result<Vec<Try>> {
        let mut tries = self.app.webhook_tries(&Actor::Operator, webhook.id, None, 1_000).await?;
        tries.reverse();
        Ok(tries)
    }

    /// Waits until a webhook is as it should be.
    pub(crate) async fn until(
        &self,
        webhook: &Webhook,
        wanted: impl Fn(&Webhook) -> bool,
    ) -> anyhow::Result<Webhook> {
        let begun = Instant::now();
        loop {
            let now = self.webhook(webhook).await?;
            if wanted(&now) {
                return Ok(now);
            }
            ensure!(begun.elapsed() < PATIENCE, "never: {now:?}");
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// The only job of a kind, when it is as it should be.
    pub(crate) async fn job(&self, kind: &str, wanted: impl Fn(&Job) -> bool) -> anyhow::Result<Job> {
        let begun = Instant::now();
        loop {
            let jobs = self.app.jobs(&Actor::Operator, None, None, 100).await?;
            let last = jobs.into_iter().find(|job| job.kind == kind);
            if let Some(job) = last.clone().filter(|job| wanted(job)) {
                return Ok(job);
            }
            ensure!(begun.elapsed() < PATIENCE, "never: {last:?}");
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Changes a webhook as only time would.
    pub(crate) async fn age(
        &self,
        webhook: &Webhook,
        change: impl FnOnce(&mut Webhook),
    ) -> anyhow::Result<()> {
        let mut tx = self.store().begin("tests", self.app.now()).await.map_err(|error| anyhow!(error))?;
        let held = tx.webhook(webhook.id).await.map_err(|error| anyhow!(error))?;
        let mut held = held.context("no webhook")?;
        change(&mut held);
        tx.update_webhook(&held).await.map_err(|error| anyhow!(error))?;
        tx.commit().await.map_err(|error| anyhow!(error))
    }
}

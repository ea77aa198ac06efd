//! A Vitrina that writes letters, with the mail server that it hands them to.

use std::{
    num::NonZeroUsize,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, anyhow, ensure};
use tokio::{task::AbortHandle, time::sleep};
use vitrina_app::{
    App, Parts,
    auth::Actor,
    jobs::{Kinds, Pace, Worker},
    mail::{NewLetter, Part},
    ports::{FixedClock, Mail},
    site::Site,
};
use vitrina_domain::{
    finding::{Bilingual, Locale},
    id::JobId,
    job::Job,
    mail::Purpose,
    time::Timestamp,
};
use vitrina_egress::{MailConfig, MailSecurity, Postman};
use vitrina_store::{Store, testing::TestStore};
use vitrina_tests::{Engine, parts, site};

use crate::{
    PATIENCE,
    server::{Encryption, MailServer, friendly},
};

/// What letters are from.
pub(crate) const FROM: &str = "Datos de Ejemplo <datos@example.org>";

const PACE: Pace = Pace {
    silence: Duration::from_secs(20),
    beat: Duration::from_millis(50),
    look: Duration::from_millis(20),
    grace: Duration::from_millis(100),
};

/// A postman for a server in the clear.
pub(crate) fn postman(port: u16) -> anyhow::Result<Arc<dyn Mail>> {
    let postman = Postman::new(MailConfig {
        host: "127.0.0.1".to_owned(),
        port,
        security: MailSecurity::Loopback,
        login: None,
        from: FROM.to_owned(),
        hello: None,
        roots: Vec::new(),
        timeout: Duration::from_secs(5),
    })?;
    Ok(Arc::new(postman))
}

/// A site that can be left with one click.
pub(crate) fn encrypted_site() -> Site {
    Site { base_url: "https://datos.example.org".to_owned(), ..site() }
}

/// A letter of a list.
pub(crate) fn news(to: &str) -> anyhow::Result<NewLetter> {
    Ok(NewLetter { purpose: Purpose::Subscribed("busquedas".parse()?), ..notice(to)? })
}

/// A letter that nobody subscribed to.
pub(crate) fn notice(to: &str) -> anyhow::Result<NewLetter> {
    Ok(NewLetter {
        to: to.parse()?,
        purpose: Purpose::Transactional,
        language: Locale::Es,
        subject: Bilingual::new("Hay un dato nuevo: «Precipitación»", "There is new data: \"Rainfall\""),
        body: vec![
            Part::Paragraph(Bilingual::new(
                "Ya está el conjunto de datos que esperabas.",
                "The dataset that you waited for is there.",
            )),
            Part::Link {
                label: Bilingual::new("Ábrelo aquí", "Open it here"),
                address: "https://datos.example.org/dataset/precipitacion?a=1&b=2".to_owned(),
            },
        ],
    })
}

/// A Vitrina with its mail server.
pub(crate) struct Office {
    pub(crate) app: App,
    pub(crate) server: MailServer,
    pub(crate) clock: Arc<FixedClock>,
    test: TestStore,
    workers: Vec<AbortHandle>,
}

impl Drop for Office {
    fn drop(&mut self) {
        for worker in &self.workers {
            worker.abort();
        }
    }
}

impl Office {
    pub(crate) async fn open(engine: Engine) -> anyhow::Result<Option<Self>> {
        let Some(test) = TestStore::open(engine).await.map_err(|error| anyhow!(error))? else {
            return Ok(None);
        };
        let server = MailServer::start(Encryption::None, friendly()).await?;
        let clock = Arc::new(FixedClock::at("2026-03-01T12:00:00Z".parse()?));
        let app = App::new(Parts {
            mail: Some(postman(server.port)?),
            site: encrypted_site(),
            clock: Arc::<FixedClock>::clone(&clock),
            ..parts(test.store.clone(), &test.config.data_dir, Kinds::standard())?
        });
        Ok(Some(Self { app, server, clock, test, workers: Vec::new() }))
    }

    pub(crate) fn store(&self) -> &Store {
        &self.test.store
    }

    /// Lets somebody do the jobs.
    pub(crate) fn hire(&mut self) {
        let at_once = NonZeroUsize::MIN.saturating_add(3);
        let worker = Worker { app: self.app.clone(), name: "postman".to_owned(), at_once, pace: PACE };
        self.workers.push(tokio::spawn(worker.run(std::future::pending())).abort_handle());
    }

    pub(crate) async fn write(&self, letter: &NewLetter) -> anyhow::Result<JobId> {
        Ok(self.app.write_to(&Actor::System, letter).await?.id)
    }

    /// The job once it is as wanted.
    pub(crate) async fn until(&self, id: JobId, wanted: impl Fn(&Job) -> bool) -> anyhow::Result<Job> {
        until(self.store(), id, wanted).await
    }

    /// The job once it has ended.
    pub(crate) async fn end(&self, id: JobId) -> anyhow::Result<Job> {
        self.until(id, |job| job.state.is_final()).await
    }

    /// Writes a letter, and waits for its end.
    pub(crate) async fn send(&self, letter: &NewLetter) -> anyhow::Result<Job> {
        self.end(self.write(letter).await?).await
    }

    pub(crate) fn moves_on(&self, seconds: i64) {
        let now: Timestamp = self.app.now();
        self.clock.set(now.plus_seconds(seconds));
    }
}

/// A job once it is as wanted.
pub(crate) async fn until(store: &Store, id: JobId, wanted: impl Fn(&Job) -> bool) -> anyhow::Result<Job> {
    let begun = Instant::now();
    loop {
        let job = store.job(id).await.map_err(|error| anyhow!(error))?.context("no job")?;
        if wanted(&job) {
            return Ok(job);
        }
        ensure!(begun.elapsed() < PATIENCE, "never: {job:?}");
        sleep(Duration::from_millis(10)).await;
    }
}

//! What a worker does with work that fails, hangs, dies or is not wanted any more.

use std::{
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, anyhow, ensure};
use futures_util::future::BoxFuture;
use rstest::rstest;
use serde_json::{Value, json};
use tokio::{sync::oneshot, task::JoinHandle, time::sleep};
use vitrina_app::{
    App,
    auth::Actor,
    jobs::{Kinds, NewJob, Pace, Task, Worker},
    ports::{Done, Terms, Trouble, Work},
};
use vitrina_domain::{
    finding::Bilingual,
    id::JobId,
    job::{Failure, Job, JobState},
    schedule::Missed,
    time::Timestamp,
};
use vitrina_store::{Store, testing::TestStore};
use vitrina_tests::{Engine, assembled};

use crate::PATIENCE;

const PACE: Pace = Pace {
    silence: Duration::from_secs(20),
    beat: Duration::from_millis(50),
    look: Duration::from_millis(20),
    grace: Duration::from_millis(100),
};

const TERMS: Terms =
    Terms { kind: "odd", attempts: 2, time_limit: Duration::from_millis(400), at_once: 10, per_key: 1 };

/// Behaves as its payload says.
#[derive(Debug, Clone, Default)]
struct Odd {
    begun: Arc<AtomicUsize>,
}

impl Work for Odd {
    fn terms(&self) -> Terms {
        TERMS
    }

    #[expect(clippy::panic, reason = "work that panics is what is tried")]
    fn run<'a>(&'a self, app: &'a App, task: &'a Task) -> BoxFuture<'a, Result<Done, Trouble>> {
        Box::pin(async move {
            let attempt = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
            let failure = || Failure { code: "odd".to_owned(), detail: Bilingual::new("raro", "odd") };
            task.advance(7, Some(9));
            task.say(app, Bilingual::new("empieza", "it begins")).await;
            match task.payload::<String>()?.as_str() {
                "later well" if attempt == 1 => Err(Trouble::TryAgain(failure(), Some(Duration::ZERO))),
                "well" | "later well" => Ok(json!({ "attempt": attempt }).into()),
                "never well" => Err(Trouble::TryAgain(failure(), Some(Duration::ZERO))),
                "hopeless" => Err(Trouble::GiveUp(failure())),
                "hangs" => std::future::pending().await,
                "panics" => panic!("as told"),
                // Its effect breaks a rule of the database, so that nothing of it may be there afterwards.
                "breaks" => {
                    let id = task.job.id;
                    Ok(Done {
                        result: Value::Null,
                        effect: Some(Box::new(move |tx| {
                            Box::pin(async move {
                                tx.log_job(id, 1, &Bilingual::new("a medias", "half")).await?;
                                tx.log_job(JobId::new(uuid::Uuid::max()), 1, &Bilingual::default()).await
                            })
                        })),
                    })
                }
                other => unreachable!("{other}"),
            }
        })
    }
}

struct Shop {
    test: TestStore,
    app: App,
    work: Odd,
}

impl Shop {
    async fn open(engine: Engine) -> anyhow::Result<Option<Self>> {
        let Some(test) = TestStore::open(engine).await.map_err(|error| anyhow!(error))? else {
            return Ok(None);
        };
        let work = Odd::default();
        let app = assembled(test.store.clone(), &test.config.data_dir, Kinds::standard().with(work.clone()))?;
        Ok(Some(Self { test, app, work }))
    }

    fn store(&self) -> &Store {
        &self.test.store
    }

    fn hire(&self) -> (oneshot::Sender<()>, JoinHandle<()>) {
        let (stop, stopped) = oneshot::channel::<()>();
        let at_once = NonZeroUsize::MIN.saturating_add(3);
        let worker = Worker { app: self.app.clone(), name: "w".to_owned(), at_once, pace: PACE };
        let working = worker.run(async move {
            // A sender that is gone says the same.
            let _ = stopped.await;
        });
        (stop, tokio::spawn(working))
    }

    async fn file(&self, terms: Terms, what: &str) -> anyhow::Result<JobId> {
        Ok(self.app.file_job(&Actor::Operator, NewJob::of(terms, json!(what))).await?.id)
    }

    async fn until(&self, id: JobId, wanted: impl Fn(&Job) -> bool) -> anyhow::Result<Job> {
        let begun = Instant::now();
        loop {
            let job = self.store().job(id).await.map_err(|error| anyhow!(error))?.context("no job")?;
            if wanted(&job) {
                return Ok(job);
            }
            ensure!(begun.elapsed() < PATIENCE, "never: {job:?}");
            sleep(Duration::from_millis(10)).await;
        }
    }
}

#[rstest]
#[case::well("well", JobState::Succeeded, 1, None)]
#[case::later("later well", JobState::Succeeded, 2, None)]
#[case::never("never well", JobState::Failed, 2, Some("odd"))]
#[case::hopeless("hopeless", JobState::Failed, 1, Some("odd"))]
#[tokio::test]
async fn work_ends_as_it_says(
    #[case] what: &str,
    #[case] state: JobState,
    #[case] attempts: u32,
    #[case] code: Option<&str>,
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let Some(shop) = Shop::open(engine).await.unwrap() else { return };
    let (_stop, _working) = shop.hire();
    let id = shop.file(TERMS, what).await.unwrap();
    let job = shop.until(id, |job| job.state.is_final()).await.unwrap();
    assert_eq!(
        (job.state, job.attempt, job.failure.as_ref().map(|f| f.code.as_str())),
        (state, attempts, code)
    );
    assert_eq!((job.progress.done, job.progress.total), (7, Some(9)));
    let said = shop.store().job_log(id, 0, 10).await.unwrap();
    assert_eq!(said.len(), usize::try_from(attempts).unwrap());
    assert_eq!(said[0].text.en, "it begins");
    if state == JobState::Succeeded {
        assert_eq!(job.result, Some(json!({ "attempt": attempts })));
    }
}

#[rstest]
#[case::hangs("hangs", "time-limit")]
#[case::panics("panics", "panicked")]
#[case::breaks("breaks", "internal")]
#[tokio::test]
async fn work_that_breaks_is_tried_again_and_then_given_up(
    #[case] what: &str,
    #[case] code: &str,
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let Some(shop) = Shop::open(engine).await.unwrap() else { return };
    let (_stop, _working) = shop.hire();
    // One try only, because the next one would wait for seconds; that there would be one is seen beside it.
    let once = shop.file(Terms { attempts: 1, ..TERMS }, what).await.unwrap();
    let twice = shop.file(TERMS, what).await.unwrap();
    let given_up = shop.until(once, |job| job.state.is_final()).await.unwrap();
    assert_eq!((given_up.state, given_up.failure.unwrap().code.as_str()), (JobState::Failed, code));
    let again = shop.until(twice, |job| job.failure.is_some()).await.unwrap();
    assert_eq!((again.state, again.attempt), (JobState::Queued, 1));
    assert!(again.due > again.started.unwrap().plus_seconds(4), "it waits: {again:?}");
    let said = shop.store().job_log(once, 0, 10).await.unwrap();
    assert_eq!(said.len(), 1, "what the effect wrote was undone: {said:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn work_that_runs_is_stopped_when_somebody_asks(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await.unwrap() else { return };
    let (_stop, _working) = shop.hire();
    let id = shop.file(Terms { time_limit: PATIENCE, ..TERMS }, "hangs").await.unwrap();
    shop.until(id, |job| job.state == JobState::Running && job.progress.done == 7).await.unwrap();
    let asked = shop.app.cancel_job(&Actor::Operator, id).await.unwrap();
    assert!(asked.cancelling);
    let job = shop.until(id, |job| job.state.is_final()).await.unwrap();
    assert_eq!((job.state, job.attempt), (JobState::Cancelled, 1));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_worker_that_ends_gives_back_what_it_has(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await.unwrap() else { return };
    let (stop, working) = shop.hire();
    let id = shop.file(Terms { time_limit: PATIENCE, ..TERMS }, "hangs").await.unwrap();
    shop.until(id, |job| job.state == JobState::Running).await.unwrap();
    stop.send(()).unwrap();
    working.await.unwrap();
    let job = shop.until(id, |_| true).await.unwrap();
    assert_eq!((job.state, job.attempt, job.failure), (JobState::Queued, 0, None));
}

#[rstest]
#[case::once(Missed::Once, 1)]
#[case::skip(Missed::Skip, 0)]
#[tokio::test]
async fn times_that_were_missed_are_made_up_for_once_or_left_out(
    #[case] missed: Missed,
    #[case] jobs: usize,
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let Some(shop) = Shop::open(engine).await.unwrap() else { return };
    shop.app.ensure_schedules().await.unwrap();
    let long_ago = Timestamp::from_micros(0);
    let mut tx = shop.store().begin("tests", long_ago).await.unwrap();
    let mut schedule = tx.schedule("forget-jobs").await.unwrap().unwrap();
    (schedule.next, schedule.missed) = (Some(long_ago), missed);
    tx.replace_schedule(&schedule).await.unwrap();
    tx.commit().await.unwrap();
    let hands: Vec<_> = (0..4).map(|_| shop.hire()).collect();
    let begun = Instant::now();
    while shop.store().schedule_is_due(shop.app.now()).await.unwrap() {
        assert!(begun.elapsed() < PATIENCE, "nobody looks at the schedule");
        sleep(Duration::from_millis(10)).await;
    }
    for (stop, working) in hands {
        stop.send(()).unwrap();
        working.await.unwrap();
    }
    let filed = shop.store().jobs(None, None, 10).await.unwrap();
    assert_eq!(filed.len(), jobs, "{filed:?}");
    assert!(filed.iter().all(|job| job.schedule.as_deref() == Some("forget-jobs")));
    assert_eq!(shop.work.begun.load(Ordering::SeqCst), 0);
    let schedules = shop.store().schedules().await.unwrap();
    let schedule = schedules.iter().find(|schedule| schedule.name == "forget-jobs").unwrap();
    assert!(schedule.next > Some(shop.app.now()));
}

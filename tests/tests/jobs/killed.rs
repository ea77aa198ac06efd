//! Workers are killed while they work.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, anyhow, ensure};
use rstest::rstest;
use serde_json::json;
use vitrina_app::{
    auth::Actor,
    jobs::{Kinds, NewJob},
};
use vitrina_domain::{
    id::JobId,
    job::{JobState, Priority},
};
use vitrina_store::Store;
use vitrina_tests::{Engine, Random, Setup, assembled, audit, counted, told};

use crate::PATIENCE;

const WORKERS: usize = 8;

/// How many jobs are done while workers are killed: as `VITRINA_JOBS` says, else so many that a commit can wait.
fn jobs() -> usize {
    told("VITRINA_JOBS").and_then(|jobs| jobs.parse().ok()).unwrap_or(150)
}

/// A process that does jobs; it is killed when it is dropped.
struct Worker(Child);

impl Worker {
    fn start(setup: &Setup, folder: &Path, number: usize) -> anyhow::Result<Self> {
        let told = json!({
            "data_dir": setup.data_dir(),
            "database_url": setup.database_url(),
            "folder": folder,
            "takes": 100,
            "name": format!("worker {number}"),
        });
        let mut command = Command::new(env!("CARGO_BIN_EXE_job_worker"));
        command.arg(told.to_string()).env_clear().stdin(Stdio::null()).stderr(Stdio::inherit());
        Ok(Self(command.spawn()?))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn no_job_is_lost_or_done_twice_while_workers_are_killed(#[case] engine: Engine) {
    let Some(setup) = Setup::on(engine).await.unwrap() else { return };
    let mut random = Random::told_or_new("killed workers");
    killed(&setup, &mut random).await.unwrap();
}

async fn killed(setup: &Setup, random: &mut Random) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    ensure!(setup.run(&["migrate"])?.status.success(), "no schema");
    let store = audit::open(setup).await?;
    let ids = filed(&store, &setup.data_dir()).await?;
    let start = |number: usize| Worker::start(setup, folder.path(), number);
    let mut workers = (0..WORKERS).map(start).collect::<anyhow::Result<Vec<_>>>()?;
    let (begun, mut kills) = (Instant::now(), 0);
    while count(&store, JobState::Succeeded).await? < ids.len() {
        ensure!(begun.elapsed() < PATIENCE.max(Duration::from_millis(ids.len() as u64 * 200)), "never done");
        tokio::time::sleep(random.moment(Duration::from_millis(500), Duration::from_millis(1_500))).await;
        let number = random.below(WORKERS);
        *workers.get_mut(number).context("a worker")? = start(number)?;
        kills += 1;
    }
    drop(workers);
    ensure!(kills >= 3, "too few were killed to tell anything: {kills}");
    let mut again = 0;
    for id in ids {
        let job = store.job(id).await.map_err(|error| anyhow!(error))?.context("a job is lost")?;
        let said = store.job_log(id, 0, 10).await.map_err(|error| anyhow!(error))?;
        ensure!(job.state == JobState::Succeeded, "{id} is {}", job.state.as_str());
        ensure!(said.len() == 1, "{id} was done {} times", said.len());
        again += usize::from(job.attempt > 1);
    }
    let twice = fs::read_dir(folder.path())?.filter_map(Result::ok);
    let twice = twice.filter(|entry| entry.file_name().to_string_lossy().starts_with("twice")).count();
    ensure!(twice == 0, "{twice} jobs were in two hands at once");
    ensure!(again > 0, "no kill met a job");
    report(&format!("{kills} kills, {again} jobs begun again"));
    Ok(())
}

#[expect(clippy::print_stderr, reason = "the figures of a long run are its result")]
fn report(text: &str) {
    eprintln!("{text}");
}

async fn filed(store: &Store, data_dir: &Path) -> anyhow::Result<Vec<JobId>> {
    let app = assembled(store.clone(), data_dir, Kinds::default())?;
    let mut ids = Vec::new();
    let mut tx = store.begin("tests", app.now()).await.map_err(|error| anyhow!(error))?;
    for number in 0..jobs() {
        let priority = if number % 10 == 0 { Priority::High } else { Priority::Normal };
        let job = NewJob { priority, ..NewJob::of(counted(), json!({ "number": number })) };
        ids.push(app.add_job(&mut tx, &Actor::System, job).await?.id);
    }
    tx.commit().await.map_err(|error| anyhow!(error))?;
    Ok(ids)
}

async fn count(store: &Store, state: JobState) -> anyhow::Result<usize> {
    Ok(store.jobs(Some(state), None, 100_000).await.map_err(|error| anyhow!(error))?.len())
}

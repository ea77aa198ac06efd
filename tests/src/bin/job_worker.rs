//! A worker that does one kind of job: it takes a lock that two may not have at once, waits, and says once that it is
//! done.

use std::{
    fs::{self, File, TryLockError},
    num::NonZeroUsize,
    path::PathBuf,
    time::Duration,
};

use anyhow::{Context as _, anyhow};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use vitrina_app::{
    App, AppError,
    jobs::{Kinds, Pace, Task, Worker},
    ports::{Done, Terms, Trouble, Work},
};
use vitrina_domain::finding::Bilingual;
use vitrina_store::{Config, Store};
use vitrina_tests::{assembled, counted};

/// Dead workers are missed soon, so that the test need not wait.
const PACE: Pace = Pace {
    silence: Duration::from_secs(3),
    beat: Duration::from_millis(500),
    look: Duration::from_millis(50),
    grace: Duration::from_secs(5),
};

struct Count {
    folder: PathBuf,
    takes: Duration,
}

impl Work for Count {
    fn terms(&self) -> Terms {
        counted()
    }

    fn run<'a>(&'a self, _app: &'a App, task: &'a Task) -> BoxFuture<'a, Result<Done, Trouble>> {
        Box::pin(async move {
            let (id, attempt) = (task.job.id, task.job.attempt);
            let path = self.folder.join(id.to_string());
            let lock = File::create(&path).map_err(AppError::File)?;
            match lock.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    fs::write(self.folder.join(format!("twice-{id}")), "").map_err(AppError::File)?;
                }
                Err(TryLockError::Error(error)) => return Err(AppError::File(error).into()),
            }
            tokio::time::sleep(self.takes).await;
            Ok(Done {
                result: json!({ "attempt": attempt }),
                effect: Some(Box::new(move |tx| {
                    Box::pin(async move { tx.log_job(id, attempt, &Bilingual::new("hecho", "done")).await })
                })),
            })
        })
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let told = std::env::args().nth(1).context("what to do")?;
    let told: Value = serde_json::from_str(&told)?;
    let text = |name: &str| told[name].as_str().map(str::to_owned).with_context(|| name.to_owned());
    let data_dir = PathBuf::from(text("data_dir")?);
    let database_url = told["database_url"].as_str().map(str::to_owned);
    let config = Config { data_dir: data_dir.clone(), database_url, files_url: None, max_connections: 2 };
    let store = Store::open(&config).await.map_err(|error| anyhow!(error))?;
    let takes = Duration::from_millis(told["takes"].as_u64().context("takes")?);
    let kinds = Kinds::default().with(Count { folder: text("folder")?.into(), takes });
    let app = assembled(store, &data_dir, kinds)?;
    let worker = Worker { app, name: text("name")?, at_once: NonZeroUsize::MIN, pace: PACE };
    worker.run(std::future::pending()).await;
    Ok(())
}

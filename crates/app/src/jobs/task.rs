//! A job in the hands of the one who does it.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU32, Ordering},
};

use serde::de::DeserializeOwned;
use vitrina_domain::{
    finding::Bilingual,
    job::{Failure, Job, Progress},
};

use crate::{App, Chain, ports::Trouble};

/// As many lines as one attempt may add to the log.
const MOST_LINES: u32 = 1_000;

/// A job that is being done.
#[derive(Debug)]
pub struct Task {
    /// The job, as it was when it was claimed.
    pub job: Job,
    progress: Mutex<Progress>,
    lines: AtomicU32,
}

impl Task {
    pub(super) fn new(job: Job) -> Self {
        Self { job, progress: Mutex::default(), lines: AtomicU32::new(0) }
    }

    /// What the work needs to know.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T, Trouble> {
        T::deserialize(&self.job.payload).map_err(|error| {
            let text = format!("the payload is not that of {}: {error}", self.job.kind);
            let detail =
                Bilingual::new(format!("los datos del trabajo no son los de {}", self.job.kind), text);
            Trouble::GiveUp(Failure { code: "payload".to_owned(), detail })
        })
    }

    /// How far the work has come. It is told with the next sign of life.
    pub fn advance(&self, done: u64, total: Option<u64>) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = Progress { done, total };
    }

    /// How far the work has come.
    pub(super) fn progress(&self) -> Progress {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds a line to the log of the job. Nothing fails because of it.
    pub async fn say(&self, app: &App, text: Bilingual) {
        if self.lines.fetch_add(1, Ordering::Relaxed) >= MOST_LINES {
            return;
        }
        let said = async {
            let mut tx = app.store().begin(&self.job.actor, app.now()).await?;
            tx.log_job(self.job.id, self.job.attempt, &text).await?;
            tx.commit().await
        };
        if let Err(error) = said.await {
            tracing::warn!(job = %self.job.id, text = text.en, error = %Chain(&error), "the log of a job lost a line");
        }
    }
}

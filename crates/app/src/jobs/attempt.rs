//! One attempt at a job: the work, the signs of life beside it, and its end.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt as _;
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};
use vitrina_domain::{
    finding::Bilingual,
    job::{Failure, back_off},
};
use vitrina_store::{End, Lease, Renewal, StoreError};

use super::{Pace, Task};
use crate::{
    App, AppError, Chain,
    ports::{Done, Trouble, Work},
};

/// A job that a worker has.
pub(super) struct Attempt {
    pub(super) app: App,
    pub(super) work: Arc<dyn Work>,
    pub(super) task: Task,
    pub(super) lease: Lease,
    pub(super) pace: Pace,
}

/// How the work ended, or why it was left.
enum Ended {
    Done(Result<Done, Trouble>),
    Panicked,
    TookTooLong,
    Cancelled,
    /// Another may have the job: nothing more is written about it.
    Lost,
    Left,
}

impl Attempt {
    /// Does the work, unless somebody stops it, and writes how it ended. `leave` turns true when the process ends.
    pub(super) async fn run(self, mut leave: watch::Receiver<bool>) {
        let job = &self.task.job;
        tracing::info!(job = %job.id, kind = job.kind, attempt = job.attempt, "a job begins");
        let ended = {
            let work = AssertUnwindSafe(self.work.run(&self.app, &self.task)).catch_unwind();
            tokio::select! {
                done = timeout(job.time_limit, work) => match done {
                    Ok(Ok(done)) => Ended::Done(done),
                    Ok(Err(_panic)) => Ended::Panicked,
                    Err(_elapsed) => Ended::TookTooLong,
                },
                ended = self.live() => ended,
                _ = leave.wait_for(|leave| *leave) => Ended::Left,
            }
        };
        self.settle(ended).await;
    }

    /// Gives signs of life until the job is lost, or asked to stop.
    async fn live(&self) -> Ended {
        let Pace { silence, beat, .. } = self.pace;
        let mut last = Instant::now();
        loop {
            sleep(beat).await;
            let asked = Instant::now();
            let left = silence.saturating_sub(last.elapsed());
            let progress = self.task.progress();
            let renewed = self.app.store().renew_lease(self.lease, silence, &progress);
            match timeout(left, renewed).await {
                Ok(Ok(Renewal::Held)) => last = asked,
                Ok(Ok(Renewal::Cancelling)) => return Ended::Cancelled,
                Ok(Ok(Renewal::Lost)) | Err(_) => return Ended::Lost,
                Ok(Err(error)) => {
                    tracing::warn!(job = %self.task.job.id, error = %Chain(&error), "a sign of life was not heard");
                }
            }
        }
    }

    async fn settle(self, ended: Ended) {
        let job = &self.task.job;
        let (end, effect) = match ended {
            Ended::Done(Ok(Done { result, effect })) => (End::Succeeded(result), effect),
            Ended::Done(Err(Trouble::GiveUp(failure))) => (End::Failed(failure), None),
            Ended::Done(Err(Trouble::TryAgain(failure, wait))) => (self.again(failure, wait), None),
            Ended::Done(Err(Trouble::Ours(error))) => (self.again(self.ours(&error), None), None),
            Ended::Panicked => (self.again(panicked(), None), None),
            Ended::TookTooLong => (self.again(too_long(job.time_limit), None), None),
            Ended::Cancelled => (End::Cancelled, None),
            Ended::Left => (End::Released, None),
            Ended::Lost => {
                tracing::warn!(job = %job.id, kind = job.kind, "the job is another worker's now");
                return;
            }
        };
        let Some(effect) = effect else { return self.end(end).await };
        let written = async {
            let mut tx = self.app.store().begin(&job.actor, self.app.now()).await?;
            effect(&mut tx).await?;
            let is_ours = tx.end_job(self.lease, &end, &self.task.progress()).await?;
            if is_ours { tx.commit().await.map(|()| true) } else { Ok(false) }
        };
        match written.await {
            Ok(true) => self.app.announce(),
            Ok(false) => tracing::warn!(job = %job.id, kind = job.kind, "the job is another worker's now"),
            Err(error) => self.end(self.again(self.ours(&error.into()), None)).await,
        }
    }

    /// Writes an end that has no effect beside it, and tries for as long as the job is ours.
    async fn end(&self, end: End) {
        let job = &self.task.job;
        let until = Instant::now() + self.pace.silence;
        loop {
            let written: Result<bool, StoreError> = async {
                let mut tx = self.app.store().begin(&job.actor, self.app.now()).await?;
                let is_ours = tx.end_job(self.lease, &end, &self.task.progress()).await?;
                tx.commit().await?;
                Ok(is_ours)
            }
            .await;
            match written {
                Ok(true) => break,
                Ok(false) => {
                    return tracing::warn!(job = %job.id, kind = job.kind, "the job is another worker's now");
                }
                Err(error) if Instant::now() >= until => {
                    tracing::error!(job = %job.id, error = %Chain(&error), "the end of a job could not be written");
                    return;
                }
                Err(_) => sleep(self.pace.beat).await,
            }
        }
        match end {
            End::Succeeded(_) => tracing::info!(job = %job.id, kind = job.kind, "a job is done"),
            End::Failed(failure) => {
                tracing::error!(job = %job.id, kind = job.kind, code = failure.code, reason = failure.detail.en,
                    "a job is given up");
            }
            End::Again(failure, wait) => {
                tracing::warn!(job = %job.id, kind = job.kind, code = failure.code, reason = failure.detail.en,
                    again_in = wait.as_secs(), "a job failed and is tried again");
            }
            End::Cancelled => tracing::info!(job = %job.id, kind = job.kind, "a job was stopped"),
            // Somebody may be free to take it up.
            End::Released => tracing::info!(job = %job.id, kind = job.kind, "a job was given back"),
        }
    }

    /// Another try, while there are some left.
    fn again(&self, failure: Failure, wait: Option<Duration>) -> End {
        let job = &self.task.job;
        if job.attempt >= job.attempts {
            return End::Failed(failure);
        }
        let wait = wait.unwrap_or_else(|| back_off(job.attempt, self.app.parts.ids.random_byte()));
        End::Again(failure, wait)
    }

    /// What the reader of the job is told of an error of the server; the log of the server has the rest.
    fn ours(&self, error: &AppError) -> Failure {
        tracing::error!(job = %self.task.job.id, error = %Chain(error), "a job met an error of the server");
        let detail = Bilingual::new(
            "falló algo del servidor; su bitácora dice qué",
            "something of the server failed; its log says what",
        );
        Failure { code: "internal".to_owned(), detail }
    }
}

fn panicked() -> Failure {
    let detail = Bilingual::new("el programa falló en el trabajo", "the program failed at the work");
    Failure { code: "panicked".to_owned(), detail }
}

fn too_long(limit: Duration) -> Failure {
    let seconds = limit.as_secs();
    let detail = Bilingual::new(
        format!("el trabajo tardó más de {seconds} s"),
        format!("the work took longer than {seconds} s"),
    );
    Failure { code: "time-limit".to_owned(), detail }
}

//! Those who do the jobs.

use std::{num::NonZeroUsize, pin::pin, time::Duration};

use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};
use vitrina_store::{Claim, Terms};

use super::{Task, attempt::Attempt};
use crate::{App, AppError, Chain};

/// How workers keep time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// A worker that is silent for so long has lost its job.
    pub silence: Duration,
    /// How often it gives a sign of life.
    pub beat: Duration,
    /// How often it looks for work unasked.
    pub look: Duration,
    /// How long it goes on with what it has, when it is to end.
    pub grace: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            silence: Duration::from_secs(30),
            beat: Duration::from_secs(3),
            look: Duration::from_millis(500),
            grace: Duration::from_secs(20),
        }
    }
}

/// How often the schedules are looked at.
const SCHEDULES: Duration = Duration::from_secs(5);

/// How often webhooks are looked at, at most.
const WEBHOOKS: Duration = Duration::from_millis(200);

/// Does jobs, several at once.
#[derive(Clone)]
pub struct Worker {
    /// The use cases.
    pub app: App,
    /// What it calls itself, for people: the machine and the process.
    pub name: String,
    /// How many jobs it does at once.
    pub at_once: NonZeroUsize,
    /// How it keeps time.
    pub pace: Pace,
}

impl Worker {
    /// Works until `stop` resolves. What it is doing then may end in the grace time, and is given back after it.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) {
        let mut stop = pin!(stop);
        let (leave, left) = watch::channel(false);
        let mut running = JoinSet::new();
        let mut looked_at_schedules: Option<Instant> = None;
        let mut looked_at_webhooks: Option<Instant> = None;
        loop {
            if looked_at_schedules.is_none_or(|looked| looked.elapsed() >= SCHEDULES) {
                looked_at_schedules = Some(Instant::now());
                if let Err(error) = self.app.follow_schedules().await {
                    tracing::error!(error = %Chain(&error), "the schedules could not be followed");
                }
            }
            if looked_at_webhooks.is_none_or(|looked| looked.elapsed() >= WEBHOOKS) {
                looked_at_webhooks = Some(Instant::now());
                if let Err(error) = self.app.follow_webhooks().await {
                    tracing::error!(error = %Chain(&error), "the webhooks could not follow the log");
                }
            }
            while running.len() < self.at_once.get() {
                match self.claim().await {
                    Ok(Some(attempt)) => drop(running.spawn(attempt.run(left.clone()))),
                    Ok(None) => break,
                    Err(error) => {
                        tracing::error!(error = %Chain(&error), "no job could be claimed");
                        break;
                    }
                }
            }
            tokio::select! {
                () = &mut stop => break,
                Some(ended) = running.join_next() => tell(ended),
                () = self.app.work_bell.notified() => {}
                () = sleep(self.pace.look) => {}
            }
        }
        let finish = async {
            while let Some(ended) = running.join_next().await {
                tell(ended);
            }
        };
        if timeout(self.pace.grace, finish).await.is_err() {
            leave.send_replace(true);
            while let Some(ended) = running.join_next().await {
                tell(ended);
            }
        }
    }

    async fn claim(&self) -> Result<Option<Attempt>, AppError> {
        let kinds = self.app.kinds();
        let terms: Vec<Terms<'_>> = kinds
            .terms()
            .map(|terms| Terms { kind: terms.kind, at_once: terms.at_once, per_key: terms.per_key })
            .collect();
        let claim =
            Claim { worker: &self.name, kinds: &terms, lease: self.app.new_id(), silence: self.pace.silence };
        let Some((job, lease)) = self.app.store().claim_job(&claim).await? else { return Ok(None) };
        // Only kinds of ours were asked for.
        let Some(work) = kinds.get(&job.kind).cloned() else { return Ok(None) };
        Ok(Some(Attempt { app: self.app.clone(), work, task: Task::new(job), lease, pace: self.pace }))
    }
}

fn tell(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a worker's task died; its job is taken up again when its lease ends");
    }
}

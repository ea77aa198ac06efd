//! Forgets jobs that ended long ago.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::json;
use vitrina_domain::schedule::Missed;

use crate::{
    App,
    jobs::Task,
    ports::{Done, Routine, Terms, Trouble, Work},
};

/// How long a job that ended can be looked at.
const KEPT: i64 = 30 * 24 * 60 * 60;

/// As many as go in one transaction, so that nobody waits long behind it.
const AT_ONCE: u64 = 500;

/// Forgets jobs that ended thirty days ago, with their logs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ForgetJobs;

impl Work for ForgetJobs {
    fn terms(&self) -> Terms {
        Terms::of_routine("forget-jobs", Duration::from_mins(10))
    }

    fn routine(&self) -> Option<Routine> {
        Some(Routine { cron: "40 3 * * *", missed: Missed::Once })
    }

    fn run<'a>(&'a self, app: &'a App, task: &'a Task) -> BoxFuture<'a, Result<Done, Trouble>> {
        Box::pin(async move {
            let before = app.now().plus_seconds(-KEPT);
            let mut forgotten = 0;
            loop {
                let mut tx = app.store().begin("system", app.now()).await?;
                let some = tx.forget_jobs(before, AT_ONCE).await?;
                tx.commit().await?;
                forgotten += some;
                task.advance(forgotten, None);
                if some < AT_ONCE {
                    return Ok(json!({ "forgotten": forgotten }).into());
                }
            }
        })
    }
}

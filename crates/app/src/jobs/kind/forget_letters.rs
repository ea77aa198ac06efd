//! Forgets letters that nobody could be given.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::json;
use vitrina_domain::schedule::Missed;

use crate::{
    App,
    jobs::Task,
    ports::{Done, Routine, Terms, Trouble, Work},
};

/// How long a letter is tried. Older news are none, and what it says about a person is kept no longer.
pub(super) const KEPT: i64 = 3 * 24 * 60 * 60;

/// Forgets letters that were written three days ago, whatever became of their jobs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ForgetLetters;

impl Work for ForgetLetters {
    fn terms(&self) -> Terms {
        Terms::of_routine("forget-letters", Duration::from_mins(10))
    }

    fn routine(&self) -> Option<Routine> {
        Some(Routine { cron: "20 * * * *", missed: Missed::Once })
    }

    fn run<'a>(&'a self, app: &'a App, _task: &'a Task) -> BoxFuture<'a, Result<Done, Trouble>> {
        Box::pin(async move {
            let mut tx = app.store().begin("system", app.now()).await?;
            let forgotten = tx.forget_letters(app.now().plus_seconds(-KEPT)).await?;
            tx.commit().await?;
            Ok(json!({ "forgotten": forgotten }).into())
        })
    }
}

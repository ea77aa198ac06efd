//! Forgets what became of deliveries long ago.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::json;
use vitrina_domain::schedule::Missed;

use crate::{
    App,
    jobs::Task,
    ports::{Done, Routine, Terms, Trouble, Work},
};

/// How long a try can be looked at.
const KEPT: i64 = 30 * 24 * 60 * 60;

/// Forgets tries to deliver events that were made thirty days ago.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ForgetDeliveries;

impl Work for ForgetDeliveries {
    fn terms(&self) -> Terms {
        Terms::of_routine("forget-deliveries", Duration::from_mins(10))
    }

    fn routine(&self) -> Option<Routine> {
        Some(Routine { cron: "50 3 * * *", missed: Missed::Once })
    }

    fn run<'a>(&'a self, app: &'a App, _task: &'a Task) -> BoxFuture<'a, Result<Done, Trouble>> {
        Box::pin(async move {
            let before = app.now().plus_seconds(-KEPT);
            let mut tx = app.store().begin("system", app.now()).await?;
            // Of each webhook there are a thousand at most.
            let forgotten = tx.forget_tries(before).await?;
            tx.commit().await?;
            Ok(json!({ "forgotten": forgotten }).into())
        })
    }
}

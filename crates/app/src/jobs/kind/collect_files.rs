//! Removes the files that no row needs.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::json;
use vitrina_domain::schedule::Missed;

use crate::{
    App,
    jobs::Task,
    ports::{Done, Routine, Terms, Trouble, Work},
};

/// Removes what uploads left that were cut off, refused late, or killed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CollectFiles;

impl Work for CollectFiles {
    fn terms(&self) -> Terms {
        Terms::of_routine("collect-files", Duration::from_hours(1))
    }

    fn routine(&self) -> Option<Routine> {
        Some(Routine { cron: "25 3 * * *", missed: Missed::Once })
    }

    fn run<'a>(&'a self, app: &'a App, _task: &'a Task) -> BoxFuture<'a, Result<Done, Trouble>> {
        Box::pin(async move { Ok(json!({ "removed": app.collect_files().await? }).into()) })
    }
}

//! `vitrina worker`: does jobs beside the servers of a catalog, until a signal ends it.

use std::num::NonZeroUsize;

use vitrina_app::{
    App,
    jobs::{Pace, Worker},
};

use super::Context;
use crate::{
    failure::{Exit, Failure},
    signals::Signals,
    wiring::Catalog,
};

/// As many jobs at once, when the setting leaves them to workers: this is one.
const FALLBACK: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1);

pub(super) async fn run(context: Context) -> Result<Exit, Failure> {
    let catalog = Catalog::open(&context.settings).await?;
    let mut signals = Signals::listen()
        .map_err(|error| Failure::because("cannot hear the signals that end the worker", error))?;
    let at_once = NonZeroUsize::new(context.settings.workers).unwrap_or(FALLBACK);
    ensure_schedules(&catalog.app).await?;
    let worker = worker(&catalog.app, at_once);
    tracing::info!(name = worker.name, at_once, "working");
    let mut working = tokio::spawn(worker.run(async move { signals.next().await }));
    // The second signal does not wait for what is being done: others take it up when its lease ends.
    let mut again = Signals::listen()
        .map_err(|error| Failure::because("cannot hear the signals that end the worker", error))?;
    let ended = tokio::select! {
        ended = &mut working => ended,
        () = async { again.next().await; again.next().await } => {
            working.abort();
            return Err(Failure::failed("some jobs were left in the middle; they are taken up again"));
        }
    };
    ended.map_err(|error| Failure::because("the worker died", error))?;
    catalog.close().await;
    tracing::info!("ended");
    Ok(Exit::Done)
}

/// Makes the schedules of routine work, where they are not there yet.
pub(super) async fn ensure_schedules(app: &App) -> Result<(), Failure> {
    app.ensure_schedules().await.map_err(|error| Failure::because("cannot keep the schedules", error))
}

/// A worker of this process.
pub(super) fn worker(app: &App, at_once: NonZeroUsize) -> Worker {
    Worker { app: app.clone(), name: name(), at_once, pace: Pace::default() }
}

/// The machine and the process, as the operator knows them.
fn name() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = host.trim();
    format!("{}/{}", if host.is_empty() { "localhost" } else { host }, std::process::id())
}

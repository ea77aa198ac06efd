//! `vitrina worker`: does jobs beside the servers of a catalog, until a signal ends it.

use std::num::NonZeroUsize;

use vitrina_app::{
    App,
    jobs::{Pace, Worker},
};
use vitrina_server::Lifecycle;

use super::Context;
use crate::{
    failure::{Exit, Failure},
    signals::Signals,
    wiring::Catalog,
};

/// How many jobs at once, when the setting says that servers leave them to workers.
const FALLBACK: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1);

pub(super) async fn run(context: Context) -> Result<Exit, Failure> {
    let catalog = Catalog::open(&context.settings).await?;
    let signals = Signals::listen()
        .map_err(|error| Failure::because("cannot hear the signals that end the worker", error))?;
    let lifecycle = Lifecycle::default();
    let signals = tokio::spawn(signals.stop(lifecycle.clone()));
    let at_once = NonZeroUsize::new(context.settings.workers).unwrap_or(FALLBACK);
    ensure_schedules(&catalog.app).await?;
    let worker = worker(&catalog.app, at_once);
    tracing::info!(name = worker.name, at_once, "working");
    tokio::select! {
        () = worker.run(lifecycle.stopping()) => {}
        () = lifecycle.ending() => {
            return Err(Failure::failed("some jobs were left in the middle; they are taken up again"));
        }
    }
    signals.abort();
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

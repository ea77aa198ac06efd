//! What the system says when the program should end.

use std::io;

use vitrina_server::Lifecycle;

/// The signals that end a server; from the moment it is made none is lost.
#[derive(Debug)]
pub(crate) struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Begins to listen.
    pub(crate) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Resolves at the next signal.
    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    /// Begins to listen.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Resolves at the next signal.
    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without signals only a kill ends the server.
            std::future::pending().await
        }
    }
}

impl Signals {
    /// Tells a lifecycle of every signal: the first one drains, the second one ends at once.
    pub(crate) async fn stop(mut self, lifecycle: Lifecycle) {
        loop {
            self.next().await;
            tracing::info!("stopping: what was begun is finished; a second signal ends it");
            lifecycle.stop();
        }
    }
}

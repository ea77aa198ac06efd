//! Starting, serving, draining, ended: what the operator's signals do to the server.

use tokio_util::sync::CancellationToken;

/// The server's life, shared by the accept loop, the health check and whoever handles signals.
#[derive(Debug, Clone, Default)]
pub struct Lifecycle {
    draining: CancellationToken,
    ending: CancellationToken,
}

impl Lifecycle {
    /// Stops accepting; requests in flight are answered, within the limit of time. A second call ends them now.
    pub fn stop(&self) {
        if self.draining.is_cancelled() {
            self.ending.cancel();
        }
        self.draining.cancel();
    }

    /// Whether the server was told to stop.
    pub fn is_stopping(&self) -> bool {
        self.draining.is_cancelled()
    }

    /// Waits until the server is told to stop.
    pub async fn stopping(&self) {
        self.draining.cancelled().await;
    }

    /// Waits until the server is told to stop for the second time.
    pub async fn ending(&self) {
        self.ending.cancelled().await;
    }
}

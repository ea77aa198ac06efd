//! The store itself: opening, closing, and whether it works.

use std::sync::Arc;

use crate::{Backend, Blobs, Config, StoreError, connection::Connections, folder, record::Single};

/// The store.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) connections: Connections,
    pub(crate) single: Arc<Single>,
    blobs: Blobs,
    _presence: folder::Presence,
}

/// The setting that probes write.
const PROBE: &str = "store.probe";

impl Store {
    /// Connects; the schema is not touched. Refuses an `SQLite` older than 3.51.3.
    pub async fn open(config: &Config) -> Result<Self, StoreError> {
        // Waiting for a lock on the folder blocks, so it may not happen on a thread that drives other tasks.
        let data_dir = config.data_dir.clone();
        let entrance = tokio::task::spawn_blocking(move || folder::enter(&data_dir))
            .await
            .map_err(|error| StoreError::Unavailable(Box::new(error)))??;
        let blobs = Blobs::open(&config.data_dir, config.files_url.as_ref(), entrance.company)?;
        let connections = Connections::open(config).await?;
        Ok(Self { connections, single: Arc::default(), blobs, _presence: entrance.share()? })
    }

    /// The database behind it.
    pub fn backend(&self) -> Backend {
        self.connections.backend
    }

    /// The files: raw originals and published ones.
    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// Closes the connections after folding `SQLite`'s write-ahead log into the database.
    pub async fn close(self) {
        self.connections.close().await;
    }

    /// Whether the database answers a read and a write (of a probe row).
    pub async fn probe(&self) -> Result<(), StoreError> {
        self.setting(PROBE).await?;
        let mut tx = self.begin("store", vitrina_domain::time::Timestamp::default()).await?;
        tx.set_setting(PROBE, "answered").await?;
        tx.commit().await
    }
}

//! Connections: one to write with and a pool to read with, each told how long it may take.

use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
    str::FromStr as _,
    sync::Arc,
    time::Duration,
};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement,
    sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use crate::{
    BucketUrl, StoreError, folder,
    reader::{AtHand, Reader},
};

/// Where the data lives.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder for the `SQLite` file, blobs and temporary files; made when it is missing (0700).
    pub data_dir: PathBuf,
    /// A `PostgreSQL` or `SQLite` address; nothing means `vitrina.db` in the data folder.
    pub database_url: Option<String>,
    /// The bucket for the files; nothing means `blobs` in the data folder.
    pub files_url: Option<BucketUrl>,
    /// The most connections for reading.
    pub max_connections: u32,
}

/// The database behind the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// `SQLite` in the data folder.
    Sqlite,
    /// `PostgreSQL`.
    Postgres,
}

/// The connections of a store.
#[derive(Debug, Clone)]
pub(crate) struct Connections {
    pub(crate) backend: Backend,
    pub(crate) reader: Reader,
    pub(crate) writer: DatabaseConnection,
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Read,
    Write,
}

/// How long to wait for a connection, and for another writer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Earlier releases have a bug by which a checkpoint may lose committed pages of a write-ahead log.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// Writers on `PostgreSQL` wait for each other only where they append to the change log.
const POSTGRES_WRITERS: u32 = 8;

impl Connections {
    pub(crate) async fn open(config: &Config) -> Result<Self, StoreError> {
        let readers = config.max_connections.max(1);
        match config.database_url.as_deref() {
            None => Self::open_sqlite(&config.data_dir.join("vitrina.db"), readers).await,
            Some(url) if url.starts_with("sqlite:") => Self::open_sqlite(&sqlite_path(url)?, readers).await,
            Some(url) if url.starts_with("postgres:") || url.starts_with("postgresql:") => {
                Self::open_postgres(url, readers).await
            }
            // The address may hold a password: it is not repeated.
            Some(_) => Err(StoreError::Unsupported(
                "the database address is neither postgres: nor sqlite:".to_owned(),
            )),
        }
    }

    async fn open_sqlite(path: &Path, readers: u32) -> Result<Self, StoreError> {
        // SQLite gives the write-ahead log the mode that the database has.
        drop(folder::private_file(path)?);
        let writer = Database::connect(sqlite_options(path, Use::Write, 1)).await?;
        require_safe_sqlite(&writer).await?;
        let readers = readers.min(most_sqlite_readers());
        let pool = Database::connect(sqlite_options(path, Use::Read, readers)).await?;
        let at_hand = AtHand::new(pool.get_sqlite_connection_pool().clone(), readers, PATIENCE);
        Ok(Self { backend: Backend::Sqlite, reader: Reader::Sqlite(Arc::new(at_hand)), writer })
    }

    async fn open_postgres(url: &str, readers: u32) -> Result<Self, StoreError> {
        let writer = Database::connect(postgres_options(url, Use::Write, POSTGRES_WRITERS)).await?;
        let reader = Database::connect(postgres_options(url, Use::Read, readers)).await?;
        Ok(Self { backend: Backend::Postgres, reader: Reader::Postgres(reader), writer })
    }

    pub(crate) async fn close(self) {
        let closed = self.reader.close().await;
        if self.backend == Backend::Sqlite {
            // Statistics for the planner are written first, or the log would not stay empty.
            let fold = "PRAGMA analysis_limit = 400; PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)";
            let folded = self.writer.execute_unprepared(fold).await;
            if let Err(error) = folded {
                tracing::warn!(%error, "the write-ahead log was not folded into the database");
            }
        }
        if let Err(error) = closed.and(self.writer.close().await) {
            tracing::warn!(%error, "the database was not closed cleanly");
        }
    }
}

/// Two for each core: reading is computing, and each connection keeps pages of its own. With more of them the same pages
/// are kept more often, and fewer of them stay near the processor.
fn most_sqlite_readers() -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    u32::try_from(cores).unwrap_or(u32::MAX).saturating_mul(2)
}

fn sqlite_path(url: &str) -> Result<PathBuf, StoreError> {
    let unsupported = || StoreError::Unsupported("the sqlite: address names no file".to_owned());
    let options = SqliteConnectOptions::from_str(url).map_err(|_error| unsupported())?;
    let path = options.get_filename();
    let in_memory =
        path.as_os_str().is_empty() || path.to_string_lossy().contains(":memory:") || url.contains("memory");
    if in_memory && !path.is_absolute() { Err(unsupported()) } else { Ok(path.to_owned()) }
}

fn sqlite_options(path: &Path, intent: Use, connections: u32) -> ConnectOptions {
    let path = path.to_owned();
    let mut options = ConnectOptions::new("sqlite:vitrina.db");
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |_| {
            let common = SqliteConnectOptions::new()
                .filename(&path)
                .busy_timeout(PATIENCE)
                .foreign_keys(true)
                // A page goes from the thread of the database to ours in one go, not in turns.
                .row_buffer_size(1_024)
                .pragma("trusted_schema", "OFF")
                .pragma("cache_size", "-16384");
            match intent {
                Use::Read => common.pragma("query_only", "ON"),
                // Anything less than FULL loses acknowledged writes when the power goes; without recursive
                // triggers an INSERT OR REPLACE would slip past the ones that keep the change log.
                Use::Write => common
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .pragma("recursive_triggers", "ON")
                    .pragma("journal_size_limit", "67108864"),
            }
        });
    options
}

fn postgres_options(url: &str, intent: Use, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(PATIENCE)
        .test_before_acquire_if_idle_for(Duration::from_secs(10))
        .sqlx_logging(false)
        .map_sqlx_postgres_opts(move |common| {
            let common = common.application_name("vitrina").options([("timezone", "UTC")]);
            match intent {
                Use::Read => {
                    common.options([("statement_timeout", "5s"), ("default_transaction_read_only", "on")])
                }
                Use::Write => common.options([
                    ("statement_timeout", "15s"),
                    ("lock_timeout", "5s"),
                    ("idle_in_transaction_session_timeout", "60s"),
                ]),
            }
        });
    options
}

async fn require_safe_sqlite(connection: &DatabaseConnection) -> Result<(), StoreError> {
    let query = Statement::from_string(DbBackend::Sqlite, "SELECT sqlite_version()");
    let row = connection.query_one_raw(query).await?;
    let version: String = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default();
    if is_safe(&version) {
        return Ok(());
    }
    let (major, minor, patch) = OLDEST_SQLITE;
    Err(StoreError::Unsupported(format!(
        "SQLite {version} is older than {major}.{minor}.{patch}, which is the first safe one"
    )))
}

fn is_safe(version: &str) -> bool {
    let mut numbers = version.split('.').map(str::parse::<u32>);
    match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor)), Some(Ok(patch))) => (major, minor, patch) >= OLDEST_SQLITE,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("3.51.3", true)]
    #[case("3.52.0", true)]
    #[case("4.0.0", true)]
    #[case("3.51.2", false)]
    #[case("3.9.99", false)]
    #[case("", false)]
    fn old_releases_are_refused(#[case] version: &str, #[case] safe: bool) {
        assert_eq!(is_safe(version), safe);
    }

    #[rstest]
    #[case("sqlite::memory:")]
    #[case("sqlite:")]
    fn a_database_that_is_no_file_is_refused(#[case] url: &str) {
        assert!(matches!(sqlite_path(url), Err(StoreError::Unsupported(_))), "{url}");
    }

    #[test]
    fn an_address_leads_to_its_file() {
        assert_eq!(
            sqlite_path("sqlite:///srv/memory/catalog.db?mode=rwc").unwrap(),
            Path::new("/srv/memory/catalog.db")
        );
    }
}

//! Stores for tests, on both databases.
//!
//! ```ignore
//! #[rstest]
//! #[case::sqlite(Engine::Sqlite)]
//! #[case::postgres(Engine::Postgres)]
//! #[tokio::test]
//! async fn keeps_what_was_written(#[case] engine: Engine) {
//!     let Some(test) = TestStore::open(engine).await.unwrap() else { return };
//!     test.store.setting("base_url").await.unwrap();
//! }
//! ```
//!
//! `SQLite` lives in a temporary folder. `PostgreSQL` is a cluster that the first test starts, that all processes of
//! a test run share, and that ends with the last of them, however it ends; see [`Cluster`]. Each test has a
//! database of its own, copied from a migrated template.

mod audit;
pub mod bare;
mod cluster;
mod own;
mod session;

use std::{
    io::Write as _,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
};

pub use cluster::Cluster;
pub use own::OwnCluster;
pub use session::Session;
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::{Config, Store};

/// Anything may go wrong in a test.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// The databases that tests run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file in a temporary folder.
    Sqlite,
    /// A database in the shared cluster.
    Postgres,
}

/// A migrated store that goes when it is dropped.
#[derive(Debug)]
pub struct TestStore {
    /// The store.
    pub store: Store,
    /// How it was opened: another store on the same data opens the same way.
    pub config: Config,
    // Dropped last, after the store's connections.
    _place: TestPlace,
}

/// Where the data of a test lies, for one who opens it in another way: by running the program there.
#[derive(Debug)]
pub struct TestPlace {
    database: Option<(&'static Cluster, String)>,
    folder: TempDir,
}

static CLUSTER: OnceCell<Option<Cluster>> = OnceCell::const_new();
static NEXT: AtomicUsize = AtomicUsize::new(1);
static SKIPPED: AtomicUsize = AtomicUsize::new(0);

impl TestStore {
    /// Opens a migrated store; nothing when it is to be on `PostgreSQL` and none is installed.
    pub async fn open(engine: Engine) -> Result<Option<Self>, Error> {
        let Some(place) = TestPlace::make(engine, Content::Schema).await? else { return Ok(None) };
        let test = Self::open_at(place).await?;
        test.store.migrate().await?;
        Ok(Some(test))
    }

    /// Opens a store on an empty database, which is yet to be migrated.
    pub async fn open_empty(engine: Engine) -> Result<Option<Self>, Error> {
        let Some(place) = TestPlace::open(engine).await? else { return Ok(None) };
        Ok(Some(Self::open_at(place).await?))
    }

    async fn open_at(place: TestPlace) -> Result<Self, Error> {
        let config = Config {
            data_dir: place.data_dir(),
            database_url: place.database_url(),
            files_url: None,
            max_connections: 4,
        };
        Ok(Self { store: Store::open(&config).await?, config, _place: place })
    }
}

/// What a test's database holds at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Nothing,
    Schema,
}

impl TestPlace {
    /// An empty place; nothing when it is to be on `PostgreSQL` and none is installed.
    pub async fn open(engine: Engine) -> Result<Option<Self>, Error> {
        Self::make(engine, Content::Nothing).await
    }

    /// The data folder, which does not exist yet.
    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The database's address; nothing on `SQLite`, whose file is in the data folder.
    pub fn database_url(&self) -> Option<String> {
        self.database.as_ref().map(|(cluster, name)| cluster.url(name))
    }

    async fn make(engine: Engine, content: Content) -> Result<Option<Self>, Error> {
        let folder = tempfile::tempdir()?;
        if engine == Engine::Sqlite {
            return Ok(Some(Self { database: None, folder }));
        }
        let Some(cluster) = CLUSTER.get_or_try_init(Cluster::shared).await? else {
            report_missing()?;
            return Ok(None);
        };
        let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        match content {
            Content::Nothing => cluster.create(&name, "template0").await?,
            Content::Schema => cluster.create(&name, cluster.template()).await?,
        }
        Ok(Some(Self { database: Some((cluster, name)), folder }))
    }
}

impl Drop for TestPlace {
    fn drop(&mut self) {
        let Some((cluster, name)) = self.database.take() else { return };
        // A runtime of its own, because this may run while the test's runtime unwinds.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(cluster.drop(&name))
        });
        if !matches!(dropping.join(), Ok(Ok(()))) {
            tracing::warn!("a test's database stays until the cluster ends");
        }
    }
}

/// Says past the capture of the test harness that half of the tests did not run.
fn report_missing() -> Result<(), Error> {
    if std::env::var_os("VITRINA_TEST_REQUIRE_POSTGRES").is_some_and(|value| value == "1") {
        return Err("PostgreSQL not installed, but VITRINA_TEST_REQUIRE_POSTGRES=1".into());
    }
    let skipped = SKIPPED.fetch_add(1, Ordering::Relaxed) + 1;
    writeln!(std::io::stderr(), "PostgreSQL not installed: {skipped} tests ran on SQLite only")?;
    Ok(())
}

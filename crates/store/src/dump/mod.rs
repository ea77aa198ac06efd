//! The whole database as lines of text, as of one moment, and back; both databases write and read the same.

use std::time::Duration;

use futures_util::{Stream, StreamExt as _};
use sea_orm::{
    AccessMode, ConnectionTrait as _, DatabaseTransaction, DbBackend, IsolationLevel, SqlxPostgresConnector,
    SqlxSqliteConnector, Statement, StreamTrait as _, TransactionTrait as _,
    sea_query::Alias,
    sqlx::{postgres::PgPoolOptions, sqlite::SqlitePoolOptions},
};
use vitrina_domain::{canonical::Digest, change::Seq};

use crate::{Backend, Store, StoreError, Tx, bulk::Rows, change};

mod table;

use table::{TABLES, Table};

/// How long to wait for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// The database at one moment, whatever is written meanwhile.
#[derive(Debug)]
pub struct Snapshot {
    transaction: DatabaseTransaction,
    backend: Backend,
}

impl Store {
    /// Stops the time for one reader, on a connection of its own. Nobody waits for it.
    pub async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let backend = self.backend();
        let writer = &self.connections.writer;
        let connection = match backend {
            Backend::Sqlite => {
                let options = writer.get_sqlite_connection_pool().connect_options();
                let pool = SqlitePoolOptions::new().max_connections(1).acquire_timeout(PATIENCE);
                let pool = pool.connect_lazy_with(options.as_ref().clone());
                SqlxSqliteConnector::from_sqlx_sqlite_pool(pool)
            }
            Backend::Postgres => {
                let options = writer.get_postgres_connection_pool().connect_options();
                let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE);
                let pool = pool.connect_lazy_with(options.as_ref().clone());
                SqlxPostgresConnector::from_sqlx_postgres_pool(pool)
            }
        };
        let transaction = match backend {
            // SQLite's readers see what was there at their first read.
            Backend::Sqlite => connection.begin_with_config(None, None).await?,
            Backend::Postgres => {
                let isolation = Some(IsolationLevel::RepeatableRead);
                connection.begin_with_config(isolation, Some(AccessMode::ReadOnly)).await?
            }
        };
        if backend == Backend::Postgres {
            let patient =
                "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0";
            transaction.execute_unprepared(patient).await?;
        }
        let snapshot = Snapshot { transaction, backend };
        snapshot.position().await?;
        Ok(snapshot)
    }
}

impl Snapshot {
    /// The names of the tables, each after those that it refers to.
    pub fn tables() -> impl Iterator<Item = &'static str> {
        TABLES.iter().map(|table| table.name)
    }

    /// The last change that it holds.
    pub async fn position(&self) -> Result<Seq, StoreError> {
        change::last_seq(&self.transaction).await
    }

    /// The rows of a table in the order of its key, each a line of JSON without its end.
    pub async fn rows(
        &self,
        table: &str,
    ) -> Result<impl Stream<Item = Result<String, StoreError>> + '_, StoreError> {
        let table = known(table)?;
        let backend = match self.backend {
            Backend::Sqlite => DbBackend::Sqlite,
            Backend::Postgres => DbBackend::Postgres,
        };
        let rows = self.transaction.stream_raw(Statement::from_string(backend, table.query(self.backend)));
        Ok(rows.await?.map(|row| table.line(&row?)))
    }

    /// The digests of the files that its rows need.
    pub async fn needed_files(&self) -> Result<Vec<Digest>, StoreError> {
        crate::blob::needed(&self.transaction).await
    }
}

impl Tx {
    /// Writes rows of a [`Snapshot`] into a table that is empty of them.
    pub async fn load(&mut self, table: &str, lines: &[String]) -> Result<(), StoreError> {
        self.take_turn().await?;
        let table = known(table)?;
        let columns = table.columns.iter().map(|(name, _)| Alias::new(*name));
        let mut rows = Rows::new(Alias::new(table.name), columns);
        for line in lines {
            rows.push_cells(table.cells(line)?);
        }
        rows.insert(&self.transaction).await?;
        Ok(())
    }
}

fn known(name: &str) -> Result<&'static Table, StoreError> {
    let table = TABLES.iter().find(|table| table.name == name);
    table.ok_or_else(|| StoreError::Unsupported(format!("no table is called {name}")))
}

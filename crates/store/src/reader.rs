//! Connections to read with.
//!
//! Those of `SQLite` stay at hand between statements. The pool asks each connection that comes back whether it is
//! well, which is one more way to the thread of the connection and back, as dear as a small statement; here only
//! those go back to it that failed or whose reader went away.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sea_orm::{
    ConnAcquireErr, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult,
    RuntimeErr, Statement,
    prelude::async_trait::async_trait,
    sqlx::{self, AssertSqlSafe, Executor as _, Sqlite, SqlitePool, pool::PoolConnection, query::Query},
};
use sea_query_sqlx::SqlxValues;
use tokio::{sync::Semaphore, time::timeout};

/// Where statements that only read are sent.
#[derive(Debug, Clone)]
pub(crate) enum Reader {
    Sqlite(Arc<AtHand>),
    Postgres(DatabaseConnection),
}

/// Connections to `SQLite` that stay at hand.
pub(crate) struct AtHand {
    pool: SqlitePool,
    /// The one that read last is taken first: its pages are the warmest.
    idle: Mutex<Vec<PoolConnection<Sqlite>>>,
    /// One for each connection that the pool may have, so that nobody waits in the pool for what is idle here.
    turns: Semaphore,
    patience: Duration,
}

impl fmt::Debug for AtHand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AtHand").field("turns", &self.turns.available_permits()).finish_non_exhaustive()
    }
}

impl AtHand {
    /// Over a pool of `connections`; a reader waits for one as long as `patience`.
    pub(crate) fn new(pool: SqlitePool, connections: u32, patience: Duration) -> Self {
        let turns = Semaphore::new(usize::try_from(connections).unwrap_or(Semaphore::MAX_PERMITS));
        Self { pool, idle: Mutex::default(), turns, patience }
    }

    /// Lets `work` have a connection. One that failed, or was left in the middle of something, goes to the pool.
    async fn read<T>(
        &self,
        work: impl AsyncFnOnce(&mut PoolConnection<Sqlite>) -> Result<T, sqlx::Error>,
    ) -> Result<T, DbErr> {
        let turn = timeout(self.patience, self.turns.acquire()).await;
        let _turn = turn
            .map_err(|_elapsed| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))?
            .map_err(|_closed| DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed))?;
        let idle = self.idle().pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => self.pool.acquire().await.map_err(not_acquired)?,
        };
        let done =
            work(&mut connection).await.map_err(|error| DbErr::Query(RuntimeErr::SqlxError(error.into())))?;
        if !self.turns.is_closed() {
            self.idle().push(connection);
        }
        Ok(done)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<PoolConnection<Sqlite>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn close(&self) {
        self.turns.close();
        self.idle().clear();
        self.pool.close().await;
    }
}

impl Drop for AtHand {
    /// Connections go back to their pool in a task of the runtime, which may have ended: they are closed instead.
    fn drop(&mut self) {
        for connection in self.idle().drain(..) {
            drop(connection.detach());
        }
    }
}

impl Reader {
    /// Waits for those who read, and lets go of every connection.
    pub(crate) async fn close(self) -> Result<(), DbErr> {
        match self {
            Self::Sqlite(at_hand) => {
                at_hand.close().await;
                Ok(())
            }
            Self::Postgres(connection) => connection.close().await,
        }
    }
}

#[async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DbBackend {
        match self {
            Self::Sqlite(_) => DbBackend::Sqlite,
            Self::Postgres(_) => DbBackend::Postgres,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match self {
            Self::Sqlite(at_hand) => {
                let read =
                    at_hand.read(async |connection| query(&statement).execute(&mut **connection).await);
                read.await.map(Into::into)
            }
            Self::Postgres(connection) => connection.execute_raw(statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match self {
            Self::Sqlite(at_hand) => {
                let read = at_hand.read(async |connection| connection.execute(AssertSqlSafe(sql)).await);
                read.await.map(Into::into)
            }
            Self::Postgres(connection) => connection.execute_unprepared(sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self {
            Self::Sqlite(at_hand) => {
                let read = at_hand
                    .read(async |connection| query(&statement).fetch_optional(&mut **connection).await);
                Ok(read.await?.map(Into::into))
            }
            Self::Postgres(connection) => connection.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self {
            Self::Sqlite(at_hand) => {
                let read =
                    at_hand.read(async |connection| query(&statement).fetch_all(&mut **connection).await);
                Ok(read.await?.into_iter().map(Into::into).collect())
            }
            Self::Postgres(connection) => connection.query_all_raw(statement).await,
        }
    }
}

/// The statement as the driver takes it. Its text was built with placeholders, never with values.
fn query(statement: &Statement) -> Query<'_, Sqlite, SqlxValues> {
    let values = statement.values.clone().unwrap_or_else(|| sea_orm::Values(Vec::new()));
    sqlx::query_with(AssertSqlSafe(statement.sql.as_str()), SqlxValues(values))
}

fn not_acquired(error: sqlx::Error) -> DbErr {
    match error {
        sqlx::Error::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
        sqlx::Error::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
        error => DbErr::Conn(RuntimeErr::SqlxError(error.into())),
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use sea_orm::{ConnectOptions, Database};
    use tokio::time::sleep;

    use super::*;

    /// Takes a while before its first row.
    const LONG: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) \
        SELECT count(*) FROM n";

    async fn one(patience: Duration) -> (tempfile::TempDir, Reader) {
        let folder = tempfile::tempdir().unwrap();
        let mut options =
            ConnectOptions::new(format!("sqlite:{}?mode=rwc", folder.path().join("a.db").display()));
        options.max_connections(1);
        let pool = Database::connect(options).await.unwrap().get_sqlite_connection_pool().clone();
        (folder, Reader::Sqlite(Arc::new(AtHand::new(pool, 1, patience))))
    }

    async fn answer(reader: &Reader, sql: &str) -> Result<i64, DbErr> {
        let row = reader.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await?;
        row.ok_or(DbErr::RecordNotFound(sql.to_owned()))?.try_get_by_index(0)
    }

    #[test]
    fn a_reader_may_be_let_go_of_after_the_runtime() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (_folder, reader) = runtime.block_on(async {
            let (folder, reader) = one(Duration::from_mins(1)).await;
            assert_eq!(answer(&reader, "SELECT 1").await.unwrap(), 1);
            (folder, reader)
        });
        drop(runtime);
        drop(reader);
    }

    #[tokio::test]
    async fn a_connection_outlives_errors_and_readers_that_go_away() {
        let (_folder, reader) = one(Duration::from_mins(1)).await;
        for _ in 0..3 {
            assert_eq!(answer(&reader, "SELECT 1").await.unwrap(), 1);
            answer(&reader, "SELECT * FROM nothing").await.unwrap_err();
            assert!(timeout(Duration::ZERO, pin!(answer(&reader, LONG))).await.is_err());
            let started = async {
                tokio::select! {
                    biased;
                    _ = answer(&reader, LONG) => false,
                    () = sleep(Duration::from_millis(5)) => true,
                }
            };
            assert!(started.await, "it was over too soon to go away from");
        }
        assert_eq!(answer(&reader, "SELECT 2").await.unwrap(), 2);
    }

    #[tokio::test]
    async fn nobody_waits_longer_than_patience_allows() {
        let (_folder, reader) = one(Duration::from_millis(5)).await;
        let (long, refused) = tokio::join!(answer(&reader, LONG), answer(&reader, "SELECT 1"));
        assert_eq!(long.unwrap(), 1_000_000);
        assert!(matches!(refused, Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))), "{refused:?}");
        assert_eq!(answer(&reader, "SELECT 1").await.unwrap(), 1);
    }

    #[tokio::test]
    async fn closing_waits_for_those_who_read() {
        let (_folder, reader) = one(Duration::from_mins(1)).await;
        assert_eq!(answer(&reader, "SELECT 1").await.unwrap(), 1);
        let (long, closed) = tokio::join!(answer(&reader, LONG), reader.clone().close());
        assert_eq!(long.unwrap(), 1_000_000);
        closed.unwrap();
        let refused = answer(&reader, "SELECT 1").await.unwrap_err();
        assert!(matches!(refused, DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed)), "{refused:?}");
    }
}

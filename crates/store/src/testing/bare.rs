//! The database engine alone, as safe or as careless as one asks for: the control of tests that cut the power.

use std::path::Path;

use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement,
    sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::Error;

/// How a bare database keeps what it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Care {
    /// As Vitrina does: a write-ahead log, synced at each commit.
    WalFull,
    /// A write-ahead log, synced when it is folded back.
    WalNormal,
    /// Nothing is ever synced.
    WalOff,
    /// A rollback journal whose removal is not synced.
    DeleteFull,
}

impl Care {
    /// Every kind of care, the only one that keeps everything first.
    pub const ALL: [Self; 4] = [Self::WalFull, Self::WalNormal, Self::WalOff, Self::DeleteFull];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WalFull => "wal-full",
            Self::WalNormal => "wal-normal",
            Self::WalOff => "wal-off",
            Self::DeleteFull => "delete-full",
        }
    }

    const fn modes(self) -> (SqliteJournalMode, SqliteSynchronous) {
        match self {
            Self::WalFull => (SqliteJournalMode::Wal, SqliteSynchronous::Full),
            Self::WalNormal => (SqliteJournalMode::Wal, SqliteSynchronous::Normal),
            Self::WalOff => (SqliteJournalMode::Wal, SqliteSynchronous::Off),
            Self::DeleteFull => (SqliteJournalMode::Delete, SqliteSynchronous::Full),
        }
    }
}

/// Writes 1, 2, 3 … one transaction each for as long as it is let, and tells each number once it is committed.
pub async fn count_up(
    path: &Path,
    care: Care,
    mut told: impl FnMut(i64) -> std::io::Result<()>,
) -> Result<(), Error> {
    let database = open(path, Some(care)).await?;
    database.execute_unprepared("CREATE TABLE IF NOT EXISTS numbers (number INTEGER PRIMARY KEY)").await?;
    for number in 1.. {
        let insert = "INSERT INTO numbers VALUES (?)";
        database
            .execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, insert, [number.into()]))
            .await?;
        told(number)?;
    }
    Ok(())
}

/// How many of the numbers there are; they must be the first ones, without a gap.
pub async fn counted(path: &Path) -> Result<i64, Error> {
    let database = open(path, None).await?;
    let table = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'numbers'";
    if number(&database, table).await? == 0 {
        return Ok(0);
    }
    let count = number(&database, "SELECT COUNT(*) FROM numbers").await?;
    let last = number(&database, "SELECT COALESCE(MAX(number), 0) FROM numbers").await?;
    database.close().await?;
    if count == last { Ok(count) } else { Err(format!("{count} numbers, but the last is {last}").into()) }
}

async fn number(database: &DatabaseConnection, sql: &str) -> Result<i64, Error> {
    let row = database.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await?;
    Ok(row.ok_or("a count has a row")?.try_get_by_index(0)?)
}

async fn open(path: &Path, care: Option<Care>) -> Result<DatabaseConnection, Error> {
    let path = path.to_owned();
    let mut options = ConnectOptions::new("sqlite:numbers.db");
    options.max_connections(1).sqlx_logging(false).map_sqlx_sqlite_opts(move |_| {
        let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        match care.map(Care::modes) {
            Some((journal, synchronous)) => options.journal_mode(journal).synchronous(synchronous),
            None => options,
        }
    });
    Ok(Database::connect(options).await?)
}

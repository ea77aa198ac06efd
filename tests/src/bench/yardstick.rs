//! What the least that can be done costs here: axum and one select of sea-orm's pool, written as their documentation
//! writes them, and nothing of ours around them; in a process of its own, because a client in the same process is
//! woken for less.

use std::{
    convert::Infallible,
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::Context as _;
use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    routing::get,
};
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement,
    sqlx::sqlite::SqliteJournalMode,
};
use tokio::net::TcpListener;

use crate::Program;

/// As long as a record of the catalogs that are made up.
const LENGTH: usize = 3_000;

const TEXT: &str = match str::from_utf8(&[b'x'; LENGTH]) {
    Ok(text) => text,
    Err(_) => "",
};

/// As many rows as records are asked for.
pub(super) const ROWS: usize = 500;

/// Starts the yardstick, which is built beside the program: `/static` answers 3 KB, `/select/N` the 3 KB of a row of
/// `SQLite` that it selects by its key.
pub(super) fn start() -> anyhow::Result<Program> {
    let mut command = Command::new(binary()?);
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    Program::spawn(command)
}

fn binary() -> anyhow::Result<PathBuf> {
    let this = std::env::current_exe()?;
    let built = this.ancestors().map(|folder| folder.join("examples/yardstick"));
    built.into_iter().find(|path| path.is_file()).context("no yardstick: build the examples of the tests")
}

/// Serves until the process ends, and tells its address as a server does.
#[expect(clippy::print_stderr, reason = "the line of a log by which its address is found")]
pub async fn serve() -> anyhow::Result<Infallible> {
    let folder = tempfile::tempdir()?;
    let database = filled(&folder.path().join("rows.db")).await?;
    let routes = Router::new()
        .route("/static", get(async || TEXT))
        .route("/select/{key}", get(select))
        .with_state(database);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    eprintln!(" listening address={}", listener.local_addr()?);
    #[expect(clippy::disallowed_methods, reason = "nothing of ours, so none of our times either")]
    axum::serve(listener, routes).await?;
    anyhow::bail!("the yardstick ended")
}

/// A database of rows.
async fn filled(file: &std::path::Path) -> anyhow::Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(format!("sqlite:{}?mode=rwc", file.display()));
    options
        .sqlx_logging(false)
        .max_connections(2)
        .map_sqlx_sqlite_opts(|options| options.journal_mode(SqliteJournalMode::Wal));
    let database = Database::connect(options).await?;
    database.execute_unprepared("CREATE TABLE rows (key TEXT PRIMARY KEY, value TEXT NOT NULL)").await?;
    for row in 0..ROWS {
        let insert = "INSERT INTO rows (key, value) VALUES ($1, $2)";
        let values = [row.to_string().into(), TEXT.into()];
        database.execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, insert, values)).await?;
    }
    Ok(database)
}

async fn select(
    State(database): State<DatabaseConnection>,
    Path(key): Path<String>,
) -> Result<String, StatusCode> {
    let select = "SELECT value FROM rows WHERE key = $1";
    let select = Statement::from_sql_and_values(DbBackend::Sqlite, select, [key.into()]);
    let row = database.query_one_raw(select).await.map_err(|_error| StatusCode::INTERNAL_SERVER_ERROR)?;
    row.and_then(|row| row.try_get_by_index(0).ok()).ok_or(StatusCode::NOT_FOUND)
}

//! Why the store cannot do what was asked, told by what the caller can do about it.

use std::path::{Path, PathBuf};

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlErr, TryGetError, sqlx};
use vitrina_domain::canonical::Digest;

/// Why the store cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached or refuses to work; trying again later may help.
    #[error("the database is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Other writers did not let go of the database in time; the same write may succeed later.
    #[error("the database is busy with other writes")]
    Busy(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database failed at something it should be able to do.
    #[error("the database failed")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A row holds what no code writes.
    #[error("inconsistent {table}.{column} in row {row}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's key.
        row: String,
    },
    /// Two records want one name.
    #[error("{what} is taken")]
    Taken {
        /// Which name: `slug`, `identifier`, `source`.
        what: &'static str,
    },
    /// The schema is older or newer than this program, or the `SQLite` is too old to be safe.
    #[error("{0}")]
    Unsupported(String),
    /// The place of the files cannot be reached or refuses to work; trying again later may help.
    #[error("the store of files is not available")]
    Files(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A stored file is gone, or is not what was stored.
    #[error("the stored file {digest} is damaged or missing")]
    Damaged {
        /// Its digest.
        digest: Digest,
    },
    /// A file cannot be read or written.
    #[error("cannot access {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

impl StoreError {
    /// For `map_err` on file operations.
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }
}

impl StoreError {
    /// For `map_err` where a writer waits for its turn: nothing else than waiting too long is [`Self::Busy`].
    pub(crate) fn waiting(error: DbErr) -> Self {
        if is_wait(&error) { Self::Busy(Box::new(error)) } else { error.into() }
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        if let Some(SqlErr::UniqueConstraintViolation(message)) = error.sql_err() {
            return Self::Taken { what: name_in(&message) };
        }
        if is_passing(&error) { Self::Unavailable(Box::new(error)) } else { Self::Database(Box::new(error)) }
    }
}

impl From<TryGetError> for StoreError {
    fn from(error: TryGetError) -> Self {
        match error {
            TryGetError::DbErr(error) => error.into(),
            TryGetError::Null(column) => Self::Database(format!("column {column} is null").into()),
        }
    }
}

/// The name that a unique constraint guards; `SQLite` tells its columns, `PostgreSQL` its own name.
fn name_in(message: &str) -> &'static str {
    [
        ("slugs", "slug"),
        ("records_identity", "identifier"),
        ("records.identity", "identifier"),
        ("sources", "source"),
    ]
    .into_iter()
    .find_map(|(needle, what)| message.contains(needle).then_some(what))
    .unwrap_or("id")
}

/// Whether the same request may succeed later.
fn is_passing(error: &DbErr) -> bool {
    let (DbErr::Conn(cause) | DbErr::Exec(cause) | DbErr::Query(cause)) = error else {
        return matches!(error, DbErr::ConnectionAcquire(_));
    };
    let RuntimeErr::SqlxError(cause) = cause else { return matches!(error, DbErr::Conn(_)) };
    match cause.as_ref() {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(refusal) => refusal.code().is_some_and(|code| is_passing_code(&code)),
        _ => false,
    }
}

/// Whether somebody waited in vain for a connection or a lock.
fn is_wait(error: &DbErr) -> bool {
    let cause = match error {
        DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => return true,
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => cause.as_ref(),
        _ => return false,
    };
    match cause {
        sqlx::Error::PoolTimedOut => true,
        sqlx::Error::Database(refusal) => refusal.code().is_some_and(|code| is_wait_code(&code)),
        _ => false,
    }
}

/// `PostgreSQL`: no lock in time. `SQLite`: busy, whatever the rest of the extended code says.
fn is_wait_code(code: &str) -> bool {
    code == "55P03" || (code.len() < 5 && code.parse::<u32>().is_ok_and(|code| code & 0xff == 5))
}

/// `SQLite` gives result codes as decimal numbers, `PostgreSQL` five-character SQLSTATEs.
fn is_passing_code(code: &str) -> bool {
    if code.len() == 5 {
        // Connection, resources, operator's intervention (timeouts too), locks, conflicts, read-only standby.
        return ["08", "53", "57", "55P03", "40", "25006", "25P03"]
            .into_iter()
            .any(|class| code.starts_with(class));
    }
    // The low byte of an extended code is the code: busy, locked, read-only, I/O error, full, cannot open.
    code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 8 | 10 | 13 | 14))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::busy("5", true)]
    #[case::busy_snapshot("517", true)]
    #[case::disk_full("13", true)]
    #[case::constraint("787", false)]
    #[case::statement_timeout("57014", true)]
    #[case::lock_timeout("55P03", true)]
    #[case::syntax("42601", false)]
    fn some_failures_pass(#[case] code: &str, #[case] passes: bool) {
        assert_eq!(is_passing_code(code), passes);
    }

    #[rstest]
    #[case::busy("5", true)]
    #[case::busy_snapshot("517", true)]
    #[case::lock_timeout("55P03", true)]
    #[case::disk_full("13", false)]
    #[case::statement_timeout("57014", false)]
    fn some_failures_are_waits(#[case] code: &str, #[case] waits: bool) {
        assert_eq!(is_wait_code(code), waits);
    }

    #[rstest]
    #[case("UNIQUE constraint failed: slugs.kind, slugs.slug", "slug")]
    #[case("UNIQUE constraint failed: records.kind, records.source_id, records.identity", "identifier")]
    #[case(r#"duplicate key value violates unique constraint "records_identity""#, "identifier")]
    #[case(r#"duplicate key value violates unique constraint "sources_name""#, "source")]
    #[case(r#"duplicate key value violates unique constraint "distributions_pkey""#, "id")]
    fn names_what_is_taken(#[case] message: &str, #[case] what: &str) {
        assert_eq!(name_in(message), what);
    }

    #[test]
    fn shows_nothing_that_the_driver_said() {
        let error = StoreError::from(DbErr::Conn(RuntimeErr::Internal("password=hunter2".to_owned())));
        assert_eq!(error.to_string(), "the database is not available");
    }
}

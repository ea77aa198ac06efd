//! A session beside the program's: what a neighbour, an operator or an accident does to the same database.

use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, Statement};

use super::Error;

/// One connection that says what it is told to.
#[derive(Debug)]
pub struct Session {
    database: DatabaseConnection,
}

impl Session {
    /// Opens the database at a `postgres:` or `sqlite:` address.
    pub async fn open(address: &str) -> Result<Self, Error> {
        let mut options = ConnectOptions::new(address);
        // One, so that a transaction stays open from one statement to the next.
        options
            .min_connections(1)
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .sqlx_logging(false);
        Ok(Self { database: Database::connect(options).await? })
    }

    /// Runs statements that give nothing back.
    pub async fn run(&self, statements: &str) -> Result<(), Error> {
        self.database.execute_unprepared(statements).await?;
        Ok(())
    }

    /// The one number that a query gives.
    pub async fn number(&self, query: &str) -> Result<i64, Error> {
        let query = Statement::from_string(self.database.get_database_backend(), query);
        let row = self.database.query_one_raw(query).await?;
        Ok(row.ok_or("a number has a row")?.try_get_by_index(0)?)
    }
}

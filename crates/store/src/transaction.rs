//! Write transactions, and the lock that makes the order of changes the order of commits (ADR 0002).

use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, DbBackend, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait as _,
};
use vitrina_domain::time::Timestamp;

use crate::{Backend, Store, StoreError};

/// The advisory lock of `PostgreSQL` behind which the change log grows; the number only has to be our own.
const CHANGE_LOG_LOCK: i64 = 0x7669_7472_696e_6101;

/// A write transaction; dropping it without [`Tx::commit`] undoes it.
#[derive(Debug)]
pub struct Tx {
    pub(crate) transaction: DatabaseTransaction,
    pub(crate) actor: String,
    pub(crate) at: Timestamp,
    turn: Turn,
}

/// Whether this transaction is the one that may append to the change log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Taken,
    NotYet,
}

impl Store {
    /// Begins to write. `actor` and `at` go into every revision and change of the transaction.
    ///
    /// Writers take turns, on `SQLite` from here on and on `PostgreSQL` from the first record on. One that waits longer
    /// than five seconds gives up as [`StoreError::Busy`]: nothing was written, and the same may be tried again.
    pub async fn begin(&self, actor: &str, at: Timestamp) -> Result<Tx, StoreError> {
        let immediate = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let begun = self.connections.writer.begin_with_options(immediate).await;
        let (transaction, turn) = match self.connections.backend {
            Backend::Sqlite => (begun.map_err(StoreError::waiting)?, Turn::Taken),
            // Here nobody waits for a writer yet, but perhaps for a server that is not there.
            Backend::Postgres => (begun?, Turn::NotYet),
        };
        Ok(Tx { transaction, actor: crate::plain::bound(actor), at, turn })
    }
}

impl Tx {
    /// Makes everything durable; only then may anyone be told.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.transaction.commit().await?)
    }

    /// Waits until no other transaction can append to the change log, and keeps others from it until the end.
    ///
    /// Every method that reads or writes records begins with it. So what a transaction read of a record holds
    /// until it commits, on both databases, and transactions that touch no record do not wait.
    pub(crate) async fn take_turn(&mut self) -> Result<(), StoreError> {
        if self.turn == Turn::NotYet {
            let lock = "SELECT pg_advisory_xact_lock($1)";
            self.transaction
                .execute_raw(Statement::from_sql_and_values(
                    DbBackend::Postgres,
                    lock,
                    [CHANGE_LOG_LOCK.into()],
                ))
                .await
                .map_err(StoreError::waiting)?;
            self.turn = Turn::Taken;
        }
        Ok(())
    }
}

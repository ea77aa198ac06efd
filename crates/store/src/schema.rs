//! The schema's version: which migrations were applied, and applying them one process at a time.

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DeriveIden, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait as _,
    sea_query::{Expr, ExprTrait as _, Order, Query, SelectStatement},
};
use vitrina_migrations::{Migrator, MigratorTrait as _};

use crate::{Backend, Store, StoreError};

/// The migrations of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaState {
    /// Migrations that were applied, oldest first.
    pub applied: Vec<String>,
    /// Migrations that this program has and the database has not.
    pub pending: Vec<String>,
}

/// The advisory lock of `PostgreSQL` behind which the schema changes.
const SCHEMA_LOCK: i64 = 0x7669_7472_696e_6102;

/// The table in which the migrator notes what it applied.
#[derive(DeriveIden)]
enum SeaqlMigrations {
    Table,
    Version,
}

impl Store {
    /// Brings the schema up to date, one process at a time.
    ///
    /// Everything happens in one transaction: a process that dies half-way leaves the old schema.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let immediate = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let tx = self.connections.writer.begin_with_options(immediate).await?;
        if self.backend() == Backend::Postgres {
            wait_for_schema(&tx).await?;
        }
        if !state(&tx).await?.pending.is_empty() {
            Migrator::up(&tx, None).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Which migrations were applied and which are pending.
    pub async fn schema_state(&self) -> Result<SchemaState, StoreError> {
        state(&self.connections.reader).await
    }
}

/// Others may migrate for as long as it takes; but a table that is in use is given up soon, since everybody
/// who comes after would wait behind us.
async fn wait_for_schema(tx: &DatabaseTransaction) -> Result<(), StoreError> {
    tx.execute_unprepared("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0").await?;
    let lock = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT pg_advisory_xact_lock($1)",
        [SCHEMA_LOCK.into()],
    );
    tx.execute_raw(lock).await?;
    tx.execute_unprepared("SET LOCAL lock_timeout = '2s'").await?;
    Ok(())
}

async fn state<C: ConnectionTrait>(connection: &C) -> Result<SchemaState, StoreError> {
    let known = Migrator::names();
    let applied = applied(connection).await?;
    if let Some(unknown) = applied.iter().find(|name| !known.contains(name)) {
        let message = format!("the database was migrated by a newer program: it has {unknown}");
        return Err(StoreError::Unsupported(message));
    }
    let pending = known.into_iter().filter(|name| !applied.contains(name)).collect();
    Ok(SchemaState { applied, pending })
}

async fn applied<C: ConnectionTrait>(connection: &C) -> Result<Vec<String>, StoreError> {
    if connection.query_one(&migration_table(connection.get_database_backend())).await?.is_none() {
        return Ok(Vec::new());
    }
    let query = Query::select()
        .column(SeaqlMigrations::Version)
        .from(SeaqlMigrations::Table)
        .order_by(SeaqlMigrations::Version, Order::Asc)
        .take();
    let rows = connection.query_all(&query).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}

/// Whether the table is there; asking it itself would end a transaction of `PostgreSQL`.
fn migration_table(backend: DbBackend) -> SelectStatement {
    let (catalog, column) = match backend {
        DbBackend::Sqlite => ("sqlite_schema", "name"),
        _ => ("pg_tables", "tablename"),
    };
    let mut query = Query::select();
    query.expr(Expr::val(1)).from(catalog).and_where(Expr::col(column).eq("seaql_migrations"));
    if backend == DbBackend::Postgres {
        query.and_where(Expr::col("schemaname").eq(Expr::cust("current_schema()")));
    }
    query.take()
}

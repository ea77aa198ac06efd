//! Many rows in few statements, within what both databases can bind.

use sea_orm::{
    ConnectionTrait, DatabaseTransaction,
    sea_query::{DynIden, Expr, IntoIden, OnConflict, Query},
};

use crate::StoreError;

/// `SQLite` binds 32,766 values in a statement, `PostgreSQL` 65,535; larger statements gain nothing more.
const MOST_VALUES: usize = 8_192;

/// How many keys stand in one `IN (…)`.
pub(crate) const MOST_KEYS: usize = 1_000;

/// Rows for one table, inserted in as few statements as the limit on bound values allows.
pub(crate) struct Rows {
    table: DynIden,
    columns: Vec<DynIden>,
    values: Vec<Vec<Expr>>,
    on_conflict: Option<OnConflict>,
}

impl Rows {
    pub(crate) fn new<C: IntoIden>(table: impl IntoIden, columns: impl IntoIterator<Item = C>) -> Self {
        let columns = columns.into_iter().map(IntoIden::into_iden).collect();
        Self { table: table.into_iden(), columns, values: Vec::new(), on_conflict: None }
    }

    /// What happens to a row whose key is there already; without it the insert fails.
    pub(crate) fn on_conflict(mut self, on_conflict: OnConflict) -> Self {
        self.on_conflict = Some(on_conflict);
        self
    }

    /// Adds a row: one value per column.
    pub(crate) fn push<const N: usize>(&mut self, row: [Expr; N]) {
        debug_assert_eq!(N, self.columns.len(), "one value per column");
        self.push_cells(row.into());
    }

    /// Adds a row whose length is not known here.
    pub(crate) fn push_cells(&mut self, row: Vec<Expr>) {
        self.values.push(row);
    }

    /// Writes the rows; how many were inserted or updated.
    pub(crate) async fn insert(self, tx: &DatabaseTransaction) -> Result<u64, StoreError> {
        let at_once = (MOST_VALUES / self.columns.len().max(1)).max(1);
        let mut rows = self.values.into_iter().peekable();
        let mut affected = 0;
        while rows.peek().is_some() {
            let mut statement = Query::insert();
            statement.into_table(self.table.clone()).columns(self.columns.iter().cloned());
            for row in rows.by_ref().take(at_once) {
                statement.values(row).map_err(|error| StoreError::Database(Box::new(error)))?;
            }
            if let Some(on_conflict) = &self.on_conflict {
                statement.on_conflict(on_conflict.clone());
            }
            affected += tx.execute(&statement).await?.rows_affected();
        }
        Ok(affected)
    }
}

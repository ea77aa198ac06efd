//! What the server keeps for itself, by key.

use sea_orm::{
    ConnectionTrait as _, DeriveIden,
    sea_query::{Expr, ExprTrait as _, OnConflict, Query},
};

use crate::{Store, StoreError, Tx, bulk::Rows, plain::bound};

/// The table and its columns.
#[derive(Debug, Clone, Copy, DeriveIden)]
enum Settings {
    Table,
    Key,
    Value,
}

impl Store {
    /// A setting that the server keeps for itself, for example `base_url`.
    pub async fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        let query = Query::select()
            .column(Settings::Value)
            .from(Settings::Table)
            .and_where(Expr::col(Settings::Key).eq(bound(key)))
            .take();
        let row = self.connections.reader.query_one(&query).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
    }
}

impl Tx {
    /// Sets a setting.
    pub async fn set_setting(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        let replacing = OnConflict::column(Settings::Key).update_column(Settings::Value).to_owned();
        let mut rows = Rows::new(Settings::Table, [Settings::Key, Settings::Value]).on_conflict(replacing);
        rows.push([bound(key).into(), bound(value).into()]);
        rows.insert(&self.transaction).await?;
        Ok(())
    }
}

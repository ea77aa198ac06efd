//! What the server keeps for itself, by key.

use sea_orm::{
    ConnectionTrait as _, DeriveIden,
    sea_query::{Expr, ExprTrait as _, OnConflict, Query, SelectStatement},
};

use crate::{Store, StoreError, Tx, bulk::Rows, plain::bound};

/// The table and its columns.
#[derive(Debug, Clone, Copy, DeriveIden)]
enum Settings {
    Table,
    Key,
    Value,
}

fn named(key: &str) -> SelectStatement {
    Query::select()
        .column(Settings::Value)
        .from(Settings::Table)
        .and_where(Expr::col(Settings::Key).eq(bound(key)))
        .take()
}

impl Store {
    /// A setting that the server keeps for itself, for example `base_url`.
    pub async fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        let row = self.connections.reader.query_one(&named(key)).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
    }
}

impl Tx {
    /// Sets a setting unless it is set already, by whomever; what it is then.
    pub async fn ensure_setting(&mut self, key: &str, value: &str) -> Result<String, StoreError> {
        let there = OnConflict::column(Settings::Key).do_nothing().to_owned();
        let mut rows = Rows::new(Settings::Table, [Settings::Key, Settings::Value]).on_conflict(there);
        rows.push([bound(key).into(), bound(value).into()]);
        if rows.insert(&self.transaction).await? > 0 {
            return Ok(value.to_owned());
        }
        let row = self.transaction.query_one(&named(key)).await?;
        let kept = row.map(|row| row.try_get_by_index(0)).transpose()?;
        Ok(kept.unwrap_or_else(|| value.to_owned()))
    }

    /// Sets a setting.
    pub async fn set_setting(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        let replacing = OnConflict::column(Settings::Key).update_column(Settings::Value).to_owned();
        let mut rows = Rows::new(Settings::Table, [Settings::Key, Settings::Value]).on_conflict(replacing);
        rows.push([bound(key).into(), bound(value).into()]);
        rows.insert(&self.transaction).await?;
        Ok(())
    }
}

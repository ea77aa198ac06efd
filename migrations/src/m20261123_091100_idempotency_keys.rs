//! Answers kept for requests that may be repeated, under the SHA-256 of the client's key.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let idempotency_keys = Table::create()
            .table("idempotency_keys")
            .col(ColumnDef::new("owner").text().not_null())
            .col(ColumnDef::new("key").binary().not_null())
            .col(ColumnDef::new("request").binary().not_null())
            .col(ColumnDef::new("claimed").big_integer().not_null())
            .col(ColumnDef::new("status").big_integer())
            .col(ColumnDef::new("headers").text().not_null())
            .col(ColumnDef::new("body").binary().not_null())
            .primary_key(Index::create().col("owner").col("key"))
            .to_owned();
        manager.create_table(idempotency_keys).await?;
        manager
            .create_index(
                Index::create()
                    .name("idempotency_keys_claimed")
                    .table("idempotency_keys")
                    .col("claimed")
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("idempotency_keys").to_owned()).await?;
        Ok(())
    }
}

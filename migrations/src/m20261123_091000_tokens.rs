//! API tokens, by the digest of the token.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tokens = Table::create()
            .table("tokens")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("name").text().not_null())
            .col(ColumnDef::new("hash").binary().not_null())
            .col(ColumnDef::new("scopes").text().not_null())
            .col(ColumnDef::new("created").big_integer().not_null())
            .col(ColumnDef::new("expires").big_integer().not_null())
            .col(ColumnDef::new("revoked").big_integer())
            .col(ColumnDef::new("last_used").big_integer())
            .to_owned();
        manager.create_table(tokens).await?;
        manager
            .create_index(Index::create().name("tokens_hash").table("tokens").col("hash").unique().to_owned())
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("tokens").to_owned()).await?;
        Ok(())
    }
}

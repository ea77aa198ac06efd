//! The places that records come from; identities hang on their names, of which the index holds the SHA-256, because
//! they may be of any length.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sources = Table::create()
            .table("sources")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("name").text().not_null())
            .col(ColumnDef::new("name_digest").binary().not_null())
            .col(ColumnDef::new("kind").text().not_null())
            .col(ColumnDef::new("catalog_id").uuid())
            .col(ColumnDef::new("organization_id").uuid())
            .col(ColumnDef::new("last_fetched").big_integer())
            .to_owned();
        manager.create_table(sources).await?;
        manager
            .create_index(
                Index::create().name("sources_name").table("sources").col("name_digest").unique().to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("sources").to_owned()).await?;
        Ok(())
    }
}

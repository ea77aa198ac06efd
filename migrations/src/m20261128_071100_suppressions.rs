//! Who is not written to any more: by a keyed digest of the address, for one list or for all letters (an empty list).

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let suppressions = Table::create()
            .table("suppressions")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("address").binary().not_null())
            .col(ColumnDef::new("list").text().not_null())
            .col(ColumnDef::new("reason").text().not_null())
            .col(ColumnDef::new("domain").text())
            .col(ColumnDef::new("created").big_integer().not_null())
            .col(ColumnDef::new("actor").text().not_null())
            .to_owned();
        manager.create_table(suppressions).await?;
        let once = Index::create()
            .name("suppressions_address")
            .table("suppressions")
            .col("address")
            .col("list")
            .unique()
            .to_owned();
        manager.create_index(once).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("suppressions").to_owned()).await?;
        Ok(())
    }
}

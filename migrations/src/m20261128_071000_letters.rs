//! Letters that were not handed over yet, apart from their jobs: a letter is forgotten long before its job is.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let letters = Table::create()
            .table("letters")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("filed").big_integer().not_null())
            .col(ColumnDef::new("document").text().not_null())
            .to_owned();
        manager.create_table(letters).await?;
        let filed = Index::create().name("letters_filed").table("letters").col("filed").to_owned();
        manager.create_index(filed).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("letters").to_owned()).await?;
        Ok(())
    }
}

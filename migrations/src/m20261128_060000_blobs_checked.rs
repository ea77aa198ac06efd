//! Files know when they were last read whole, so that a look at all of them can go on where another one ended.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const INDEX: &str = "blobs_checked";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // What is there already was never looked at.
        let checked = ColumnDef::new("checked").big_integer().not_null().default(0).to_owned();
        manager.alter_table(Table::alter().table("blobs").add_column(checked).to_owned()).await?;
        let index = Index::create().name(INDEX).table("blobs").col("checked").col("digest").to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(INDEX).table("blobs").to_owned()).await?;
        manager.alter_table(Table::alter().table("blobs").drop_column("checked").to_owned()).await
    }
}

//! What was found in stored files: one look at each, which goes with its file.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let inspections = Table::create()
            .table("inspections")
            .col(ColumnDef::new("digest").binary().not_null().primary_key())
            .col(ColumnDef::new("outcome").text().not_null())
            .col(ColumnDef::new("inspected").big_integer().not_null())
            .col(ColumnDef::new("program").text().not_null())
            .foreign_key(
                ForeignKey::create()
                    .from("inspections", "digest")
                    .to("blobs", "digest")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned();
        manager.create_table(inspections).await?;
        // By which it is found that somebody works at a file already.
        manager
            .create_index(Index::create().name("jobs_key").table("jobs").col("key").col("kind").to_owned())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("jobs_key").table("jobs").to_owned()).await?;
        manager.drop_table(Table::drop().table("inspections").to_owned()).await
    }
}

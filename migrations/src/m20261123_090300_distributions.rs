//! The distributions of datasets, one row each, composed into the dataset on read.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let distributions = Table::create()
            .table("distributions")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("dataset_id").uuid().not_null())
            .col(ColumnDef::new("position").big_integer().not_null())
            .col(ColumnDef::new("match_key").text())
            .col(ColumnDef::new("document").text().not_null())
            .foreign_key(ForeignKey::create().from("distributions", "dataset_id").to("records", "id"))
            .to_owned();
        manager.create_table(distributions).await?;
        manager
            .create_index(
                Index::create()
                    .name("distributions_position")
                    .table("distributions")
                    .col("dataset_id")
                    .col("position")
                    .unique()
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("distributions").to_owned()).await?;
        Ok(())
    }
}

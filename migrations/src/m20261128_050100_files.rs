//! The files of distributions: each upload is a row, and the last one is the file that is given.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let files = Table::create()
            .table("files")
            .col(ColumnDef::new("distribution_id").uuid().not_null())
            .col(ColumnDef::new("number").big_integer().not_null())
            .col(ColumnDef::new("dataset_id").uuid().not_null())
            .col(ColumnDef::new("digest").binary().not_null())
            .col(ColumnDef::new("length").big_integer().not_null())
            .col(ColumnDef::new("media_type").text().not_null())
            .col(ColumnDef::new("name").text().not_null())
            .col(ColumnDef::new("actor").text().not_null())
            .col(ColumnDef::new("uploaded").big_integer().not_null())
            .primary_key(Index::create().col("distribution_id").col("number"))
            .foreign_key(ForeignKey::create().from("files", "dataset_id").to("records", "id"))
            .foreign_key(ForeignKey::create().from("files", "digest").to("blobs", "digest"))
            .to_owned();
        manager.create_table(files).await?;
        for (name, column) in [("files_dataset", "dataset_id"), ("files_digest", "digest")] {
            manager.create_index(Index::create().name(name).table("files").col(column).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("files").to_owned()).await?;
        Ok(())
    }
}

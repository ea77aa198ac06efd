//! Every state that a record ever had, whole.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let revisions = Table::create()
            .table("revisions")
            .col(ColumnDef::new("record_id").uuid().not_null())
            .col(ColumnDef::new("number").big_integer().not_null())
            .col(ColumnDef::new("valid_from").big_integer().not_null())
            .col(ColumnDef::new("valid_to").big_integer())
            .col(ColumnDef::new("actor").text().not_null())
            .col(ColumnDef::new("hash").binary().not_null())
            .col(ColumnDef::new("document").text().not_null())
            .col(ColumnDef::new("raw_digest").binary())
            .col(ColumnDef::new("raw_encoding").text())
            .col(ColumnDef::new("raw_offset").big_integer())
            .col(ColumnDef::new("raw_length").big_integer())
            .primary_key(Index::create().col("record_id").col("number"))
            .foreign_key(ForeignKey::create().from("revisions", "record_id").to("records", "id"))
            .to_owned();
        manager.create_table(revisions).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("revisions").to_owned()).await?;
        Ok(())
    }
}

//! Every slug that was ever given; none is given to a second record.
//!
//! `stem` is the slug that was wished for and `number` what was appended to it (1: nothing), so that the next
//! free number of ten thousand equal titles is found by the index. The slug of today stands in the record.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let slugs = Table::create()
            .table("slugs")
            .col(ColumnDef::new("kind").text().not_null())
            .col(ColumnDef::new("slug").text().not_null())
            .col(ColumnDef::new("record_id").uuid().not_null())
            .col(ColumnDef::new("stem").text().not_null())
            .col(ColumnDef::new("number").big_integer().not_null())
            .primary_key(Index::create().col("kind").col("slug"))
            .foreign_key(ForeignKey::create().from("slugs", "record_id").to("records", "id"))
            .to_owned();
        manager.create_table(slugs).await?;
        manager
            .create_index(
                Index::create()
                    .name("slugs_stem")
                    .table("slugs")
                    .col("kind")
                    .col("stem")
                    .col("number")
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("slugs").to_owned()).await?;
        Ok(())
    }
}

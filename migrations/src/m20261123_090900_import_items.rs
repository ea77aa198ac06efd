//! The fate of each record of an import.
//!
//! The last item of a record holds the findings that are shown with it.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let import_items = Table::create()
            .table("import_items")
            .col(ColumnDef::new("run_id").uuid().not_null())
            .col(ColumnDef::new("position").big_integer().not_null())
            .col(ColumnDef::new("pointer").text().not_null())
            .col(ColumnDef::new("identifier").text())
            .col(ColumnDef::new("title").text())
            .col(ColumnDef::new("outcome").text().not_null())
            .col(ColumnDef::new("record_id").uuid())
            .col(ColumnDef::new("findings").text().not_null())
            .primary_key(Index::create().col("run_id").col("position"))
            .foreign_key(ForeignKey::create().from("import_items", "run_id").to("import_runs", "id"))
            .to_owned();
        manager.create_table(import_items).await?;
        manager
            .create_index(
                Index::create()
                    .name("import_items_outcome")
                    .table("import_items")
                    .col("run_id")
                    .col("outcome")
                    .col("position")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("import_items_record")
                    .table("import_items")
                    .col("record_id")
                    .col("run_id")
                    .col("position")
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("import_items").to_owned()).await?;
        Ok(())
    }
}

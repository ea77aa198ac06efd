//! Imports: one row per document that was read.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let import_runs = Table::create()
            .table("import_runs")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("source_id").uuid().not_null())
            .col(ColumnDef::new("format").text().not_null())
            .col(ColumnDef::new("raw_digest").binary().not_null())
            .col(ColumnDef::new("actor").text().not_null())
            .col(ColumnDef::new("fetched").big_integer().not_null())
            .col(ColumnDef::new("started").big_integer().not_null())
            .col(ColumnDef::new("ended").big_integer())
            .col(ColumnDef::new("state").text().not_null())
            .col(ColumnDef::new("error_code").text())
            .col(ColumnDef::new("error_detail").text())
            .col(ColumnDef::new("tally").text().not_null())
            .col(ColumnDef::new("findings").text().not_null())
            .foreign_key(ForeignKey::create().from("import_runs", "source_id").to("sources", "id"))
            .to_owned();
        manager.create_table(import_runs).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("import_runs").to_owned()).await?;
        Ok(())
    }
}

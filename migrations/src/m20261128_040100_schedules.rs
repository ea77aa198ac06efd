//! Schedules: when jobs are filed that come again and again.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let schedules = Table::create()
            .table("schedules")
            .col(ColumnDef::new("name").text().not_null().primary_key())
            .col(ColumnDef::new("kind").text().not_null())
            .col(ColumnDef::new("payload").text().not_null())
            .col(ColumnDef::new("cron").text().not_null())
            .col(ColumnDef::new("zone").text().not_null())
            .col(ColumnDef::new("missed").text().not_null())
            .col(ColumnDef::new("enabled").boolean().not_null())
            .col(ColumnDef::new("next").big_integer())
            .to_owned();
        manager.create_table(schedules).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("schedules").to_owned()).await
    }
}

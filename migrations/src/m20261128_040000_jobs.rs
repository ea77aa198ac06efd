//! Jobs: work that outlives the request that asked for it.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let jobs = Table::create()
            .table("jobs")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("kind").text().not_null())
            .col(ColumnDef::new("key").text())
            .col(ColumnDef::new("priority").big_integer().not_null())
            .col(ColumnDef::new("payload").text().not_null())
            .col(ColumnDef::new("actor").text().not_null())
            .col(ColumnDef::new("schedule").text())
            .col(ColumnDef::new("created").big_integer().not_null())
            .col(ColumnDef::new("due").big_integer().not_null())
            .col(ColumnDef::new("attempt").big_integer().not_null())
            .col(ColumnDef::new("attempts").big_integer().not_null())
            .col(ColumnDef::new("time_limit").big_integer().not_null())
            .col(ColumnDef::new("state").text().not_null())
            .col(ColumnDef::new("cancelling").boolean().not_null())
            .col(ColumnDef::new("worker").text())
            .col(ColumnDef::new("lease").uuid())
            .col(ColumnDef::new("lease_until").big_integer())
            .col(ColumnDef::new("started").big_integer())
            .col(ColumnDef::new("ended").big_integer())
            .col(ColumnDef::new("progress").text().not_null())
            .col(ColumnDef::new("result").text())
            .col(ColumnDef::new("failure").text())
            .to_owned();
        manager.create_table(jobs).await?;
        let waiting = Index::create()
            .name("jobs_waiting")
            .table("jobs")
            .col("state")
            .col("priority")
            .col("due")
            .col("id")
            .to_owned();
        manager.create_index(waiting).await?;
        let log = Table::create()
            .table("job_log")
            .col(ColumnDef::new("job_id").uuid().not_null())
            .col(ColumnDef::new("position").big_integer().not_null())
            .col(ColumnDef::new("at").big_integer().not_null())
            .col(ColumnDef::new("attempt").big_integer().not_null())
            .col(ColumnDef::new("text").text().not_null())
            .primary_key(Index::create().col("job_id").col("position"))
            .foreign_key(ForeignKey::create().from("job_log", "job_id").to("jobs", "id"))
            .to_owned();
        manager.create_table(log).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("job_log").to_owned()).await?;
        manager.drop_table(Table::drop().table("jobs").to_owned()).await
    }
}

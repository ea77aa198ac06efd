//! Files by their digest, with what vouches for each part of them; a row is there before its file.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let blobs = Table::create()
            .table("blobs")
            .col(ColumnDef::new("digest").binary().not_null().primary_key())
            .col(ColumnDef::new("length").big_integer().not_null())
            .col(ColumnDef::new("blocks").binary().not_null())
            .col(ColumnDef::new("expected").big_integer().not_null())
            .to_owned();
        manager.create_table(blobs).await?;
        // By which it is found that an original is still needed.
        manager
            .create_index(
                Index::create().name("import_runs_raw").table("import_runs").col("raw_digest").to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("import_runs_raw").table("import_runs").to_owned()).await?;
        manager.drop_table(Table::drop().table("blobs").to_owned()).await?;
        Ok(())
    }
}

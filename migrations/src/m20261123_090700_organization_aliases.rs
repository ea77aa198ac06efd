//! What a source calls an organization: the SHA-256 of an identifier or of a folded name, which may be of any length.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let organization_aliases = Table::create()
            .table("organization_aliases")
            .col(ColumnDef::new("source_id").uuid().not_null())
            .col(ColumnDef::new("alias").binary().not_null())
            .col(ColumnDef::new("organization_id").uuid().not_null())
            .primary_key(Index::create().col("source_id").col("alias"))
            .foreign_key(ForeignKey::create().from("organization_aliases", "source_id").to("sources", "id"))
            .foreign_key(
                ForeignKey::create().from("organization_aliases", "organization_id").to("records", "id"),
            )
            .to_owned();
        manager.create_table(organization_aliases).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("organization_aliases").to_owned()).await?;
        Ok(())
    }
}

//! Webhooks, and what became of the tries to deliver events to them.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let webhooks = Table::create()
            .table("webhooks")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("owner").text().not_null())
            .col(ColumnDef::new("address").text().not_null())
            .col(ColumnDef::new("kinds").text().not_null())
            .col(ColumnDef::new("organization_id").uuid())
            .col(ColumnDef::new("secret").text().not_null())
            .col(ColumnDef::new("former_secret").text())
            .col(ColumnDef::new("former_until").big_integer())
            .col(ColumnDef::new("state").text().not_null())
            .col(ColumnDef::new("position").big_integer().not_null())
            .col(ColumnDef::new("created").big_integer().not_null())
            .col(ColumnDef::new("accepted").big_integer())
            .col(ColumnDef::new("failing_since").big_integer())
            .col(ColumnDef::new("tries").big_integer().not_null())
            .col(ColumnDef::new("last_status").big_integer())
            .col(ColumnDef::new("last_reason").text())
            .to_owned();
        manager.create_table(webhooks).await?;
        for (name, columns) in
            [("webhooks_owner", ["owner", "id"]), ("webhooks_position", ["state", "position"])]
        {
            let mut index = Index::create().name(name).table("webhooks").to_owned();
            for column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        let tries = Table::create()
            .table("webhook_tries")
            .col(ColumnDef::new("webhook_id").uuid().not_null())
            .col(ColumnDef::new("position").big_integer().not_null())
            .col(ColumnDef::new("event").text().not_null())
            .col(ColumnDef::new("kind").text().not_null())
            .col(ColumnDef::new("at").big_integer().not_null())
            .col(ColumnDef::new("attempt").big_integer().not_null())
            .col(ColumnDef::new("took").big_integer().not_null())
            .col(ColumnDef::new("status").big_integer())
            .col(ColumnDef::new("reason").text())
            .primary_key(Index::create().col("webhook_id").col("position"))
            .foreign_key(ForeignKey::create().from("webhook_tries", "webhook_id").to("webhooks", "id"))
            .to_owned();
        manager.create_table(tries).await?;
        let old = Index::create().name("webhook_tries_at").table("webhook_tries").col("at").to_owned();
        manager.create_index(old).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("webhook_tries").to_owned()).await?;
        manager.drop_table(Table::drop().table("webhooks").to_owned()).await
    }
}

//! Records of every kind in one table (ADR 0001), without their distributions.
//!
//! An identifier may be of any length, and an index of `PostgreSQL` holds no more than 2,704 bytes in a row: so the
//! identity hangs on the SHA-256 of the identifier. Each list of records walks one of the `records_list*` indexes in creation order, so that a late page costs
//! what the first one costs.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The lists: by what they are narrowed, if by anything.
const LISTS: [(&str, Option<&str>); 4] = [
    ("records_list", None),
    ("records_list_by_organization", Some("organization_id")),
    ("records_list_by_catalog", Some("catalog_id")),
    ("records_list_by_source", Some("source_id")),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(records()).await?;
        let identity = Index::create()
            .name("records_identity")
            .table("records")
            .col("kind")
            .col("source_id")
            .col("identity")
            .unique()
            .to_owned();
        manager.create_index(identity).await?;
        for (name, narrowed_by) in LISTS {
            let mut list = Index::create();
            list.name(name).table("records");
            if let Some(column) = narrowed_by {
                list.col(column);
            }
            manager.create_index(list.col("kind").col("visibility").col("created_seq").to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("records").to_owned()).await?;
        Ok(())
    }
}

fn records() -> TableCreateStatement {
    Table::create()
        .table("records")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("slug").text().not_null())
        .col(ColumnDef::new("source_id").uuid().not_null())
        .col(ColumnDef::new("identifier").text().not_null())
        .col(ColumnDef::new("identity").binary().not_null())
        .col(ColumnDef::new("catalog_id").uuid())
        .col(ColumnDef::new("organization_id").uuid())
        .col(ColumnDef::new("visibility").text().not_null())
        .col(ColumnDef::new("visibility_reason").text())
        .col(ColumnDef::new("was_published").boolean().not_null())
        .col(ColumnDef::new("created_seq").big_integer().not_null())
        .col(ColumnDef::new("revision").big_integer().not_null())
        .col(ColumnDef::new("created").big_integer().not_null())
        .col(ColumnDef::new("updated").big_integer().not_null())
        .col(ColumnDef::new("hash").binary().not_null())
        .col(ColumnDef::new("document").text().not_null())
        .foreign_key(ForeignKey::create().from("records", "source_id").to("sources", "id"))
        .to_owned()
}

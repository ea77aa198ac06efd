//! Every state that a record ever had, whole.
//!
//! `visibility` is what the record was then; `access` is who may read of it today: the same word, until the record
//! is held or withdrawn, which closes what came before. Lists of the past walk one of the `revisions_list*` indexes
//! in creation order, as lists of today walk those of the records; `valid_from` stands in them so that what is
//! younger than the instant asked for is passed over without being read.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The lists: by what they are narrowed, if by anything.
const LISTS: [(&str, Option<&str>); 4] = [
    ("revisions_list", None),
    ("revisions_list_by_organization", Some("organization_id")),
    ("revisions_list_by_catalog", Some("catalog_id")),
    ("revisions_list_by_source", Some("source_id")),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(revisions()).await?;
        for (name, narrowed_by) in LISTS {
            let mut list = Index::create();
            list.name(name).table("revisions");
            for column in narrowed_by.into_iter().chain(["kind", "access", "created_seq", "valid_from"]) {
                list.col(column);
            }
            manager.create_index(list).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("revisions").to_owned()).await?;
        Ok(())
    }
}

fn revisions() -> TableCreateStatement {
    Table::create()
        .table("revisions")
        .col(ColumnDef::new("record_id").uuid().not_null())
        .col(ColumnDef::new("number").big_integer().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("source_id").uuid().not_null())
        .col(ColumnDef::new("catalog_id").uuid())
        .col(ColumnDef::new("organization_id").uuid())
        .col(ColumnDef::new("created_seq").big_integer().not_null())
        .col(ColumnDef::new("valid_from").big_integer().not_null())
        .col(ColumnDef::new("valid_to").big_integer())
        .col(ColumnDef::new("visibility").text().not_null())
        .col(ColumnDef::new("visibility_reason").text())
        .col(ColumnDef::new("access").text().not_null())
        .col(ColumnDef::new("actor").text().not_null())
        .col(ColumnDef::new("hash").binary().not_null())
        .col(ColumnDef::new("distribution_ids").text().not_null())
        .col(ColumnDef::new("document").text().not_null())
        .col(ColumnDef::new("raw_digest").binary())
        .col(ColumnDef::new("raw_encoding").text())
        .col(ColumnDef::new("raw_offset").big_integer())
        .col(ColumnDef::new("raw_length").big_integer())
        .primary_key(Index::create().col("record_id").col("number"))
        .foreign_key(ForeignKey::create().from("revisions", "record_id").to("records", "id"))
        .to_owned()
}

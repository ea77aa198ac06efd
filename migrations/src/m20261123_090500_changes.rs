//! The change log (ADR 0002): rows are added, never changed, never removed, and the database itself says so.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let changes = Table::create()
            .table("changes")
            .col(ColumnDef::new("seq").big_integer().not_null().primary_key())
            .col(ColumnDef::new("at").big_integer().not_null())
            .col(ColumnDef::new("actor").text().not_null())
            .col(ColumnDef::new("audience").text().not_null())
            .col(ColumnDef::new("kind").text().not_null())
            .col(ColumnDef::new("entity_id").uuid().not_null())
            .col(ColumnDef::new("op").text().not_null())
            .col(ColumnDef::new("revision").big_integer().not_null())
            .col(ColumnDef::new("hash").binary().not_null())
            .col(ColumnDef::new("changed").text().not_null())
            .to_owned();
        manager.create_table(changes).await?;
        manager
            .create_index(
                Index::create()
                    .name("changes_audience")
                    .table("changes")
                    .col("audience")
                    .col("seq")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("changes_audience_kind")
                    .table("changes")
                    .col("audience")
                    .col("kind")
                    .col("seq")
                    .to_owned(),
            )
            .await?;
        for statement in triggers(manager.get_database_backend()) {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("changes").to_owned()).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared("DROP FUNCTION changes_are_final()").await?;
        }
        Ok(())
    }
}

/// The schema builder knows no triggers, and the two databases spell them differently.
fn triggers(backend: DbBackend) -> &'static [&'static str] {
    match backend {
        DbBackend::Sqlite => &[
            "CREATE TRIGGER changes_no_update BEFORE UPDATE ON changes \
             BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END",
            "CREATE TRIGGER changes_no_delete BEFORE DELETE ON changes \
             BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END",
        ],
        _ => &[
            "CREATE FUNCTION changes_are_final() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'the change log is append-only'; END $$",
            "CREATE TRIGGER changes_no_update_or_delete BEFORE UPDATE OR DELETE ON changes \
             FOR EACH ROW EXECUTE FUNCTION changes_are_final()",
            "CREATE TRIGGER changes_no_truncate BEFORE TRUNCATE ON changes \
             FOR EACH STATEMENT EXECUTE FUNCTION changes_are_final()",
        ],
    }
}

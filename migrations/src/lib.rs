//! The migrations of the database, one file per change, for `SQLite` and `PostgreSQL` alike.
//!
//! - A new change is a new file `mYYYYMMDD_HHMMSS_what.rs`, written with the schema builder, and one line in
//!   [`Migrator::migrations`]. A file that was released is never edited.
//! - Data is moved by a migration of its own. What an older program still reads is removed one release later.
//! - `schema.sql` shows the result on `SQLite`; `BLESS=1 cargo test -p vitrina-migrations` writes it again.
//!
//! This crate must not know what the tables mean; `vitrina-store` runs it under a lock.
#![expect(
    elided_lifetimes_in_paths,
    reason = "the trait of sea-orm-migration elides it, and async_trait wants the same"
)]

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod m20261123_090000_settings;
mod m20261123_090100_sources;
mod m20261123_090200_records;
mod m20261123_090300_distributions;
mod m20261123_090400_revisions;
mod m20261123_090500_changes;
mod m20261123_090600_slugs;
mod m20261123_090700_organization_aliases;
mod m20261123_090800_import_runs;
mod m20261123_090900_import_items;
mod m20261123_091000_tokens;
mod m20261123_091100_idempotency_keys;
mod m20261128_040000_jobs;
mod m20261128_040100_schedules;
mod m20261128_050000_blobs;
mod m20261128_050100_files;
mod m20261128_060000_blobs_checked;
mod m20261128_070000_inspections;
mod m20261128_071000_letters;
mod m20261128_071100_suppressions;
mod m20261128_072000_webhooks;

/// All migrations in their order.
#[derive(Debug, Clone, Copy)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_090000_settings::Migration),
            Box::new(m20261123_090100_sources::Migration),
            Box::new(m20261123_090200_records::Migration),
            Box::new(m20261123_090300_distributions::Migration),
            Box::new(m20261123_090400_revisions::Migration),
            Box::new(m20261123_090500_changes::Migration),
            Box::new(m20261123_090600_slugs::Migration),
            Box::new(m20261123_090700_organization_aliases::Migration),
            Box::new(m20261123_090800_import_runs::Migration),
            Box::new(m20261123_090900_import_items::Migration),
            Box::new(m20261123_091000_tokens::Migration),
            Box::new(m20261123_091100_idempotency_keys::Migration),
            Box::new(m20261128_040000_jobs::Migration),
            Box::new(m20261128_040100_schedules::Migration),
            Box::new(m20261128_050000_blobs::Migration),
            Box::new(m20261128_050100_files::Migration),
            Box::new(m20261128_060000_blobs_checked::Migration),
            Box::new(m20261128_070000_inspections::Migration),
            Box::new(m20261128_071000_letters::Migration),
            Box::new(m20261128_071100_suppressions::Migration),
            Box::new(m20261128_072000_webhooks::Migration),
        ]
    }
}

impl Migrator {
    /// The names of the migrations in their order.
    pub fn names() -> Vec<String> {
        Self::migrations().iter().map(|migration| migration.name().to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use sea_orm_migration::sea_orm::{ConnectOptions, Database, Statement};

    use super::*;

    /// One member per line, so that a difference shows which one changed.
    fn broken_into_lines(statement: &str) -> String {
        if statement.starts_with("CREATE TABLE") {
            statement.replace(", \"", ",\n  \"")
        } else {
            statement.to_owned()
        }
    }

    #[tokio::test]
    async fn schema_file_is_what_the_migrations_make() {
        let mut options = ConnectOptions::new("sqlite::memory:");
        options.max_connections(1).sqlx_logging(false);
        let database = Database::connect(options).await.unwrap();
        Migrator::up(&database, None).await.unwrap();

        let query = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND tbl_name <> 'seaql_migrations' \
                     ORDER BY tbl_name, type DESC, name";
        let rows = database
            .query_all_raw(Statement::from_string(database.get_database_backend(), query))
            .await
            .unwrap();
        let statements =
            rows.iter().map(|row| broken_into_lines(&row.try_get_by_index::<String>(0).unwrap()));
        let dumped: String = statements.map(|statement| statement + ";\n").collect();

        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.sql");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &dumped).unwrap();
        }
        assert_eq!(dumped, fs::read_to_string(&path).unwrap(), "run with BLESS=1 and review the difference");
    }

    #[test]
    fn names_are_in_order_and_unique() {
        let names = Migrator::names();
        assert!(names.is_sorted_by(|one, next| one < next), "{names:?}");
    }
}

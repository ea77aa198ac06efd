//! What `SQLite` is told, and the files it makes.

use std::{fs, os::unix::fs::PermissionsExt as _};

use rstest::rstest;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::*;

async fn pragma<C: ConnectionTrait>(connection: &C, name: &str) -> String {
    let query =
        Statement::from_string(DbBackend::Sqlite, format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}"));
    connection.query_one_raw(query).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

#[rstest]
#[case::log_survives_a_power_cut("journal_mode", "wal")]
#[case::every_commit_is_synced("synchronous", "2")]
#[case::references_hold("foreign_keys", "1")]
#[case::schema_is_not_trusted("trusted_schema", "0")]
#[case::replacing_fires_triggers("recursive_triggers", "1")]
#[tokio::test]
async fn the_writer_is_told(#[case] name: &str, #[case] expected: &str) {
    let test = open!(Engine::Sqlite);
    // Not all of them are table-valued functions, so the plain form.
    let query = Statement::from_string(DbBackend::Sqlite, format!("PRAGMA {name}"));
    let row = test.store.connections.writer.query_one_raw(query).await.unwrap().unwrap();
    let value =
        row.try_get_by_index::<String>(0).or_else(|_| row.try_get_by_index::<i64>(0).map(|n| n.to_string()));
    assert_eq!(value.unwrap(), expected);
}

#[tokio::test]
async fn readers_cannot_write() {
    let test = open!(Engine::Sqlite);
    assert_eq!(pragma(&test.store.connections.reader, "query_only").await, "1");
    let write = "INSERT INTO settings (key, value) VALUES ('a', 'b')";
    assert!(test.store.connections.reader.execute_unprepared(write).await.is_err());
}

#[tokio::test]
async fn files_are_private() {
    let test = open!(Engine::Sqlite);
    put(&test.store, 1, vec![dataset(1, "Agua")]).await;
    let folder = &test.config.data_dir;
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder), 0o700);
    for file in ["vitrina.db", "vitrina.db-wal", "vitrina.db-shm", "lock"] {
        assert_eq!(mode(&folder.join(file)), 0o600, "{file}");
    }
}

#[tokio::test]
async fn closing_folds_the_log_into_the_database() {
    let test = open!(Engine::Sqlite);
    let store = Store::open(&test.config).await.unwrap();
    put(&store, 1, vec![dataset(1, "Agua")]).await;
    let log = test.config.data_dir.join("vitrina.db-wal");
    assert!(fs::metadata(&log).unwrap().len() > 0);
    store.close().await;
    assert_eq!(fs::metadata(&log).unwrap().len(), 0, "another store is open, so the file stays");
    test.store.clone().close().await;
    assert!(!log.exists());

    let again = Store::open(&test.config).await.unwrap();
    assert!(read(&again, &Scope::Public, Kind::Dataset, record_id(1)).await.is_some());
}

#[rstest]
#[case("name with spaces")]
#[case("with?question#hash%20")]
#[tokio::test]
async fn any_folder_name_will_do(#[case] name: &str) {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join(name).join("deeper");
    let config =
        crate::Config { data_dir: data_dir.clone(), database_url: None, files_url: None, max_connections: 1 };
    let store = Store::open(&config).await.unwrap();
    store.migrate().await.unwrap();
    assert!(data_dir.join("vitrina.db").is_file());
}

#[tokio::test]
async fn only_the_first_store_empties_the_temporary_folder() {
    let test = open!(Engine::Sqlite);
    let (_, path) = test.store.blobs().temporary().unwrap();
    let second = Store::open(&test.config).await.unwrap();
    assert!(path.exists(), "the first store may still be filling it");
    drop(second);
    assert!(path.exists());
}

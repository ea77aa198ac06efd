//! Migrations: at once, down again, and from the future.

use rstest::rstest;
use sea_orm::{ConnectionTrait, Statement};
use vitrina_migrations::{Migrator, MigratorTrait as _};

use super::*;
use crate::{StoreError, testing};

async fn empty(engine: Engine) -> Option<TestStore> {
    TestStore::open_empty(engine).await.unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn three_processes_may_migrate_at_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let Some(test) = empty(engine).await else { return };
    assert_eq!(test.store.schema_state().await.unwrap().applied, [""; 0]);
    let migrating: Vec<_> = (0..3)
        .map(|_| {
            let config = test.config.clone();
            tokio::spawn(async move {
                let store = Store::open(&config).await.unwrap();
                store.migrate().await.unwrap();
                let state = store.schema_state().await.unwrap();
                store.close().await;
                state
            })
        })
        .collect();
    for state in migrating {
        let state = state.await.unwrap();
        assert_eq!(state.applied, Migrator::names());
        assert!(state.pending.is_empty());
    }
    test.store.migrate().await.unwrap();
    put(&test.store, 1, vec![dataset(1, "Agua")]).await;
}

#[rstest]
#[tokio::test]
async fn up_down_up(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    let writer = &test.store.connections.writer;
    Migrator::down(writer, None).await.unwrap();
    let state = test.store.schema_state().await.unwrap();
    assert_eq!((state.applied.len(), state.pending), (0, Migrator::names()));
    let rest = match engine {
        Engine::Sqlite => "SELECT name FROM sqlite_schema WHERE name NOT LIKE '%seaql_migrations%'",
        Engine::Postgres => {
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace \
             AND relname NOT LIKE 'seaql_migrations%' UNION ALL \
             SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        }
    };
    let rest =
        writer.query_all_raw(Statement::from_string(writer.get_database_backend(), rest)).await.unwrap();
    assert!(rest.is_empty(), "left behind: {rest:?}");
    test.store.migrate().await.unwrap();
    put(&test.store, 1, vec![dataset(1, "Agua")]).await;
}

#[rstest]
#[tokio::test]
async fn a_database_from_the_future_is_refused(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    let future =
        "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29991231_000000_flying_cars', 0)";
    test.store.connections.writer.execute_unprepared(future).await.unwrap();
    for refused in [test.store.migrate().await.unwrap_err(), test.store.schema_state().await.unwrap_err()] {
        assert!(
            matches!(&refused, StoreError::Unsupported(why) if why.contains("flying_cars")),
            "{refused:?}"
        );
    }
}

#[rstest]
#[case("mysql://root:hunter2@localhost/vitrina")]
#[case("hunter2")]
#[tokio::test]
async fn an_unknown_address_is_refused_without_repeating_it(#[case] url: &str) {
    let folder = tempfile::tempdir().unwrap();
    let config = crate::Config {
        data_dir: folder.path().to_owned(),
        database_url: Some(url.to_owned()),
        files_url: None,
        max_connections: 1,
    };
    let refused = Store::open(&config).await.unwrap_err();
    assert!(matches!(refused, StoreError::Unsupported(_)));
    assert!(!format!("{refused} {refused:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = format!("postgres://vitrina:hunter2@localhost/vitrina?host={}", folder.path().display());
    let config = crate::Config {
        data_dir: folder.path().join("data"),
        database_url: Some(nowhere),
        files_url: None,
        max_connections: 1,
    };
    let refused = Store::open(&config).await.unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
    assert!(!refused.to_string().contains("hunter2"));
}

async fn shown<C: ConnectionTrait>(connection: &C, setting: &str) -> Result<String, testing::Error> {
    let query = Statement::from_string(connection.get_database_backend(), format!("SHOW {setting}"));
    Ok(connection.query_one_raw(query).await?.ok_or("no row")?.try_get_by_index(0)?)
}

#[tokio::test]
async fn postgres_is_told_how_long_things_may_take() -> Result<(), testing::Error> {
    let Some(test) = TestStore::open(Engine::Postgres).await? else { return Ok(()) };
    let connections = &test.store.connections;
    for (setting, expected) in [("statement_timeout", "5s"), ("default_transaction_read_only", "on")] {
        assert_eq!(shown(&connections.reader, setting).await?, expected, "{setting}");
    }
    let told = [
        ("statement_timeout", "15s"),
        ("lock_timeout", "5s"),
        ("TimeZone", "UTC"),
        ("synchronous_commit", "off"),
    ];
    for (setting, expected) in told {
        assert_eq!(shown(&connections.writer, setting).await?, expected, "{setting}");
    }
    Ok(())
}

//! Concurrent read-modify-write: the reason why writing begins with [`Store::begin`].

use std::sync::Arc;

use rstest::rstest;
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbErr, TransactionOptions,
    TransactionTrait as _,
};
use tokio::sync::Barrier;

use super::*;

const WRITERS: usize = 8;
const ROUNDS: usize = 40;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_update_is_lost(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    put(&test.store, 0, vec![organization(1, "Contador")]).await;
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let store = test.store.clone();
            tokio::spawn(async move {
                for _ in 0..ROUNDS {
                    let mut tx = store.begin("tests", at(1)).await.unwrap();
                    let there = tx.record(Kind::Organization, record_id(1)).await.unwrap().unwrap();
                    let next = after(&organization(1, "Contador"), there.revision, Op::Update);
                    let written = tx.write(vec![next]).await.unwrap();
                    assert!(matches!(written[..], [Written::Stored { .. }]), "{written:?}");
                    tx.commit().await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let record = read(&test.store, &Scope::All, Kind::Organization, record_id(1)).await.unwrap();
    assert_eq!(record.revision, 321);
    assert_eq!(test.store.revisions(&Scope::All, record_id(1), None, 1_000).await.unwrap().len(), 321);
}

/// One round of a counter under a transaction that takes no lock at its beginning.
async fn deferred_step(database: &DatabaseConnection, barrier: Option<&Barrier>) -> Result<(), DbErr> {
    let tx = database.begin_with_options(TransactionOptions::default()).await?;
    tx.execute_unprepared("SELECT value FROM settings WHERE key = 'counter'").await?;
    if let Some(barrier) = barrier {
        barrier.wait().await;
    }
    tx.execute_unprepared("UPDATE settings SET value = value + 1 WHERE key = 'counter'").await?;
    tx.commit().await
}

/// Not our way: what `BEGIN` without `IMMEDIATE` does in spite of a busy timeout.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_deferred_transaction_loses_on_sqlite() {
    let test = open!(Engine::Sqlite);
    let mut tx = test.store.begin("tests", at(0)).await.unwrap();
    tx.set_setting("counter", "0").await.unwrap();
    tx.commit().await.unwrap();
    let path = test.config.data_dir.join("vitrina.db");
    let mut options = ConnectOptions::new(format!("sqlite:{}", path.display()));
    options.max_connections(u32::try_from(WRITERS).unwrap()).sqlx_logging(false);
    let database = Database::connect(options).await.unwrap();

    let barrier = Arc::new(Barrier::new(WRITERS));
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let (database, barrier) = (database.clone(), Arc::clone(&barrier));
            tokio::spawn(async move {
                let mut failed = usize::from(deferred_step(&database, Some(&barrier)).await.is_err());
                for _ in 1..ROUNDS {
                    failed += usize::from(deferred_step(&database, None).await.is_err());
                }
                failed
            })
        })
        .collect();
    let mut failed = 0;
    for writer in writers {
        failed += writer.await.unwrap();
    }
    database.close().await.unwrap();
    // Of those that all read first, one can write; the others' snapshots are old.
    assert!(failed >= WRITERS - 1, "{failed} of 320 failed");
    let counted: usize = test.store.setting("counter").await.unwrap().unwrap().parse().unwrap();
    assert_eq!(counted, WRITERS * ROUNDS - failed);
}

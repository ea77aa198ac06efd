//! The change log: gapless, in commit order, and never altered.

use rstest::rstest;
use sea_orm::ConnectionTrait as _;
use vitrina_domain::{canonical::Digest, change::Change};

use super::*;
use crate::ChangeFilter;

#[rstest]
#[tokio::test]
async fn each_write_is_a_change(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    assert_eq!(test.store.last_change(&ChangeFilter::All).await.unwrap(), Seq(0));
    assert_eq!(test.store.last_change_at(&ChangeFilter::Public).await.unwrap(), None);
    let write = dataset(1, "Agua");
    let draft = RecordWrite {
        visibility: Visibility::Draft,
        audience: Audience::Organization(record_id(80)),
        ..dataset(2, "Aire")
    };
    put(&test.store, 10, vec![write.clone(), organization(3, "Comisión")]).await;
    put(&test.store, 20, vec![deleted(&write, 1)]).await;
    put(&test.store, 30, vec![draft]).await;

    let changes = async |filter, kinds: &[Kind], after, limit| {
        let changes = test.store.changes(&filter, kinds, Seq(after), limit).await.unwrap();
        changes.iter().map(|change| change.seq.0).collect::<Vec<_>>()
    };
    assert_eq!(changes(ChangeFilter::Public, &[], 0, 9).await, [1, 2, 3]);
    assert_eq!(changes(ChangeFilter::All, &[], 0, 9).await, [1, 2, 3, 4]);
    assert_eq!(changes(ChangeFilter::All, &[], 1, 2).await, [2, 3]);
    assert_eq!(changes(ChangeFilter::Public, &[Kind::Dataset], 0, 9).await, [1, 3]);
    assert_eq!(changes(ChangeFilter::Public, &[Kind::Dataset, Kind::Organization], 1, 1).await, [2]);
    assert_eq!(changes(ChangeFilter::All, &[Kind::Catalog], 0, 9).await, [0_i64; 0]);

    let third = test.store.changes(&ChangeFilter::Public, &[], Seq(2), 1).await.unwrap();
    let expected = Change {
        seq: Seq(3),
        at: at(20),
        actor: "tests".to_owned(),
        audience: Audience::Public,
        kind: Kind::Dataset,
        entity_id: write.id.uuid(),
        op: Op::Delete,
        revision: 2,
        hash: write.hash,
    };
    assert_eq!(third, [expected]);
    assert_eq!(test.store.last_change(&ChangeFilter::Public).await.unwrap(), Seq(3));
    assert_eq!(test.store.last_change(&ChangeFilter::All).await.unwrap(), Seq(4));
    assert_eq!(test.store.last_change_at(&ChangeFilter::Public).await.unwrap(), Some(at(20)));
    let last = test.store.changes(&ChangeFilter::All, &[], Seq(3), 9).await.unwrap();
    assert_eq!(last[0].audience, Audience::Organization(record_id(80)));
}

#[rstest]
#[case("UPDATE changes SET actor = 'nobody'")]
#[case("DELETE FROM changes")]
#[tokio::test]
async fn nobody_alters_the_past(
    #[case] statement: &str,
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    put(&test.store, 1, vec![dataset(1, "Agua")]).await;
    let before = test.store.changes(&ChangeFilter::All, &[], Seq(0), 9).await.unwrap();
    let refused = test.store.connections.writer.execute_unprepared(statement).await.unwrap_err();
    assert!(refused.to_string().contains("append-only"), "{refused}");
    assert_eq!(test.store.changes(&ChangeFilter::All, &[], Seq(0), 9).await.unwrap(), before);
}

#[tokio::test]
async fn nobody_replaces_the_past() {
    let test = open!(Engine::Sqlite);
    put(&test.store, 1, vec![dataset(1, "Agua")]).await;
    let replace = "INSERT OR REPLACE INTO changes SELECT seq, at, 'nobody', audience, kind, entity_id, op, revision, \
                   hash FROM changes";
    assert!(test.store.connections.writer.execute_unprepared(replace).await.is_err());
}

#[tokio::test]
async fn nobody_empties_the_past() {
    let test = open!(Engine::Postgres);
    put(&test.store, 1, vec![dataset(1, "Agua")]).await;
    assert!(test.store.connections.writer.execute_unprepared("TRUNCATE changes").await.is_err());
}

/// The schedule that a sequence gets wrong: a later number commits first and a reader passes the earlier one.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_reader_skips_a_change_of_concurrent_writers(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    const WRITERS: u128 = 8;
    const TRANSACTIONS: u128 = 50;
    let test = open!(engine);
    put(&test.store, 0, vec![]).await;
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let store = test.store.clone();
            tokio::spawn(async move {
                for transaction in 0..TRANSACTIONS {
                    let number = 10 + writer * 1_000 + transaction * 2;
                    let writes = (0..=(transaction % 2)).map(|n| organization(number + n, "Igual")).collect();
                    put(&store, 1, writes).await;
                }
            })
        })
        .collect();
    let total = i64::try_from(WRITERS * TRANSACTIONS * 3 / 2).unwrap();
    let mut last = Seq(0);
    let mut hashes: Vec<Digest> = Vec::new();
    while last < Seq(total) {
        // A writer that failed leaves the log short for ever: its own panic is the better message.
        let all_done = writers.iter().all(tokio::task::JoinHandle::is_finished);
        let head = test.store.last_change(&ChangeFilter::Public).await.unwrap();
        if all_done && head == last {
            break;
        }
        for change in test.store.changes(&ChangeFilter::Public, &[], last, 7).await.unwrap() {
            assert_eq!(change.seq, Seq(last.0 + 1), "a gap, or a late arrival");
            last = change.seq;
            hashes.push(change.hash);
        }
        assert!(head >= Seq(0) && last <= Seq(total));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let again = test.store.changes(&ChangeFilter::Public, &[], Seq(0), 10_000).await.unwrap();
    assert_eq!(
        again.iter().map(|change| change.hash).collect::<Vec<_>>(),
        hashes,
        "what was read did not move"
    );
}

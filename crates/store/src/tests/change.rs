//! The change log: gapless, in commit order, and never altered.

use rstest::rstest;
use sea_orm::ConnectionTrait as _;
use vitrina_domain::{canonical::Digest, change::Change};

use super::*;
use crate::{ChangeFilter, StoreError};

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
        hash: write.document.digest,
        changed: Vec::new(),
    };
    assert_eq!(third, [expected]);
    assert_eq!(test.store.last_change(&ChangeFilter::Public).await.unwrap(), Seq(3));
    assert_eq!(test.store.last_change(&ChangeFilter::All).await.unwrap(), Seq(4));
    assert_eq!(test.store.last_change_at(&ChangeFilter::Public).await.unwrap(), Some(at(20)));
    let last = test.store.changes(&ChangeFilter::All, &[], Seq(3), 9).await.unwrap();
    assert_eq!(last[0].audience, Audience::Organization(record_id(80)));
}

/// The dataset with this document, in the place of the revision that is there.
fn rewritten(write: &RecordWrite, revision: u32, members: Value) -> RecordWrite {
    let mut whole = metadata_of(write).to_document();
    let Value::Object(members) = members else { panic!("no object") };
    whole.as_object_mut().unwrap().extend(members);
    whole.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    let metadata = document(Kind::Dataset, whole);
    RecordWrite { document: Sealed::from(&metadata), ..after(write, revision, Op::Update) }
}

#[rstest]
#[tokio::test]
async fn an_update_names_the_members_that_changed(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    let first = dataset(1, "Agua");
    put(&test.store, 1, vec![first.clone(), dataset(2, "Aire")]).await;
    let second = rewritten(&first, 1, json!({"title": "Agua potable", "keyword": ["niñez", "río"]}));
    put(&test.store, 2, vec![second.clone(), after(&dataset(2, "Aire"), 1, Op::Update)]).await;
    let nothing_but_order = rewritten(&second, 2, json!({"keyword": ["río", "niñez"]}));
    put(&test.store, 3, vec![nothing_but_order]).await;
    let file = json!([{"downloadURL": "https://datos.example/1.csv"}]);
    let third = rewritten(&first, 3, json!({"keyword": null, "distribution": file}));
    let third = RecordWrite { distribution_ids: first.distribution_ids[..1].to_vec(), ..third };
    put(&test.store, 4, vec![third.clone()]).await;
    put(&test.store, 5, vec![deleted(&third, 4)]).await;
    put(
        &test.store,
        6,
        vec![RecordWrite { op: Op::Create, ..rewritten(&first, 5, json!({"title": "Otra"})) }],
    )
    .await;

    let changes = test.store.changes(&ChangeFilter::Public, &[], Seq(0), 99).await.unwrap();
    let changed: Vec<_> = changes.iter().map(|change| (change.seq.0, change.changed.join(" "))).collect();
    let expected = [
        (1, ""),
        (2, ""),
        (3, "keyword title"),
        (4, ""),
        (5, "keyword"),
        (6, "distribution keyword title"),
        (7, ""),
        (8, ""),
    ];
    assert_eq!(changed, expected.map(|(seq, names)| (seq, names.to_owned())));
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
                   hash, changed FROM changes";
    assert!(test.store.connections.writer.execute_unprepared(replace).await.is_err());
}

#[tokio::test]
async fn nobody_empties_the_past() {
    let test = open!(Engine::Postgres);
    put(&test.store, 1, vec![dataset(1, "Agua")]).await;
    assert!(test.store.connections.writer.execute_unprepared("TRUNCATE changes").await.is_err());
}

/// Writes as often as it takes to come to one's turn on a machine that is busy with other things.
async fn put_in_turn(store: &Store, writes: Vec<RecordWrite>) {
    for _ in 0..10 {
        match try_put(store, writes.clone()).await {
            Ok(()) => return,
            Err(StoreError::Busy(_)) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    panic!("never came to its turn");
}

async fn try_put(store: &Store, writes: Vec<RecordWrite>) -> Result<(), StoreError> {
    let mut tx = store.begin("tests", at(1)).await?;
    tx.ensure_source(source_id(), "portal", "file").await?;
    tx.write(writes).await?;
    tx.commit().await
}

/// Who waits too long for the others learns that, and nothing else is wrong: the same write succeeds afterwards.
#[rstest]
#[tokio::test]
async fn a_writer_that_waits_too_long_for_its_turn_is_told_so(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    put(&test.store, 0, vec![]).await;
    let mut slow = test.store.begin("tests", at(1)).await.unwrap();
    assert!(slow.record(Kind::Dataset, record_id(1)).await.unwrap().is_none());
    let busy = try_put(&test.store, vec![dataset(1, "Agua")]).await.unwrap_err();
    assert!(matches!(busy, StoreError::Busy(_)), "{busy:?}");
    slow.commit().await.unwrap();
    try_put(&test.store, vec![dataset(1, "Agua")]).await.unwrap();
    let changes = test.store.changes(&ChangeFilter::All, &[], Seq(0), 9).await.unwrap();
    assert_eq!(changes.iter().map(|change| change.seq).collect::<Vec<_>>(), [Seq(1)]);
}

/// A name that is new to both is waited for by none who has the turn: else each would wait for the other.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_new_sources_of_one_name_do_not_wait_for_each_other(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    for round in 0..10 {
        let name = format!("portal {round}");
        let writers: Vec<_> = [1_u128, 2]
            .into_iter()
            .map(|writer| {
                let (store, name) = (test.store.clone(), name.clone());
                tokio::spawn(async move {
                    let mut tx = store.begin("tests", at(1)).await.unwrap();
                    if writer == 2 {
                        // This one has the turn before it asks for the source.
                        tx.record(Kind::Dataset, record_id(404)).await.unwrap();
                    }
                    let id = SourceId::new(Uuid::from_u128(1_000 * (round + 1) + writer));
                    let mut source = tx.ensure_source(id, &name, "file").await.unwrap();
                    source.last_fetched = Some(at(5));
                    tx.update_source(&source).await.unwrap();
                    tx.record(Kind::Dataset, record_id(404)).await.unwrap();
                    tx.commit().await.unwrap();
                    source.id
                })
            })
            .collect();
        let mut ids = Vec::new();
        for writer in writers {
            ids.push(writer.await.unwrap());
        }
        assert_eq!(ids[0], ids[1]);
    }
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
                    put_in_turn(&store, writes).await;
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

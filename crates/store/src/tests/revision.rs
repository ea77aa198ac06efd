//! The history of a record.

use rstest::rstest;

use super::*;

async fn history(test: &TestStore, seconds: &[i64]) {
    let write = dataset(1, "Agua");
    for (revision, second) in (0..).zip(seconds) {
        put(&test.store, *second, vec![after(&write, revision, Op::Update)]).await;
    }
}

#[rstest]
#[tokio::test]
async fn each_revision_ends_where_the_next_begins(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    history(&test, &[10, 20, 20, 35]).await;
    put(&test.store, 36, vec![dataset(2, "Aire")]).await;
    let revisions = test.store.revisions(&Scope::Public, record_id(1), None, 10).await.unwrap();
    let spans: Vec<_> = revisions.iter().map(|r| (r.number, r.valid_from, r.valid_to)).collect();
    let expected =
        [(4, at(35), None), (3, at(20), Some(at(35))), (2, at(20), Some(at(20))), (1, at(10), Some(at(20)))];
    assert_eq!(spans, expected);
    assert!(revisions.iter().all(|revision| revision.document.is_null()), "lists carry no documents");
    let older = test.store.revisions(&Scope::Public, record_id(1), Some(3), 1).await.unwrap();
    assert_eq!(older.iter().map(|revision| revision.number).collect::<Vec<_>>(), [2]);
}

#[rstest]
#[case::before_the_first(9, None)]
#[case::at_its_beginning(10, Some(1))]
#[case::between(19, Some(1))]
#[case::two_at_once(20, Some(3))]
#[case::now(99, Some(4))]
#[tokio::test]
async fn the_revision_of_an_instant_is_found(
    #[case] second: i64,
    #[case] number: Option<u32>,
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    history(&test, &[10, 20, 20, 35]).await;
    let found = test.store.record_at(&Scope::Public, Kind::Dataset, record_id(1), at(second)).await.unwrap();
    assert_eq!(found.as_ref().map(|record| record.revision), number);
    assert!(found.is_none_or(|record| record.read().unwrap().metadata == metadata_of(&dataset(1, "Agua"))));
}

#[rstest]
#[tokio::test]
async fn a_clock_set_back_makes_no_revision_end_before_it_began(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    history(&test, &[100, 40, 41]).await;
    let revisions = test.store.revisions(&Scope::Public, record_id(1), None, 10).await.unwrap();
    assert!(revisions.iter().all(|r| r.valid_to.is_none_or(|end| end >= r.valid_from)), "{revisions:?}");
    let now = test.store.record_at(&Scope::Public, Kind::Dataset, record_id(1), at(100)).await.unwrap();
    assert_eq!(now.unwrap().revision, 3);
}

#[rstest]
#[tokio::test]
async fn a_deletion_is_a_revision(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    let write = dataset(1, "Agua");
    put(&test.store, 1, vec![write.clone()]).await;
    assert_eq!(put(&test.store, 2, vec![deleted(&write, 1)]).await, [stored("agua", 2, 2)]);
    let last = test.store.revision(&Scope::Public, write.id, 2).await.unwrap().unwrap();
    assert_eq!(last.document, metadata_of(&write).to_document());
    assert!(test.store.revision(&Scope::Public, write.id, 3).await.unwrap().is_none());
    assert!(test.store.revision(&Scope::Public, record_id(9), 1).await.unwrap().is_none());
}

//! What each scope must and must not see, in every read.

use rstest::rstest;
use vitrina_domain::query::Direction;

use super::*;
use crate::{ListFilter, Walk};

/// Records that differ in visibility, owner and past.
const PUBLISHED: u128 = 1;
const DRAFT_OF_A: u128 = 2;
const HELD_OF_A: u128 = 3;
const DRAFT_OF_B: u128 = 4;
const TOMBSTONE: u128 = 5;
const NEVER_PUBLISHED_TOMBSTONE_OF_A: u128 = 6;
const DRAFT_OF_NOBODY: u128 = 7;
const ALL: std::ops::RangeInclusive<u128> = 1..=7;

fn a() -> RecordId {
    record_id(100)
}

fn b() -> RecordId {
    record_id(200)
}

async fn filled(test: &TestStore) {
    let of = |number, organization_id, visibility| RecordWrite {
        organization_id,
        visibility,
        ..dataset(number, &format!("Título {number}"))
    };
    let held = Visibility::Held { reason: "personal data".to_owned() };
    let gone = of(TOMBSTONE, Some(b()), Visibility::Published);
    let never = of(NEVER_PUBLISHED_TOMBSTONE_OF_A, Some(a()), Visibility::Draft);
    let writes = vec![
        of(PUBLISHED, Some(b()), Visibility::Published),
        of(DRAFT_OF_A, Some(a()), Visibility::Draft),
        of(HELD_OF_A, Some(a()), held),
        of(DRAFT_OF_B, Some(b()), Visibility::Draft),
        gone.clone(),
        never.clone(),
        of(DRAFT_OF_NOBODY, None, Visibility::Draft),
    ];
    put(&test.store, 1, writes).await;
    put(&test.store, 2, vec![deleted(&gone, 1), deleted(&never, 1)]).await;
}

#[rstest]
#[case::public(Scope::Public, &[PUBLISHED], &[TOMBSTONE])]
#[case::of_a(
    Scope::Organizations(vec![a(), a()]),
    &[PUBLISHED, DRAFT_OF_A, HELD_OF_A],
    &[TOMBSTONE, NEVER_PUBLISHED_TOMBSTONE_OF_A],
)]
#[case::of_b(Scope::Organizations(vec![b()]), &[PUBLISHED, DRAFT_OF_B], &[TOMBSTONE])]
#[case::of_none(Scope::Organizations(vec![]), &[PUBLISHED], &[TOMBSTONE])]
#[case::all(
    Scope::All,
    &[PUBLISHED, DRAFT_OF_A, HELD_OF_A, DRAFT_OF_B, DRAFT_OF_NOBODY],
    &[TOMBSTONE, NEVER_PUBLISHED_TOMBSTONE_OF_A],
)]
#[tokio::test]
async fn every_read_sees_no_more_than_its_scope(
    #[case] scope: Scope,
    #[case] listed: &[u128],
    #[case] tombstones: &[u128],
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    filled(&test).await;
    let store = &test.store;
    let listed_ids: Vec<_> = listed.iter().copied().map(record_id).collect();
    let none = ListFilter::default();

    for direction in [Direction::Ascending, Direction::Descending] {
        let page = store
            .page(&scope, Kind::Dataset, &none, Walk { direction, ..Walk::first(100) }, Extent::Whole)
            .await
            .unwrap();
        let mut ids: Vec<_> = page.iter().map(|record| record.id).collect();
        ids.sort();
        assert_eq!(ids, listed_ids);
    }
    assert_eq!(
        store.count(&scope, Kind::Dataset, &none).await.unwrap(),
        u64::try_from(listed.len()).unwrap()
    );
    let counts = store.counts(&scope).await.unwrap();
    assert_eq!(counts.get(&Kind::Dataset).copied(), u64::try_from(listed.len()).ok());
    let all: Vec<_> = ALL.map(record_id).collect();
    let records = store.records(&scope, &all, Extent::Whole).await.unwrap();
    assert_eq!(records.iter().map(|record| record.id).collect::<Vec<_>>(), listed_ids);

    for number in ALL {
        let record = read(store, &scope, Kind::Dataset, record_id(number)).await;
        let expected = listed.contains(&number) || tombstones.contains(&number);
        assert_eq!(record.is_some(), expected, "record {number}");
        assert_eq!(record.is_some_and(|record| record.visibility.is_gone()), tombstones.contains(&number));
        let first = DistributionId::new(Uuid::from_u128(number << 64 | 1));
        let distribution = store.distribution(&scope, first).await.unwrap();
        assert_eq!(distribution.is_some(), expected, "distribution of {number}");
        let distributions = store.distributions(&scope, record_id(number), 0, 10).await.unwrap();
        assert_eq!(
            distributions.len(),
            if listed.contains(&number) { 2 } else { 0 },
            "distributions of {number}"
        );
    }
}

#[rstest]
#[tokio::test]
async fn the_filter_of_an_organization_opens_nothing(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    filled(&test).await;
    let of = |id| ListFilter { organization_id: Some(id), ..ListFilter::default() };
    let cases = [
        (Scope::Public, a(), vec![]),
        (Scope::Public, b(), vec![PUBLISHED]),
        (Scope::Organizations(vec![a()]), a(), vec![DRAFT_OF_A, HELD_OF_A]),
        (Scope::Organizations(vec![a()]), b(), vec![PUBLISHED]),
        (Scope::All, b(), vec![PUBLISHED, DRAFT_OF_B]),
    ];
    for (scope, organization, expected) in cases {
        let page = test
            .store
            .page(&scope, Kind::Dataset, &of(organization), Walk::first(9), Extent::Whole)
            .await
            .unwrap();
        let expected: Vec<_> = expected.into_iter().map(record_id).collect();
        assert_eq!(
            page.iter().map(|record| record.id).collect::<Vec<_>>(),
            expected,
            "{scope:?} {organization}"
        );
    }
}

#[rstest]
#[tokio::test]
async fn what_returns_is_seen_again(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    let write = dataset(1, "Agua");
    put(&test.store, 1, vec![write.clone()]).await;
    put(&test.store, 2, vec![deleted(&write, 1)]).await;
    let gone = read(&test.store, &Scope::Public, Kind::Dataset, write.id).await.unwrap();
    assert_eq!((gone.revision, gone.visibility.reason()), (2, Some("gone from its source")));
    assert_eq!(gone.metadata, metadata_of(&write), "the last document stays");
    assert_eq!(put(&test.store, 3, vec![after(&write, 2, Op::Create)]).await, [stored("agua", 3, 3)]);
    let back = read(&test.store, &Scope::Public, Kind::Dataset, write.id).await.unwrap();
    assert_eq!((back.visibility, back.created_seq), (Visibility::Published, Seq(1)));
    assert_eq!(test.store.count(&Scope::Public, Kind::Dataset, &ListFilter::default()).await.unwrap(), 1);
}

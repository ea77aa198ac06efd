//! The time machine: lists and records as they were, and what is closed to it.

use rstest::rstest;
use sea_orm::{ConnectionTrait as _, DbBackend, QueryResult, Statement};
use vitrina_domain::query::Direction;

use super::*;
use crate::{ListFilter, Walk};

fn of(number: u128, title: &str, organization: u128, catalog: u128) -> RecordWrite {
    RecordWrite {
        organization_id: Some(record_id(organization)),
        catalog_id: Some(record_id(catalog)),
        ..dataset(number, title)
    }
}

fn turned(write: &RecordWrite, revision: u32, op: Op, visibility: Visibility) -> RecordWrite {
    RecordWrite { visibility, ..after(write, revision, op) }
}

fn reason() -> String {
    "personal data".to_owned()
}

fn held() -> Visibility {
    Visibility::Held { reason: reason() }
}

fn withdrawn() -> Visibility {
    Visibility::Withdrawn { reason: reason() }
}

/// The list of an instant as (record, revision), walked one by one in both directions, and counted.
async fn list(store: &Store, scope: &Scope, filter: &ListFilter, second: i64) -> Vec<(u128, u32)> {
    let page = async |after, direction, limit| {
        store
            .page_at(scope, Kind::Dataset, filter, at(second), Walk { after, direction, limit })
            .await
            .unwrap()
    };
    let mut walks = Vec::new();
    for direction in [Direction::Ascending, Direction::Descending] {
        let (mut walk, mut after) = (Vec::new(), None);
        while let Some(record) = page(after, direction, 1).await.pop() {
            after = Some(record.created_seq);
            walk.push(record);
        }
        assert_eq!(page(None, direction, 100).await, walk);
        walks.push(walk);
    }
    let [mut up, mut down] = <[_; 2]>::try_from(walks).unwrap();
    down.reverse();
    assert_eq!(up, down);
    let count = store.count_at(scope, Kind::Dataset, filter, at(second)).await.unwrap();
    assert_eq!(count, u64::try_from(up.len()).unwrap());
    for record in &up {
        let one = store.record_at(scope, Kind::Dataset, record.id, at(second)).await.unwrap();
        assert_eq!(one.as_ref(), Some(record), "alone as in the list");
    }
    up.drain(..).map(|record| (record.id.uuid().as_u128(), record.revision)).collect()
}

async fn filled(store: &Store) {
    let (water, air, fire) = (of(1, "Agua", 80, 90), of(2, "Aire", 80, 91), of(3, "Fuego", 81, 91));
    let earth = RecordWrite {
        visibility: Visibility::Draft,
        audience: Audience::Organization(record_id(81)),
        ..of(4, "Tierra", 81, 90)
    };
    put(store, 10, vec![water.clone(), air.clone()]).await;
    put(store, 20, vec![fire.clone(), earth.clone()]).await;
    // Water goes to another organization with another title.
    let moved = RecordWrite { organization_id: Some(record_id(81)), ..of(1, "Agua potable", 81, 90) };
    put(store, 30, vec![after(&moved, 1, Op::Update)]).await;
    put(store, 40, vec![deleted(&air, 1)]).await;
    put(store, 50, vec![after(&RecordWrite { visibility: Visibility::Published, ..earth }, 1, Op::Create)])
        .await;
    put(store, 60, vec![turned(&fire, 1, Op::Delete, withdrawn())]).await;
    put(store, 70, vec![after(&air, 2, Op::Create)]).await;
}

#[rstest]
#[case::before_everything(9, &[])]
#[case::at_the_first_instant(10, &[(1, 1), (2, 1)])]
#[case::without_drafts_and_what_is_withdrawn_today(29, &[(1, 1), (2, 1)])]
#[case::after_an_update(30, &[(1, 2), (2, 1)])]
#[case::after_a_deletion(49, &[(1, 2)])]
#[case::once_a_draft_is_published(50, &[(1, 2), (4, 2)])]
#[case::once_it_is_restored(70, &[(1, 2), (2, 3), (4, 2)])]
#[case::in_the_future(9_999, &[(1, 2), (2, 3), (4, 2)])]
#[tokio::test]
async fn everyone_sees_the_list_of_an_instant(
    #[case] second: i64,
    #[case] expected: &[(u128, u32)],
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    filled(&test.store).await;
    assert_eq!(list(&test.store, &Scope::Public, &ListFilter::default(), second).await, expected);
}

#[rstest]
#[tokio::test]
async fn filters_hold_as_they_were(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    type Case<'a> = (ListFilter, i64, &'a [(u128, u32)]);
    let test = open!(engine);
    filled(&test.store).await;
    let none = ListFilter::default;
    let organization = |id| ListFilter { organization_id: Some(record_id(id)), ..none() };
    let catalog = |id| ListFilter { catalog_id: Some(record_id(id)), ..none() };
    let source = |id| ListFilter { source_id: Some(id), ..none() };
    let both = ListFilter { catalog_id: Some(record_id(91)), ..organization(80) };
    let cases: [Case<'_>; 9] = [
        (organization(80), 25, &[(1, 1), (2, 1)]),
        (organization(80), 35, &[(2, 1)]),
        (organization(81), 25, &[]),
        (organization(81), 35, &[(1, 2)]),
        (catalog(90), 25, &[(1, 1)]),
        (catalog(91), 25, &[(2, 1)]),
        (both, 25, &[(2, 1)]),
        (source(source_id()), 25, &[(1, 1), (2, 1)]),
        (source(SourceId::new(Uuid::from_u128(404))), 25, &[]),
    ];
    for (filter, second, expected) in cases {
        assert_eq!(list(&test.store, &Scope::Public, &filter, second).await, expected, "{filter:?} {second}");
    }
}

#[rstest]
#[tokio::test]
async fn each_scope_sees_its_own_past(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    filled(&test.store).await;
    let none = ListFilter::default();
    let of = |id| Scope::Organizations(vec![record_id(id), record_id(id)]);
    assert_eq!(list(&test.store, &Scope::All, &none, 25).await, [(1, 1), (2, 1), (4, 1)]);
    assert_eq!(list(&test.store, &of(81), &none, 25).await, [(1, 1), (2, 1), (4, 1)]);
    assert_eq!(list(&test.store, &of(80), &none, 25).await, [(1, 1), (2, 1)]);
    // Nobody reads in lists what is withdrawn today; of what is held its organization does.
    let water = RecordWrite { organization_id: Some(record_id(81)), ..dataset(1, "Agua potable") };
    put(&test.store, 80, vec![turned(&water, 2, Op::Delete, held())]).await;
    assert_eq!(list(&test.store, &Scope::Public, &none, 35).await, [(2, 1)]);
    assert_eq!(list(&test.store, &of(81), &none, 35).await, [(1, 2), (2, 1), (4, 1)]);
    assert_eq!(list(&test.store, &of(80), &none, 25).await, [(1, 1), (2, 1)], "it was theirs then");
}

#[rstest]
#[case::held(held(), held())]
#[case::withdrawn(withdrawn(), withdrawn())]
#[case::back_to_draft(Visibility::Draft, Visibility::Draft)]
#[case::withdrawn_and_then_worked_on(withdrawn(), held())]
#[tokio::test]
async fn what_was_taken_down_is_closed_until_the_same_is_published_again(
    #[case] first: Visibility,
    #[case] second: Visibility,
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    let none = ListFilter::default();
    let (bad, good) = (dataset(1, "CURP de Ana"), dataset(1, "Agua"));
    put(&test.store, 10, vec![good.clone()]).await;
    put(&test.store, 20, vec![after(&bad, 1, Op::Update)]).await;
    put(&test.store, 30, vec![turned(&bad, 2, Op::Delete, first)]).await;
    put(&test.store, 40, vec![turned(&good, 3, Op::Update, second)]).await;
    for second in [10, 20, 30, 40] {
        assert_eq!(list(&test.store, &Scope::Public, &none, second).await, []);
    }
    let revisions = async |scope| {
        let revisions = test.store.revisions(&scope, record_id(1), None, 9).await.unwrap();
        for number in 1..=6 {
            let one = test.store.revision(&scope, record_id(1), number).await.unwrap();
            assert_eq!(one.is_some(), revisions.iter().any(|revision| revision.number == number));
        }
        revisions.iter().map(|revision| revision.number).collect::<Vec<_>>()
    };
    assert_eq!(revisions(Scope::Public).await, [0_u32; 0]);
    // Deleting it opens nothing, and bringing it back opens only what says exactly the same.
    put(&test.store, 50, vec![deleted(&good, 4)]).await;
    assert_eq!(list(&test.store, &Scope::Public, &none, 20).await, []);
    assert_eq!(revisions(Scope::Public).await, [0_u32; 0]);
    put(&test.store, 60, vec![after(&good, 5, Op::Create)]).await;
    assert_eq!(revisions(Scope::Public).await, [6, 1]);
    for (second, expected) in
        [(15, Some((1, 1))), (25, None), (35, None), (45, None), (55, None), (65, Some((1, 6)))]
    {
        let expected: Vec<_> = expected.into_iter().collect();
        assert_eq!(list(&test.store, &Scope::Public, &none, second).await, expected, "{second}");
    }
}

#[rstest]
#[tokio::test]
async fn an_end_that_everyone_saw_stays_in_the_history(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    filled(&test.store).await;
    let numbers = async |scope, id| {
        let revisions = test.store.revisions(&scope, record_id(id), None, 9).await.unwrap();
        revisions.iter().map(|revision| revision.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(Scope::Public, 2).await, [3, 2, 1]);
    assert_eq!(numbers(Scope::Public, 4).await, [2], "the draft was nobody's to read");
    assert_eq!(numbers(Scope::Organizations(vec![record_id(81)]), 4).await, [2, 1]);
    assert_eq!(numbers(Scope::All, 4).await, [2, 1]);
}

#[rstest]
#[tokio::test]
async fn a_record_of_the_past_is_whole(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    let first = of(1, "Agua", 80, 90);
    put(&test.store, 10, vec![first.clone()]).await;
    let before = read(&test.store, &Scope::Public, Kind::Dataset, first.id).await.unwrap();
    let fresh = DistributionId::new(Uuid::from_u128(99));
    let metadata =
        document(Kind::Dataset, json!({"title": "Otra", "identifier": "ds-1", "distribution": [{}]}));
    let second = RecordWrite {
        distribution_ids: vec![fresh],
        document: Sealed::from(&metadata),
        ..after(&first, 1, Op::Update)
    };
    put(&test.store, 20, vec![second]).await;
    let then = test.store.record_at(&Scope::Public, Kind::Dataset, first.id, at(15)).await.unwrap();
    assert_eq!(then, Some(before.stored()), "distributions and their ids included");
    assert_eq!(test.store.record_at(&Scope::Public, Kind::Catalog, first.id, at(15)).await.unwrap(), None);
}

/// What a database says it does for a page and for a count, whatever is in it.
async fn plan(store: &Store, statement: Statement) -> String {
    let mut statement = statement;
    statement.sql.insert_str(0, "EXPLAIN QUERY PLAN ");
    let rows = store.connections.reader.query_all_raw(statement).await.unwrap();
    let detail = |row: &QueryResult| row.try_get::<String>("", "detail").unwrap();
    rows.iter().map(detail).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn every_list_of_the_past_walks_an_index_in_creation_order() {
    let test = open!(Engine::Sqlite);
    let id = record_id(1);
    let none = ListFilter::default;
    let filters = [
        (none(), "revisions_list "),
        (ListFilter { organization_id: Some(id), ..none() }, "revisions_list_by_organization "),
        (ListFilter { catalog_id: Some(id), ..none() }, "revisions_list_by_catalog "),
        (ListFilter { source_id: Some(SourceId::new(id.uuid())), ..none() }, "revisions_list_by_source "),
    ];
    for (filter, index) in filters {
        for (scope, stretches) in [(Scope::Public, 1), (Scope::All, 3), (Scope::Organizations(vec![id]), 3)] {
            let page = crate::revision::plan_of_page(&scope, Kind::Dataset, &filter, at(1), Seq(7));
            let plan = plan(&test.store, DbBackend::Sqlite.build(&page)).await;
            assert!(plan.matches("created_seq>?").count() >= stretches, "{scope:?} {plan}");
            assert!(plan.contains(index) || stretches > 1, "{scope:?} {plan}");
            assert!(!plan.contains("SCAN revisions"), "{scope:?} {plan}");
        }
    }
}

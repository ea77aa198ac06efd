//! Writing and reading records.

use rstest::rstest;
use vitrina_domain::{canonical, query::Direction, record::RawSpan};

use super::*;
use crate::{ListFilter, StoreError, Walk};

#[rstest]
#[tokio::test]
async fn reads_back_what_was_written(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    let metadata = document(
        Kind::Dataset,
        json!({
            "@id": "https://datos.example/dataset/1",
            "title": {"es": "Niñez\u{0}y educación", "en": "Children 🎒"},
            "identifier": "A-1",
            "keyword": ["agua", "niñez"],
            "madeUpByThem": {"deep": [1, 2.5, null, "\u{1}"]},
            "distribution": [
                {"title": "uno", "downloadURL": "https://datos.example/1.csv", "theirs": true},
                {"title": "dos", "identifier": "two", "byteSize": 9_007_199_254_740_991_u64},
                {"title": "tres"},
            ],
        }),
    );
    let raw = RawSpan {
        digest: canonical::Digest::of(b"raw"),
        encoding: "windows-1252".to_owned(),
        offset: 17,
        length: 4_294_967_297,
    };
    let write = RecordWrite {
        catalog_id: Some(record_id(70)),
        organization_id: Some(record_id(80)),
        distribution_ids: [3, 1, 2].map(|n| DistributionId::new(Uuid::from_u128(n))).to_vec(),
        raw: Some(raw.clone()),
        ..write_of(1, "A-1".to_owned(), &metadata)
    };
    assert_eq!(put(&test.store, 10, vec![write.clone()]).await, [stored("children", 1, 1)]);

    let record = read(&test.store, &Scope::Public, Kind::Dataset, write.id).await.unwrap();
    assert_eq!(record.metadata, metadata_of(&write));
    assert_eq!(record.metadata.to_document(), metadata_of(&write).to_document());
    assert_eq!(record.distribution_ids, write.distribution_ids);
    assert_eq!((record.slug.as_str(), record.revision, record.created_seq), ("children", 1, Seq(1)));
    assert_eq!((record.catalog_id, record.organization_id), (Some(record_id(70)), Some(record_id(80))));
    assert_eq!((record.created, record.updated, record.hash), (at(10), at(10), write.document.digest));
    assert_eq!((record.source_id, record.identifier.as_str()), (source_id(), "A-1"));
    assert!(record.was_published && record.visibility == Visibility::Published);

    let revision = test.store.revision(&Scope::Public, write.id, 1).await.unwrap().unwrap();
    assert_eq!(revision.document, metadata_of(&write).to_document());
    assert_eq!(canonical::digest(&revision.document), write.document.digest);
    assert_eq!((revision.actor.as_str(), revision.raw), ("tests", Some(raw)));
}

#[rstest]
#[tokio::test]
async fn every_kind_is_kept_apart(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    let documents = Kind::ALL.map(|kind| {
        let name = if kind == Kind::Organization { "name" } else { "title" };
        document(kind, json!({name: "Agua", "identifier": "same"}))
    });
    let writes =
        (1..).zip(documents).map(|(number, metadata)| write_of(number, "same".to_owned(), &metadata));
    let written = put(&test.store, 1, writes.collect()).await;
    assert_eq!(written, [1, 2, 3, 4, 5].map(|seq| stored("agua", 1, seq)));
    for (number, kind) in (1..).zip(Kind::ALL) {
        let found = test.store.identified(kind, source_id(), "same").await.unwrap();
        assert_eq!(found, Some(record_id(number)));
        let record = read(&test.store, &Scope::Public, kind, record_id(number)).await.unwrap();
        assert_eq!(record.kind(), kind);
        let elsewhere = read(&test.store, &Scope::All, kind, record_id(number % 5 + 1)).await;
        assert!(elsewhere.is_none(), "{kind}");
    }
    let counts = test.store.counts(&Scope::Public).await.unwrap();
    assert!(Kind::ALL.iter().all(|kind| counts.get(kind) == Some(&1)), "{counts:?}");
}

#[rstest]
#[tokio::test]
async fn an_update_changes_the_record_and_keeps_its_names(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    let first = dataset(1, "Agua");
    put(&test.store, 10, vec![first.clone()]).await;
    let metadata = document(
        Kind::Dataset,
        json!({"title": "Otro título", "identifier": "ds-1", "distribution": [{"title": "nueva"}]}),
    );
    let second = RecordWrite {
        distribution_ids: vec![DistributionId::new(Uuid::from_u128(99))],
        slug: Slug::from_title("Otro título", "dataset"),
        document: Sealed::from(&metadata),
        ..after(&first, 1, Op::Update)
    };
    assert_eq!(put(&test.store, 20, vec![second.clone()]).await, [stored("agua", 2, 2)]);

    let record = read(&test.store, &Scope::Public, Kind::Dataset, first.id).await.unwrap();
    assert_eq!(record.metadata, metadata_of(&second));
    assert_eq!(record.distribution_ids, second.distribution_ids);
    assert_eq!((record.slug.as_str(), record.revision, record.created_seq), ("agua", 2, Seq(1)));
    assert_eq!((record.created, record.updated), (at(10), at(20)));
    for id in first.distribution_ids {
        assert!(test.store.distribution(&Scope::All, id).await.unwrap().is_none());
    }
}

#[rstest]
#[case::already_there(1, 0, 1)]
#[case::behind(1, 3, 1)]
#[case::not_there(2, 1, 0)]
#[tokio::test]
async fn a_write_that_follows_another_revision_stores_nothing(
    #[case] number: u128,
    #[case] expected: u32,
    #[case] there: u32,
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    put(&test.store, 1, vec![dataset(1, "Agua")]).await;
    let late = after(&dataset(number, "Tarde"), expected, Op::Update);
    let written = put(&test.store, 2, vec![late, dataset(3, "Aire")]).await;
    assert_eq!(written, [Written::Conflict { revision: there }, stored("aire", 1, 2)]);
    let titles = test
        .store
        .page(&Scope::All, Kind::Dataset, &ListFilter::default(), Walk::first(9), Extent::Whole)
        .await
        .unwrap();
    assert_eq!(titles.iter().map(|record| record.slug.as_str()).collect::<Vec<_>>(), ["agua", "aire"]);
}

#[rstest]
#[tokio::test]
async fn one_batch_may_hold_a_record_twice(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    let first = dataset(1, "Agua");
    let writes =
        vec![first.clone(), dataset(2, "Aire"), after(&first, 1, Op::Update), after(&first, 1, Op::Update)];
    let written = put(&test.store, 1, writes).await;
    let expected =
        [stored("agua", 1, 1), stored("aire", 1, 2), stored("agua", 2, 3), Written::Conflict { revision: 2 }];
    assert_eq!(written, expected);
}

#[rstest]
#[tokio::test]
async fn an_identity_belongs_to_one_record(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    put(&test.store, 1, vec![dataset(1, "Agua")]).await;
    let mut tx = test.store.begin("tests", at(2)).await.unwrap();
    let second = RecordWrite { identifier: "ds-1".to_owned(), ..dataset(2, "Aire") };
    let refused = tx.write(vec![second]).await.unwrap_err();
    assert!(matches!(refused, StoreError::Taken { what: "identifier" }), "{refused:?}");
    drop(tx);
    assert!(test.store.slug(Kind::Dataset, "aire").await.unwrap().is_none(), "nothing of it was kept");
}

#[rstest]
#[tokio::test]
async fn an_id_belongs_to_one_kind(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    put(&test.store, 1, vec![dataset(1, "Agua")]).await;
    let mut tx = test.store.begin("tests", at(2)).await.unwrap();
    let refused = tx.write(vec![after(&organization(1, "Agua"), 1, Op::Update)]).await.unwrap_err();
    assert!(matches!(refused, StoreError::Taken { what: "id" }), "{refused:?}");
}

#[rstest]
#[tokio::test]
async fn a_dropped_transaction_leaves_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    put(&test.store, 1, vec![]).await;
    let mut tx = test.store.begin("tests", at(1)).await.unwrap();
    tx.write(vec![dataset(1, "Agua")]).await.unwrap();
    assert!(tx.record(Kind::Dataset, record_id(1)).await.unwrap().is_some());
    drop(tx);
    assert!(read(&test.store, &Scope::All, Kind::Dataset, record_id(1)).await.is_none());
    assert_eq!(put(&test.store, 2, vec![dataset(2, "Agua")]).await, [stored("agua", 1, 1)]);
}

#[rstest]
#[tokio::test]
async fn nul_in_plain_columns_is_the_same_on_both(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    let write = RecordWrite {
        identifier: "a\0b".to_owned(),
        visibility: Visibility::Held { reason: "why\0not".to_owned() },
        ..dataset(1, "Agua")
    };
    put(&test.store, 1, vec![write]).await;
    assert_eq!(test.store.identified(Kind::Dataset, source_id(), "a\0b").await.unwrap(), Some(record_id(1)));
    let record = read(&test.store, &Scope::All, Kind::Dataset, record_id(1)).await.unwrap();
    assert_eq!(record.identifier, "a\u{fffd}b");
    assert_eq!(record.visibility.reason(), Some("why\u{fffd}not"));
    let mut tx = test.store.begin("te\0sts", at(2)).await.unwrap();
    let asked = ["a\0b".to_owned(), "a\u{fffd}b".to_owned(), "ab".to_owned()];
    let current = tx.current(Kind::Dataset, source_id(), &asked).await.unwrap();
    assert_eq!(current.get("a\0b").map(|current| current.id), Some(record_id(1)));
    assert_eq!(current.get("a\u{fffd}b").map(|current| current.id), Some(record_id(1)));
    assert!(!current.contains_key("ab"));
}

#[rstest]
#[tokio::test]
async fn an_importer_learns_what_is_there(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    let write = RecordWrite { organization_id: Some(record_id(80)), ..dataset(1, "Agua") };
    put(&test.store, 1, vec![write.clone(), dataset(2, "Aire")]).await;
    let mut tx = test.store.begin("tests", at(2)).await.unwrap();
    let asked = ["ds-1".to_owned(), "ds-404".to_owned()];
    let current = tx.current(Kind::Dataset, source_id(), &asked).await.unwrap();
    assert_eq!(current.len(), 1);
    let found = &current["ds-1"];
    assert_eq!((found.id, found.revision, found.hash), (write.id, 1, write.document.digest));
    assert_eq!((found.slug.as_str(), found.organization_id), ("agua", Some(record_id(80))));
    let keys: Vec<_> = found.distributions.iter().map(|(id, key)| (*id, key.as_deref())).collect();
    let ids = &write.distribution_ids;
    assert_eq!(keys, [(ids[0], Some("https://datos.example/1.csv")), (ids[1], Some("1-api"))]);
    let elsewhere = SourceId::new(Uuid::from_u128(1));
    assert!(tx.current(Kind::Dataset, elsewhere, &asked).await.unwrap().is_empty());
    assert!(tx.current(Kind::Catalog, source_id(), &asked).await.unwrap().is_empty());
}

#[rstest]
#[tokio::test]
async fn what_a_source_has_is_walked_without_tombstones(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    let writes: Vec<_> = (1..=7).map(|number| dataset(number, "Agua")).collect();
    put(&test.store, 1, writes.clone()).await;
    put(&test.store, 2, vec![deleted(&writes[3], 1), organization(50, "Agua")]).await;
    let mut tx = test.store.begin("tests", at(3)).await.unwrap();
    let mut walked = Vec::new();
    let mut last = None;
    loop {
        let ids = tx.absent(Kind::Dataset, source_id(), last, 2).await.unwrap();
        assert!(ids.len() <= 2);
        last = ids.last().copied();
        walked.extend(ids);
        if last.is_none() {
            break;
        }
    }
    assert_eq!(walked, [1, 2, 3, 5, 6, 7].map(record_id));
}

#[rstest]
#[tokio::test]
async fn pages_hold_every_record_once_in_creation_order(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
    #[values(Direction::Ascending, Direction::Descending)] direction: Direction,
) {
    let test = open!(engine);
    let (even, odd) = (record_id(900), record_id(901));
    // Ids that do not rise, so that order by id would be seen.
    let writes = (1..=23_u128).map(|number| RecordWrite {
        organization_id: Some(if number % 2 == 0 { even } else { odd }),
        catalog_id: (number % 3 == 0).then_some(record_id(700)),
        ..dataset(1000 - number, &format!("Título {number}"))
    });
    put(&test.store, 1, writes.collect()).await;
    let filters: [(ListFilter, Vec<u128>); 4] = [
        (ListFilter::default(), (1..=23).collect()),
        (
            ListFilter { organization_id: Some(even), ..ListFilter::default() },
            (1..=11).map(|n| n * 2).collect(),
        ),
        (
            ListFilter {
                catalog_id: Some(record_id(700)),
                organization_id: Some(odd),
                ..ListFilter::default()
            },
            vec![3, 9, 15, 21],
        ),
        (ListFilter { source_id: Some(SourceId::new(Uuid::from_u128(5))), ..ListFilter::default() }, vec![]),
    ];
    for (filter, mut expected) in filters {
        if direction == Direction::Descending {
            expected.reverse();
        }
        let expected: Vec<_> = expected.into_iter().map(|number| record_id(1000 - number)).collect();
        for scope in [Scope::Public, Scope::All, Scope::Organizations(vec![even])] {
            let mut walked = Vec::new();
            let mut after = None;
            loop {
                let page = test
                    .store
                    .page(&scope, Kind::Dataset, &filter, Walk { after, direction, limit: 5 }, Extent::Whole)
                    .await
                    .unwrap();
                assert!(page.iter().all(|record| record.distribution_ids.len() == 2));
                let Some(last) = page.last() else { break };
                after = Some(last.created_seq);
                walked.extend(page.iter().map(|record| record.id));
            }
            assert_eq!(walked, expected, "{filter:?} {scope:?}");
            let count = test.store.count(&scope, Kind::Dataset, &filter).await.unwrap();
            assert_eq!(count, u64::try_from(expected.len()).unwrap());
        }
    }
}

#[rstest]
#[tokio::test]
async fn records_come_in_the_order_asked(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    put(&test.store, 1, vec![dataset(1, "a1"), organization(2, "b2"), dataset(3, "c3")]).await;
    let asked = [3, 404, 2, 1].map(record_id);
    let records = test.store.records(&Scope::Public, &asked, Extent::Whole).await.unwrap();
    assert_eq!(records.iter().map(|record| record.id).collect::<Vec<_>>(), [3, 2, 1].map(record_id));
    assert!(test.store.records(&Scope::Public, &[], Extent::Whole).await.unwrap().is_empty());
}

#[rstest]
#[tokio::test]
async fn large_batches_fit(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    let written = put(&test.store, 1, (1..=2_500).map(|number| dataset(number, "Igual")).collect()).await;
    assert_eq!(written.len(), 2_500);
    assert_eq!(written.last(), Some(&stored("igual-2500", 1, 2_500)));
    let ids: Vec<_> = (1..=2_500).map(record_id).collect();
    assert_eq!(test.store.records(&Scope::Public, &ids, Extent::Whole).await.unwrap().len(), 2_500);
}

#[rstest]
#[tokio::test]
async fn a_distribution_without_an_id_is_refused(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    let mut tx = test.store.begin("tests", at(1)).await.unwrap();
    tx.ensure_source(source_id(), "portal", "file").await.unwrap();
    let write = RecordWrite { distribution_ids: Vec::new(), ..dataset(1, "Agua") };
    let refused = tx.write(vec![write]).await.unwrap_err();
    assert!(matches!(refused, StoreError::Inconsistent { table: "distributions", .. }), "{refused:?}");
}

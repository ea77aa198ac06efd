//! Reading distributions by themselves.

use rstest::rstest;

use super::*;

#[rstest]
#[tokio::test]
async fn are_found_by_id_and_by_place(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    let write = dataset(1, "Agua");
    put(&test.store, 1, vec![write.clone(), dataset(2, "Aire")]).await;
    let second = test.store.distribution(&Scope::Public, write.distribution_ids[1]).await.unwrap().unwrap();
    assert_eq!((second.dataset_id, second.position), (write.id, 1));
    assert_eq!(second.document, json!({"identifier": "1-api", "accessURL": "https://datos.example/api"}));
    for (from, limit, positions) in [(0, 9, vec![0, 1]), (0, 1, vec![0]), (1, 9, vec![1]), (2, 9, vec![])] {
        let rows = test.store.distributions(&Scope::Public, write.id, from, limit).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.position).collect::<Vec<_>>(), positions);
    }
}

#[rstest]
#[tokio::test]
async fn the_first_of_many_are_read_in_order(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    const MANY: u128 = 300;
    let test = open!(engine);
    let titles: Vec<_> = (0..MANY).map(|n| json!({"title": format!("parte\t{n} de «{{»")})).collect();
    let many = json!({"title": "Partes", "identifier": "x", "distribution": titles});
    // Ids that sort against the places.
    let ids: Vec<_> = (0..MANY).map(|n| DistributionId::new(Uuid::from_u128(MANY - n))).collect();
    let metadata = document(Kind::Dataset, many);
    let write = RecordWrite { distribution_ids: ids.clone(), ..write_of(1, "x".to_owned(), &metadata) };
    put(&test.store, 1, vec![write, dataset(2, "Pocas"), organization(3, "Ninguna")]).await;

    let page =
        test.store.records(&Scope::Public, &[1, 2, 3].map(record_id), Extent::First(25)).await.unwrap();
    let told: Vec<_> = page
        .iter()
        .map(|record| (record.metadata.distributions().len(), record.metadata.total_distributions()))
        .collect();
    assert_eq!(told, [(25, 300), (2, 2), (0, 0)]);
    assert_eq!(page[0].distribution_ids, ids[..25]);
    assert!(page[0].metadata.distributions().enumerate().all(|(n, text)| text.contains(&format!("t{n} de"))));
    let whole = read(&test.store, &Scope::Public, Kind::Dataset, record_id(1)).await.unwrap();
    assert_eq!((whole.metadata, whole.distribution_ids), (metadata, ids));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_never_sees_half_of_an_update(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    // Revision n has n % 4 distributions and says so in its title.
    let state = |revision: u32| {
        let count = revision % 4;
        let distributions: Vec<_> = (0..count).map(|n| json!({"title": format!("{revision}-{n}")})).collect();
        let document_ =
            json!({"title": format!("{revision}"), "identifier": "x", "distribution": distributions});
        let metadata = document(Kind::Dataset, document_);
        let ids = (0..count).map(|n| DistributionId::new(Uuid::from_u128(u128::from(n) + 1)));
        RecordWrite {
            expected_revision: revision - 1,
            distribution_ids: ids.collect(),
            ..write_of(1, "x".to_owned(), &metadata)
        }
    };
    put(&test.store, 1, vec![state(1)]).await;
    let writer = {
        let store = test.store.clone();
        tokio::spawn(async move {
            for revision in 2..=120 {
                put(&store, 1, vec![state(revision)]).await;
            }
        })
    };
    let mut last = 0;
    while last < 120 {
        let record = read(&test.store, &Scope::Public, Kind::Dataset, record_id(1)).await.unwrap();
        assert_eq!(record.metadata, metadata_of(&state(record.revision)));
        assert!(record.revision >= last);
        last = record.revision;
    }
    writer.await.unwrap();
}

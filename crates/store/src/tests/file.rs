//! The files of distributions, and the rows that vouch for every file.

use std::io::Write as _;

use futures_util::TryStreamExt as _;
use rstest::rstest;

use super::*;
use crate::{InspectionRow, NewFile, Seal, Tx, Unchecked};

const DAY: i64 = 86_400;

async fn begin(store: &Store, second: i64) -> Tx {
    store.begin("tests", at(second)).await.unwrap()
}

/// Announces bytes and puts them in place.
async fn keep(store: &Store, second: i64, bytes: &[u8]) -> Seal {
    let seal = Seal::of(bytes);
    let mut tx = begin(store, second).await;
    tx.expect_blob(&seal).await.unwrap();
    tx.commit().await.unwrap();
    let (mut file, path) = store.blobs().temporary().unwrap();
    file.write_all(bytes).unwrap();
    store.blobs().adopt(&path, seal.digest).await.unwrap();
    seal
}

fn file_of(write: &RecordWrite, seal: &Seal) -> NewFile {
    NewFile {
        distribution_id: write.distribution_ids[0],
        dataset_id: write.id,
        digest: seal.digest,
        length: seal.length,
        media_type: "text/csv".to_owned(),
        name: "datos\0.csv".to_owned(),
    }
}

async fn add(store: &Store, second: i64, new: NewFile) {
    let mut tx = begin(store, second).await;
    tx.add_file(new).await.unwrap();
    tx.commit().await.unwrap();
}

async fn bytes(store: &Store, seal: Seal) -> Result<Vec<u8>, crate::StoreError> {
    let whole = 0..seal.length;
    let blocks: Vec<_> = store.blobs().read(seal, whole).try_collect().await?;
    Ok(blocks.concat())
}

#[rstest]
#[tokio::test]
async fn the_last_file_is_the_one_that_is_given(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    let write = dataset(1, "Agua");
    put(&test.store, 1, vec![write.clone()]).await;
    let distribution =
        test.store.distribution(&Scope::Public, write.distribution_ids[0]).await.unwrap().unwrap();
    assert_eq!(test.store.file_of(&distribution).await.unwrap(), None);
    for (second, text) in [(2, "uno"), (3, "dos"), (4, "uno")] {
        let seal = keep(&test.store, second, text.as_bytes()).await;
        add(&test.store, second, file_of(&write, &seal)).await;
    }
    let file = test.store.file_of(&distribution).await.unwrap().unwrap();
    assert_eq!((file.number, file.digest, file.length), (3, Seal::of(b"uno").digest, 3));
    assert_eq!((file.uploaded, file.actor.as_str()), (at(4), "tests"));
    assert_eq!(file.name, "datos\u{fffd}.csv");
    assert_eq!(test.store.faults().await.unwrap(), Vec::<String>::new());
}

#[rstest]
#[tokio::test]
async fn room_is_counted_by_organization_and_for_all(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    let owner = organization(9, "Agua y Drenaje");
    let own = RecordWrite { organization_id: Some(owner.id), ..dataset(1, "Agua") };
    let other = dataset(2, "Aire");
    put(&test.store, 1, vec![owner.clone(), own.clone(), other.clone()]).await;
    assert_eq!(test.store.uploaded_bytes(None).await.unwrap(), 0);
    for (write, text) in [(&own, "12345"), (&own, "12345678"), (&other, "1")] {
        let seal = keep(&test.store, 2, text.as_bytes()).await;
        add(&test.store, 2, file_of(write, &seal)).await;
    }
    for (organization, expected) in [(Some(owner.id), 13), (Some(record_id(8)), 0), (None, 14)] {
        assert_eq!(test.store.uploaded_bytes(organization).await.unwrap(), expected);
        assert_eq!(begin(&test.store, 3).await.uploaded_bytes(organization).await.unwrap(), expected);
    }
}

#[rstest]
#[tokio::test]
async fn only_what_no_row_needs_is_collected_and_not_at_once(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    let write = dataset(1, "Agua");
    put(&test.store, 1, vec![write.clone()]).await;
    let needed = keep(&test.store, 1, b"se usa").await;
    add(&test.store, 1, file_of(&write, &needed)).await;
    let original = keep(&test.store, 1, b"original").await;
    start_run(&test.store, original.digest).await;
    let left = keep(&test.store, 1, b"sobra").await;
    let young = keep(&test.store, DAY, b"recien").await;

    assert_eq!(test.store.unneeded_files(at(DAY), 9).await.unwrap(), [left.digest]);
    for seal in [&needed, &original, &young] {
        assert!(!test.store.collect_file(seal.digest, at(DAY)).await.unwrap());
    }
    assert!(test.store.collect_file(left.digest, at(DAY)).await.unwrap());
    assert!(!test.store.collect_file(left.digest, at(DAY)).await.unwrap());
    assert_eq!(test.store.seal(&left.digest).await.unwrap(), None);
    assert!(bytes(&test.store, left).await.is_err());
    for seal in [needed, original, young] {
        assert!(bytes(&test.store, seal).await.is_ok());
    }
}

#[rstest]
#[tokio::test]
async fn files_are_looked_at_in_turn(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    let write = dataset(1, "Agua");
    put(&test.store, 1, vec![write.clone()]).await;
    let mut kept = Vec::new();
    for (second, text) in [(1, "uno"), (1, "dos"), (3, "tres"), (9, "cuatro")] {
        let seal = keep(&test.store, second, text.as_bytes()).await;
        add(&test.store, second, file_of(&write, &seal)).await;
        kept.push((second, seal.digest));
    }
    keep(&test.store, 1, b"no se usa").await;
    kept.sort();
    let look = async |before: i64, after: Option<Unchecked>| {
        let found = test.store.unchecked_files(at(before), after.as_ref(), 2).await.unwrap();
        let places = found.iter().map(|file| (file.checked, file.seal.digest)).collect::<Vec<_>>();
        (places, found.last().cloned())
    };
    let expected: Vec<_> = kept.iter().map(|(second, digest)| (at(*second), *digest)).collect();
    let (first, last) = look(9, None).await;
    assert_eq!(first, expected[..2], "the longest ago first");
    let (next, last) = look(9, last).await;
    assert_eq!(next, expected[2..3], "the one of that very moment is not before it");
    assert_eq!(look(9, last).await.0, []);

    let mut tx = begin(&test.store, 20).await;
    tx.files_are_whole(&[kept[0].1, kept[2].1]).await.unwrap();
    tx.commit().await.unwrap();
    let (left, _) = look(20, None).await;
    assert_eq!(left, [expected[1], expected[3]]);
}

#[rstest]
#[tokio::test]
async fn what_was_found_in_a_file_is_replaced_and_goes_with_it(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    let seal = keep(&test.store, 1, b"agua").await;
    assert_eq!(test.store.inspection(&seal.digest).await.unwrap(), None);
    assert_eq!(begin(&test.store, 2).await.inspected_by(&seal.digest).await.unwrap(), None);
    let found = |second, program: &str| InspectionRow {
        digest: seal.digest,
        outcome: serde_json::json!({"inspected": {"kind": "a\0b"}}),
        inspected: at(second),
        program: program.to_owned(),
    };
    for row in [found(2, "0.1.0"), found(3, "0.2.0")] {
        let mut tx = begin(&test.store, 9).await;
        tx.put_inspection(&row).await.unwrap();
        assert_eq!(tx.inspected_by(&seal.digest).await.unwrap().as_ref(), Some(&row.program));
        tx.commit().await.unwrap();
        assert_eq!(test.store.inspection(&seal.digest).await.unwrap(), Some(row));
    }
    // Nothing is known of a file that is not there.
    let nowhere = InspectionRow { digest: Seal::of(b"nada").digest, ..found(4, "0.2.0") };
    assert!(begin(&test.store, 9).await.put_inspection(&nowhere).await.is_err());
    assert!(test.store.collect_file(seal.digest, at(DAY)).await.unwrap());
    assert_eq!(test.store.inspection(&seal.digest).await.unwrap(), None);
}

#[rstest]
#[tokio::test]
async fn a_file_is_opened_after_all_of_it_was_verified(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    let long: Vec<u8> = (0..3 << 18).flat_map(|number: u32| number.to_le_bytes()).collect();
    let seal = keep(&test.store, 1, &long).await;
    let mut read = Vec::new();
    let mut file = test.store.blobs().open_verified(seal.clone()).await.unwrap();
    std::io::Read::read_to_end(&mut file, &mut read).unwrap();
    assert!(read == long);
    let other = Seal { digest: Seal::of(b"x").digest, ..seal };
    assert!(matches!(test.store.blobs().open_verified(other).await, Err(crate::StoreError::Damaged { .. })));
}

/// A run of an import whose original has this digest.
async fn start_run(store: &Store, raw: vitrina_domain::canonical::Digest) {
    let mut tx = begin(store, 1).await;
    let source = tx.ensure_source(source_id(), "portal", "file").await.unwrap();
    let run = vitrina_domain::import::Run {
        id: vitrina_domain::id::RunId::new(Uuid::from_u128(7)),
        source_id: source.id,
        format: "ndjson".to_owned(),
        raw,
        actor: "tests".to_owned(),
        fetched: at(1),
        started: at(1),
        ended: None,
        state: vitrina_domain::import::RunState::Running,
        tally: vitrina_domain::import::Tally::default(),
        findings: Vec::new(),
    };
    tx.start_run(&run).await.unwrap();
    tx.commit().await.unwrap();
}

/// An old file that nothing needs is stored again at the moment when it is collected.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_collects_what_is_about_to_be_stored(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    for round in 0..20 {
        let text = format!("disputado {round}");
        let old = keep(&test.store, 1, text.as_bytes()).await;
        let collector = {
            let store = test.store.clone();
            tokio::spawn(async move { store.collect_file(old.digest, at(5)).await.unwrap() })
        };
        let seal = keep(&test.store, 10, text.as_bytes()).await;
        collector.await.unwrap();
        assert!(test.store.seal(&seal.digest).await.unwrap().is_some(), "round {round}");
        assert_eq!(bytes(&test.store, seal).await.unwrap(), text.as_bytes());
    }
}

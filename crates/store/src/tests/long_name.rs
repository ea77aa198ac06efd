//! Names of any length: an index of `PostgreSQL` holds 2,704 bytes, and a catalog knows nothing of that.

use rstest::rstest;
use vitrina_domain::{canonical::Digest, scope::Scope};

use super::*;
use crate::{StoreError, StoredAnswer};

/// 30 KB that no compression makes short: digests of numbers, one after the other.
fn long(salt: u32) -> String {
    (0..480_u32).map(|number| Digest::of(format!("{salt} {number}").as_bytes()).to_string()).collect()
}

#[rstest]
#[tokio::test]
async fn an_identifier_of_any_length_is_found_and_unique(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    let write = |number, identifier: &str| RecordWrite {
        identifier: identifier.to_owned(),
        distribution_ids: Vec::new(),
        document: Sealed::from(&document(Kind::Dataset, json!({"title": "Agua", "identifier": identifier}))),
        ..dataset(number, "Agua")
    };
    let (first, second) = (long(1), long(2));
    put(&test.store, 1, vec![write(1, &first), write(2, &second)]).await;
    for (identifier, id) in [(&first, 1), (&second, 2)] {
        let found = test.store.identified(Kind::Dataset, source_id(), identifier).await.unwrap();
        assert_eq!(found, Some(record_id(id)));
        let record = read(&test.store, &Scope::Public, Kind::Dataset, record_id(id)).await.unwrap();
        assert_eq!(record.identifier, *identifier);
    }
    assert_eq!(test.store.identified(Kind::Dataset, source_id(), &long(3)).await.unwrap(), None);

    let mut tx = test.store.begin("tests", at(2)).await.unwrap();
    let current = tx.current(Kind::Dataset, source_id(), &[long(3), second.clone()]).await.unwrap();
    assert_eq!(current.keys().collect::<Vec<_>>(), [&second]);
    let taken = tx.write(vec![write(3, &first)]).await.unwrap_err();
    assert!(matches!(taken, StoreError::Taken { what: "identifier" }), "{taken:?}");
}

#[rstest]
#[tokio::test]
async fn names_of_sources_and_organizations_may_be_long(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    put(&test.store, 1, vec![organization(1, "Agua"), organization(2, "Aire")]).await;
    let mut tx = test.store.begin("tests", at(2)).await.unwrap();
    let ids = [7, 8].map(|number| SourceId::new(Uuid::from_u128(number)));
    let source = tx.ensure_source(ids[0], &long(1), "file").await.unwrap();
    assert_eq!(tx.ensure_source(ids[1], &long(1), "file").await.unwrap(), source);
    for (salt, organization) in [(1, 1), (2, 2), (1, 2)] {
        tx.add_organization_alias(source.id, &long(salt), record_id(organization)).await.unwrap();
    }
    assert_eq!(tx.organization_alias(source.id, &long(1)).await.unwrap(), Some(record_id(2)));
    assert_eq!(tx.organization_alias(source.id, &long(3)).await.unwrap(), None);
    tx.commit().await.unwrap();
    assert_eq!(test.store.source_named(&long(1)).await.unwrap(), Some(source));
    assert_eq!(test.store.source_named(&long(2)).await.unwrap(), None);
}

#[rstest]
#[tokio::test]
async fn a_key_of_a_request_may_be_long(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    let request = Digest::of(b"request");
    let answer = StoredAnswer { request, status: Some(201), headers: Vec::new(), body: Vec::new() };
    let mut tx = test.store.begin("tests", at(1)).await.unwrap();
    assert_eq!(tx.claim_idempotency_key("ana", &long(1), &request, at(0)).await.unwrap(), None);
    tx.store_answer("ana", &long(1), &answer).await.unwrap();
    assert_eq!(tx.claim_idempotency_key("ana", &long(1), &request, at(0)).await.unwrap(), Some(answer));
    assert_eq!(tx.claim_idempotency_key("ana", &long(2), &request, at(0)).await.unwrap(), None);
    tx.commit().await.unwrap();
}

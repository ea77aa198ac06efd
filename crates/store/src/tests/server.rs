//! What the server keeps for itself: settings, tokens, answers to repeated requests.

use rstest::rstest;
use vitrina_domain::{canonical::Digest, id::TokenId};

use super::*;
use crate::{Backend, StoredAnswer, TokenRow};

const DAY: i64 = 86_400;

#[rstest]
#[tokio::test]
async fn settings_are_kept(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    assert_eq!(test.store.setting("base_url").await.unwrap(), None);
    for value in ["https://one.example", "https://two.example"] {
        let mut tx = test.store.begin("tests", at(1)).await.unwrap();
        tx.set_setting("base_url", value).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(test.store.setting("base_url").await.unwrap().as_deref(), Some(value));
    }
}

#[rstest]
#[tokio::test]
async fn a_probe_tells_whether_it_works(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    test.store.probe().await.unwrap();
    let expected = if engine == Engine::Sqlite { Backend::Sqlite } else { Backend::Postgres };
    assert_eq!(test.store.backend(), expected);
    let closed = test.store.clone();
    closed.close().await;
    assert!(matches!(test.store.probe().await, Err(crate::StoreError::Unavailable(_))));
}

fn token(number: u128, created: i64) -> TokenRow {
    TokenRow {
        id: TokenId::new(Uuid::from_u128(number)),
        name: format!("token {number}"),
        hash: Digest::of(&number.to_be_bytes()),
        scopes: vec!["read".to_owned(), "import@agua".to_owned()],
        created: at(created),
        expires: at(created + 100),
        revoked: None,
        last_used: None,
    }
}

#[rstest]
#[tokio::test]
async fn tokens_are_found_by_their_hash_alone(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    let (old, new) = (token(9, 10), token(1, 20));
    let mut tx = test.store.begin("tests", at(1)).await.unwrap();
    tx.add_token(&old).await.unwrap();
    tx.add_token(&new).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(test.store.token(&new.hash).await.unwrap(), Some(new.clone()));
    assert_eq!(test.store.token(&Digest::of(b"guess")).await.unwrap(), None);
    assert_eq!(test.store.tokens().await.unwrap(), [new.clone(), old.clone()]);

    let mut tx = test.store.begin("tests", at(2)).await.unwrap();
    tx.touch_token(old.id, at(3 * DAY + 7)).await.unwrap();
    tx.touch_token(old.id, at(2 * DAY)).await.unwrap();
    assert!(tx.revoke_token(old.id, at(50)).await.unwrap());
    assert!(tx.revoke_token(old.id, at(60)).await.unwrap());
    assert!(!tx.revoke_token(TokenId::new(Uuid::from_u128(404)), at(50)).await.unwrap());
    tx.commit().await.unwrap();
    let revoked = test.store.token(&old.hash).await.unwrap().unwrap();
    assert_eq!((revoked.revoked, revoked.last_used), (Some(at(50)), Some(at(3 * DAY))));
    assert_eq!(test.store.token(&new.hash).await.unwrap(), Some(new));
}

fn answer(status: Option<u16>) -> StoredAnswer {
    StoredAnswer {
        request: Digest::of(b"request"),
        status,
        headers: vec![("Location".to_owned(), "/api/v1/datasets/1".to_owned())],
        body: vec![0, 159, 146, 150],
    }
}

#[rstest]
#[tokio::test]
async fn an_answer_is_given_again(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    let claim = async |owner: &str, key: &str, second, oldest| {
        let mut tx = test.store.begin("tests", at(second)).await.unwrap();
        let found = tx.claim_idempotency_key(owner, key, &Digest::of(b"request"), at(oldest)).await.unwrap();
        tx.commit().await.unwrap();
        found
    };
    assert_eq!(claim("ana", "k1", 100, 0).await, None);
    let pending = claim("ana", "k1", 101, 0).await.unwrap();
    assert_eq!((pending.request, pending.status), (Digest::of(b"request"), None));
    let mut tx = test.store.begin("tests", at(102)).await.unwrap();
    tx.store_answer("ana", "k1", &answer(Some(201))).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(claim("ana", "k1", 103, 0).await, Some(answer(Some(201))));
    assert_eq!(claim("eve", "k1", 103, 0).await, None, "a key belongs to its owner");
    assert_eq!(claim("ana", "k2", 103, 0).await, None);
    assert_eq!(claim("ana", "k1", 104, 101).await, None, "an old key is dropped");
    assert_eq!(claim("ana", "nul\0", 104, 101).await, None);
    assert!(claim("ana", "nul\0", 104, 101).await.is_some());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_claims_at_once_one_wins(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    for round in 0..20 {
        let claims: Vec<_> = (0..4)
            .map(|_| {
                let store = test.store.clone();
                tokio::spawn(async move {
                    let mut tx = store.begin("tests", at(1)).await.unwrap();
                    let key = format!("key {round}");
                    let found =
                        tx.claim_idempotency_key("ana", &key, &Digest::of(b"r"), at(0)).await.unwrap();
                    tx.commit().await.unwrap();
                    found.is_none()
                })
            })
            .collect();
        let mut winners = 0;
        for claim in claims {
            winners += u32::from(claim.await.unwrap());
        }
        assert_eq!(winners, 1);
    }
}

//! Letters, suppressions, and the secret behind them.

use rstest::rstest;
use serde_json::json;
use uuid::Uuid;
use vitrina_domain::{
    canonical::Digest,
    id::{LetterId, SuppressionId},
    mail::{Suppression, SuppressionReason},
};

use super::{at, open};
use crate::{LetterRow, Store, testing::Engine};

fn suppression(number: u128, list: Option<&str>) -> Suppression {
    Suppression {
        id: SuppressionId::new(Uuid::from_u128(number)),
        address: Digest::of(b"somebody"),
        list: list.map(|list| list.parse().unwrap()),
        reason: SuppressionReason::Rejected,
        domain: list.is_none().then(|| "example.org".to_owned()),
        created: at(7),
        actor: "tests".to_owned(),
    }
}

async fn suppress(store: &Store, suppression: &Suppression) -> bool {
    let mut tx = store.begin("tests", at(1)).await.unwrap();
    let is_new = tx.suppress(suppression).await.unwrap();
    tx.commit().await.unwrap();
    is_new
}

#[rstest]
#[tokio::test]
async fn letters_are_kept_until_they_are_forgotten(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    let letter = |number: u128| LetterRow {
        id: LetterId::new(Uuid::from_u128(number)),
        filed: at(i64::try_from(number).unwrap()),
        document: json!({ "to": "ana@example.org", "nul": "\0" }),
    };
    let mut tx = test.store.begin("tests", at(1)).await.unwrap();
    for number in 1..=4 {
        tx.add_letter(&letter(number)).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(test.store.letter(letter(2).id).await.unwrap(), Some(letter(2)));
    let mut tx = test.store.begin("tests", at(1)).await.unwrap();
    tx.forget_letter(letter(4).id).await.unwrap();
    assert_eq!(tx.forget_letters(at(3)).await.unwrap(), 2);
    tx.commit().await.unwrap();
    for (number, is_kept) in [(1, false), (2, false), (3, true), (4, false)] {
        assert_eq!(test.store.letter(letter(number).id).await.unwrap().is_some(), is_kept, "{number}");
    }
}

#[rstest]
#[tokio::test]
async fn an_address_is_suppressed_once_for_each_list_and_once_for_all(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    let (all, one) = (suppression(1, None), suppression(2, Some("avisos")));
    assert!(suppress(&test.store, &all).await && suppress(&test.store, &one).await);
    assert!(!suppress(&test.store, &suppression(3, None)).await, "the first one stands");
    assert!(!suppress(&test.store, &suppression(4, Some("avisos"))).await);
    assert_eq!(test.store.suppressions_of(&all.address).await.unwrap(), [all.clone(), one.clone()]);
    assert_eq!(test.store.suppressions_of(&Digest::of(b"another")).await.unwrap(), []);
    assert_eq!(test.store.suppressions(None, 10).await.unwrap(), [one.clone(), all.clone()]);
    assert_eq!(test.store.suppressions(Some(one.id), 10).await.unwrap(), std::slice::from_ref(&all));
    assert_eq!(test.store.suppression(one.id).await.unwrap(), Some(one.clone()));
    let mut tx = test.store.begin("tests", at(1)).await.unwrap();
    assert!(tx.lift_suppression(all.id).await.unwrap() && !tx.lift_suppression(all.id).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(test.store.suppressions_of(&all.address).await.unwrap(), [one]);
}

#[rstest]
#[tokio::test]
async fn of_two_who_make_a_secret_at_once_both_have_the_same(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    let make = async |value: &str| {
        let mut tx = test.store.begin("tests", at(1)).await.unwrap();
        let kept = tx.ensure_setting("secret", value).await.unwrap();
        tx.commit().await.unwrap();
        kept
    };
    let (one, other) = tokio::join!(make("one"), make("other"));
    assert_eq!(one, other);
    assert_eq!(make("third").await, one);
    assert_eq!(test.store.setting("secret").await.unwrap(), Some(one));
}

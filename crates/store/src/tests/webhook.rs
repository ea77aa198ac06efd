use std::time::Duration;

use rstest::rstest;
use uuid::Uuid;
use vitrina_domain::{
    change::{Audience, Seq},
    id::WebhookId,
    record::{Kind, Visibility},
    webhook::{Outcome, Selection, SigningSecret, State, Try, Webhook},
};

use super::{at, dataset, open, organization, put, record_id};
use crate::{ChangeFilter, RecordWrite, Store, testing::Engine};

fn webhook(number: u128) -> Webhook {
    Webhook {
        id: WebhookId::new(Uuid::from_u128(number)),
        owner: "token:1".to_owned(),
        address: "https://avisos.example.org/".to_owned(),
        selection: Selection { kinds: vec![Kind::Dataset, Kind::Catalog], organization: Some(record_id(9)) },
        secret: SigningSecret::generate(|| 1),
        former_secret: None,
        state: State::Active,
        position: Seq(3),
        created: at(1),
        accepted: None,
        refusals: None,
    }
}

async fn add(store: &Store, webhooks: &[Webhook]) {
    let mut tx = store.begin("tests", at(1)).await.unwrap();
    for webhook in webhooks {
        tx.add_webhook(webhook).await.unwrap();
    }
    tx.commit().await.unwrap();
}

fn entry(number: u64, at_second: i64, outcome: Outcome) -> Try {
    Try {
        position: number,
        event: format!("e{number}"),
        kind: "mx.vitrina.dataset.create.v1".to_owned(),
        at: at(at_second),
        attempt: 2,
        took: Duration::from_millis(31),
        outcome,
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_webhook_comes_back_as_it_was_kept(#[case] engine: Engine) {
    let test = open!(engine);
    let store = &test.store;
    let mut one = webhook(1);
    add(store, &[one.clone(), Webhook { owner: "token:2".to_owned(), ..webhook(2) }]).await;
    assert_eq!(store.webhook(one.id).await.unwrap().as_ref(), Some(&one));
    let ids = |webhooks: Vec<Webhook>| webhooks.iter().map(|one| one.id.uuid().as_u128()).collect::<Vec<_>>();
    assert_eq!(ids(store.webhooks(None, None, 9).await.unwrap()), [2, 1]);
    assert_eq!(ids(store.webhooks(None, Some(webhook(2).id), 9).await.unwrap()), [1]);
    assert_eq!(ids(store.webhooks(Some("token:1"), None, 9).await.unwrap()), [1]);

    one.replace_secret(SigningSecret::generate(|| 2), at(5));
    one.refuse(Outcome::Unanswered("unreachable".to_owned()), at(6));
    one.position = Seq(4);
    one.selection = Selection::default();
    let mut tx = store.begin("tests", at(7)).await.unwrap();
    assert_eq!(tx.count_webhooks("token:1").await.unwrap(), 1);
    assert!(tx.webhook(one.id).await.unwrap().is_some());
    tx.update_webhook(&one).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.webhook(one.id).await.unwrap(), Some(one.clone()));
    assert_eq!(ids(store.webhooks_behind(Seq(4)).await.unwrap()), [2]);
    assert_eq!(ids(store.webhooks_behind(Seq(5)).await.unwrap()), [1, 2]);
    one.state = State::Paused;
    let mut tx = store.begin("tests", at(8)).await.unwrap();
    tx.update_webhook(&one).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(ids(store.webhooks_behind(Seq(5)).await.unwrap()), [2]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_log_of_a_webhook_is_bounded_and_forgotten(#[case] engine: Engine) {
    let test = open!(engine);
    let store = &test.store;
    let (one, other) = (webhook(1), webhook(2));
    add(store, &[one.clone(), other.clone()]).await;
    let mut tx = store.begin("tests", at(1)).await.unwrap();
    for number in 1..=1_003 {
        let outcome = match number % 2 {
            0 => Outcome::Answered(500),
            _ => Outcome::Unanswered("too-slow".to_owned()),
        };
        tx.log_try(one.id, &entry(number, number.cast_signed(), outcome)).await.unwrap();
    }
    tx.log_try(other.id, &entry(1, 2, Outcome::Answered(200))).await.unwrap();
    tx.commit().await.unwrap();
    let all = store.webhook_tries(one.id, None, 5_000).await.unwrap();
    assert_eq!((all.len(), all[0].position, all[999].position), (1_000, 1_003, 4));
    assert_eq!(all[1], entry(1_002, 1_002, Outcome::Answered(500)));
    let before = store.webhook_tries(one.id, Some(1_002), 1).await.unwrap();
    assert_eq!(before, [entry(1_001, 1_001, Outcome::Unanswered("too-slow".to_owned()))]);

    let mut tx = store.begin("tests", at(1)).await.unwrap();
    assert_eq!(tx.forget_tries(at(1_001)).await.unwrap(), 997 + 1);
    tx.remove_webhook(other.id).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.webhook_tries(one.id, None, 9).await.unwrap().len(), 3);
    assert_eq!(store.webhook(other.id).await.unwrap(), None);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_webhook_selects_public_changes_by_kind_and_organization(#[case] engine: Engine) {
    let test = open!(engine);
    let store = &test.store;
    let of = |organization: u128, write: RecordWrite| RecordWrite {
        organization_id: Some(record_id(organization)),
        ..write
    };
    let draft = RecordWrite {
        visibility: Visibility::Draft,
        audience: Audience::Organization(record_id(1)),
        ..dataset(5, "Secreto")
    };
    for write in [
        organization(1, "Secretaría"),
        organization(2, "Instituto"),
        of(1, dataset(3, "Agua")),
        of(2, dataset(4, "Aire")),
        of(1, draft),
        of(1, dataset(6, "Suelo")),
    ] {
        put(store, 1, vec![write]).await;
    }
    let last = store.last_change(&ChangeFilter::All).await.unwrap();
    let selected = async |selection: &Selection, after: i64, up_to: i64, limit: u64| {
        let changes = store.selected_changes(selection, Seq(after), Seq(up_to), limit).await.unwrap();
        changes.iter().map(|change| change.entity_id.as_u128()).collect::<Vec<_>>()
    };
    let all = Selection::default();
    assert_eq!(selected(&all, 0, last.0, 99).await, [1, 2, 3, 4, 6], "a draft is nobody's to hear of");
    assert_eq!(selected(&all, 0, last.0, 2).await, [1, 2]);
    assert_eq!(selected(&all, 1, 3, 99).await, [2, 3]);
    let datasets = Selection { kinds: vec![Kind::Dataset], organization: None };
    assert_eq!(selected(&datasets, 0, last.0, 99).await, [3, 4, 6]);
    let of_one = Selection { kinds: Vec::new(), organization: Some(record_id(1)) };
    assert_eq!(selected(&of_one, 0, last.0, 99).await, [1, 3, 6], "the organization and its records");
    let its_datasets = Selection { kinds: vec![Kind::Dataset], ..of_one };
    assert_eq!(selected(&its_datasets, 3, last.0, 99).await, [6]);
}

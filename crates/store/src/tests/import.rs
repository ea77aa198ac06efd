//! Sources, aliases, runs and their items.

use rstest::rstest;
use vitrina_domain::{
    canonical::Digest,
    finding::{Bilingual, Finding, Severity},
    id::RunId,
    import::{Item, Outcome, Run, RunState, Tally},
    record::Source,
};

use super::*;

#[rstest]
#[tokio::test]
async fn a_source_is_made_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    let id = |number| SourceId::new(Uuid::from_u128(number));
    let mut tx = test.store.begin("tests", at(1)).await.unwrap();
    let first = tx.ensure_source(id(1), "portal", "file").await.unwrap();
    assert_eq!(tx.ensure_source(id(2), "portal", "api").await.unwrap(), first);
    tx.ensure_source(id(3), "Álamos", "api").await.unwrap();
    let full = Source {
        catalog_id: Some(record_id(7)),
        organization_id: Some(record_id(8)),
        last_fetched: Some(at(99)),
        ..first.clone()
    };
    tx.update_source(&full).await.unwrap();
    tx.commit().await.unwrap();

    assert_eq!(test.store.source(id(1)).await.unwrap(), Some(full.clone()));
    assert_eq!(test.store.source_named("portal").await.unwrap(), Some(full));
    assert_eq!(test.store.source(id(2)).await.unwrap(), None);
    assert_eq!(test.store.source_named("Portal").await.unwrap(), None);
    let names: Vec<_> = test.store.sources().await.unwrap().into_iter().map(|source| source.name).collect();
    assert_eq!(names, ["portal", "Álamos"]);
}

#[rstest]
#[tokio::test]
async fn an_alias_holds_within_its_source(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    put(&test.store, 1, vec![organization(1, "Comisión"), organization(2, "Otra")]).await;
    let other = SourceId::new(Uuid::from_u128(5));
    let mut tx = test.store.begin("tests", at(1)).await.unwrap();
    tx.ensure_source(other, "otro", "file").await.unwrap();
    tx.add_organization_alias(source_id(), "comision\0", record_id(1)).await.unwrap();
    assert_eq!(tx.organization_alias(source_id(), "comision\0").await.unwrap(), Some(record_id(1)));
    assert_eq!(tx.organization_alias(source_id(), "comision").await.unwrap(), None);
    assert_eq!(tx.organization_alias(other, "comision\0").await.unwrap(), None);
    tx.add_organization_alias(source_id(), "comision\0", record_id(2)).await.unwrap();
    assert_eq!(tx.organization_alias(source_id(), "comision\0").await.unwrap(), Some(record_id(2)));
}

fn run(number: u128) -> Run {
    Run {
        id: RunId::new(Uuid::from_u128(number)),
        source_id: source_id(),
        format: "ckan".to_owned(),
        raw: Digest::of(b"bytes"),
        actor: "ana".to_owned(),
        fetched: at(1),
        started: at(2),
        ended: None,
        state: RunState::Running,
        tally: Tally::default(),
        findings: vec![finding("W-DOC")],
    }
}

fn finding(code: &str) -> Finding {
    Finding::new(Severity::Warning, code, "/dataset/0", Bilingual::new("mal\0", "bad"))
        .with_hint(Bilingual::new("así", "so"))
}

fn item(position: u64, outcome: Outcome, record: Option<u128>, code: &str) -> Item {
    Item {
        position,
        pointer: format!("/dataset/{position}"),
        identifier: Some(format!("id\0{position}")),
        title: None,
        outcome,
        record_id: record.map(record_id),
        findings: vec![finding(code)],
    }
}

#[rstest]
#[tokio::test]
async fn a_run_is_kept_from_its_start_to_its_end(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    put(&test.store, 1, vec![]).await;
    let mut tx = test.store.begin("tests", at(1)).await.unwrap();
    for number in [1, 2, 3] {
        tx.start_run(&run(number)).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(test.store.run(run(1).id).await.unwrap(), Some(run(1)));
    assert_eq!(test.store.run(run(4).id).await.unwrap(), None);
    let ids = async |before, limit| {
        let runs = test.store.runs(before, limit).await.unwrap();
        runs.iter().map(|run| run.id.uuid().as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(ids(None, 2).await, [3, 2]);
    assert_eq!(ids(Some(run(2).id), 2).await, [1]);

    let failed = RunState::Failed { code: "unreadable".to_owned(), detail: "line 3".to_owned() };
    let tally = Tally { created: 5, failed: 1, ..Tally::default() };
    let mut tx = test.store.begin("tests", at(1)).await.unwrap();
    tx.finish_run(run(1).id, &failed, &tally, at(9)).await.unwrap();
    tx.finish_run(run(2).id, &RunState::Finished, &tally, at(8)).await.unwrap();
    tx.commit().await.unwrap();
    let expected = Run { state: failed, tally, ended: Some(at(9)), ..run(1) };
    assert_eq!(test.store.run(run(1).id).await.unwrap(), Some(expected));
    assert_eq!(test.store.run(run(2).id).await.unwrap().unwrap().state, RunState::Finished);
    assert_eq!(test.store.run(run(3).id).await.unwrap(), Some(run(3)));
}

#[rstest]
#[tokio::test]
async fn items_are_listed_by_place_and_outcome(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = open!(engine);
    put(&test.store, 1, vec![]).await;
    let outcomes = Outcome::ALL.into_iter().cycle().take(1_100);
    let items: Vec<_> =
        (0..).zip(outcomes).map(|(place, outcome)| item(place, outcome, None, "W-1")).collect();
    let mut tx = test.store.begin("tests", at(1)).await.unwrap();
    tx.start_run(&run(1)).await.unwrap();
    tx.start_run(&run(2)).await.unwrap();
    tx.add_items(run(1).id, &items).await.unwrap();
    // A later record of the same identifier makes an earlier one a duplicate.
    tx.add_items(run(1).id, &[item(0, Outcome::Duplicate, None, "W-DUP")]).await.unwrap();
    tx.commit().await.unwrap();

    let listed = test.store.run_items(run(1).id, None, 1, 2_000).await.unwrap();
    assert_eq!(listed.len(), 1_099);
    assert_eq!(listed[4].identifier.as_deref(), Some("id\u{fffd}5"));
    assert_eq!(listed[4].findings, items[5].findings, "findings are documents: nothing is replaced in them");
    let rejected = test.store.run_items(run(1).id, Some(Outcome::Rejected), 10, 2).await.unwrap();
    assert_eq!(rejected.iter().map(|item| item.position).collect::<Vec<_>>(), [15, 24]);
    let first = test.store.run_items(run(1).id, None, 0, 1).await.unwrap();
    assert_eq!((first[0].outcome, first[0].findings[0].code.as_str()), (Outcome::Duplicate, "W-DUP"));
    assert!(test.store.run_items(run(2).id, None, 0, 9).await.unwrap().is_empty());
}

#[rstest]
#[tokio::test]
async fn a_record_has_the_findings_of_its_last_import(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = open!(engine);
    put(&test.store, 1, vec![]).await;
    let mut tx = test.store.begin("tests", at(1)).await.unwrap();
    tx.start_run(&run(1)).await.unwrap();
    tx.start_run(&run(2)).await.unwrap();
    tx.add_items(run(2).id, &[item(0, Outcome::Updated, Some(1), "W-NEW")]).await.unwrap();
    let first = [item(0, Outcome::Duplicate, Some(2), "W-DUP"), item(5, Outcome::Created, Some(2), "W-LAST")];
    tx.add_items(run(1).id, &[item(9, Outcome::Created, Some(1), "W-OLD")]).await.unwrap();
    tx.add_items(run(1).id, &first).await.unwrap();
    tx.commit().await.unwrap();
    for (record, expected) in [(1, vec![finding("W-NEW")]), (2, vec![finding("W-LAST")]), (3, vec![])] {
        assert_eq!(test.store.findings(record_id(record)).await.unwrap(), expected);
    }
}

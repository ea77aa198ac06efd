//! Imports from end to end: identity, fate, replacement, staleness, restoration.
#![expect(clippy::unwrap_used, reason = "helpers of tests may stop them")]

use rstest::rstest;
use serde_json::{Value, json};
use vitrina_app::{
    AppError,
    auth::{Actor, Grant},
    import::{Mode, Replace},
    record::{Extent, Reference},
};
use vitrina_domain::{
    change::Op,
    id::{RecordId, TokenId},
    import::Outcome,
    record::Kind,
    scope::Scope,
};
use vitrina_store::ChangeFilter;
use vitrina_tests::{Engine, Imported, World, request};

fn dataset(identifier: &str, title: &str) -> Value {
    json!({
        "@type": "dcat:Dataset",
        "identifier": identifier,
        "title": title,
        "description": "Gasto autorizado y ejercido por dependencia.",
        "keyword": ["presupuesto"],
        "publisher": {"name": "Tesorería de Ejemplo"},
        "distribution": [{"title": "Tabla", "downloadURL": format!("https://datos.example/{identifier}.csv")}],
    })
}

fn catalog(datasets: &[Value]) -> Vec<u8> {
    let document = json!({
        "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
        "title": "Datos de ejemplo",
        "dataset": datasets,
    });
    serde_json::to_vec(&document).unwrap()
}

fn fates(imported: &Imported) -> Vec<Outcome> {
    imported.items.iter().map(|item| item.outcome).collect()
}

async fn record(world: &World, id: RecordId) -> vitrina_domain::record::Record {
    world
        .app
        .record(&Actor::Operator, Kind::Dataset, &Reference::Id(id), Extent::Whole)
        .await
        .unwrap()
        .read()
        .unwrap()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn two_sources_never_update_each_other(#[case] engine: Engine) {
    let Some(world) = World::on(engine).await.unwrap() else { return };
    let one = world.import("one", &catalog(&[dataset("a", "Agua potable")])).await.unwrap();
    let other = world.import("other", &catalog(&[dataset("a", "Agua residual")])).await.unwrap();
    assert_eq!((fates(&one), fates(&other)), (vec![Outcome::Created], vec![Outcome::Created]));
    let first = record(&world, one.items[0].record_id.unwrap()).await;
    assert_eq!(first.metadata.title().as_plain(), Some("Agua potable"));
    assert_eq!(first.revision, 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn the_last_of_equal_identifiers_wins_and_the_import_stays_idempotent(#[case] engine: Engine) {
    let Some(world) = World::on(engine).await.unwrap() else { return };
    let bytes = catalog(&[dataset("a", "Primera"), dataset("b", "Otra"), dataset("a", "Última")]);
    let first = world.import("c", &bytes).await.unwrap();
    assert_eq!(fates(&first), [Outcome::Duplicate, Outcome::Created, Outcome::Created]);
    let kept = record(&world, first.items[2].record_id.unwrap()).await;
    assert_eq!(kept.metadata.title().as_plain(), Some("Última"));
    let log = world.store.last_change(&ChangeFilter::All).await.unwrap();
    let second = world.import("c", &bytes).await.unwrap();
    assert_eq!(fates(&second), [Outcome::Duplicate, Outcome::Unchanged, Outcome::Unchanged]);
    assert_eq!(
        world.store.last_change(&ChangeFilter::All).await.unwrap(),
        log,
        "nothing changed, nothing logged"
    );
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn one_bad_item_never_fails_the_others(#[case] engine: Engine) {
    let Some(world) = World::on(engine).await.unwrap() else { return };
    let bytes = catalog(&[
        dataset("a", "Buena"),
        json!("esto no es un objeto"),
        json!({"description": "sin nombre alguno"}),
        json!({"identifier": "d", "title": ["una", "lista"]}),
        json!({"identifier": "e", "title": 2026, "byteSize": {}, "keyword": [1, {"no": "palabra"}]}),
    ]);
    let imported = world.import("c", &bytes).await.unwrap();
    assert_eq!(
        fates(&imported),
        [Outcome::Created, Outcome::Quarantined, Outcome::Rejected, Outcome::Quarantined, Outcome::Created]
    );
    for item in imported.items.iter().filter(|item| item.outcome.is_refusal()) {
        assert!(!item.findings.is_empty(), "{} says nothing", item.pointer);
    }
    let kept = world.store.run_items(imported.report.run.id, None, 0, 10).await.unwrap();
    assert_eq!(kept.iter().map(|item| item.outcome).collect::<Vec<_>>(), fates(&imported));
    assert_eq!(kept[1].pointer, "/dataset/1");
    let run = world.store.run(imported.report.run.id).await.unwrap().unwrap();
    assert_eq!((run.tally.created, run.tally.quarantined, run.tally.rejected), (2, 2, 1));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_quarantined_update_leaves_the_published_revision_in_place(#[case] engine: Engine) {
    let Some(world) = World::on(engine).await.unwrap() else { return };
    let first = world.import("c", &catalog(&[dataset("a", "Agua")])).await.unwrap();
    let broken = json!({"identifier": "a", "title": "Agua", "distribution": "no es una lista"});
    let second = world.import("c", &catalog(&[broken])).await.unwrap();
    assert_eq!(fates(&second), [Outcome::Quarantined]);
    let there = record(&world, first.items[0].record_id.unwrap()).await;
    assert_eq!((there.revision, there.distribution_ids.len()), (1, 1));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_from_its_source_gets_a_tombstone_and_comes_back_as_it_was(#[case] engine: Engine) {
    let Some(world) = World::on(engine).await.unwrap() else { return };
    let both = catalog(&[dataset("a", "Agua"), dataset("b", "Basura")]);
    let first = world.import("c", &both).await.unwrap();
    world.import("other", &catalog(&[dataset("z", "De otra fuente")])).await.unwrap();
    let gone = first.items[1].record_id.unwrap();
    let slug = record(&world, gone).await.slug;

    let mut replace = request("c");
    replace.replace = Replace::Tombstone;
    let second = world.import_with(replace, &catalog(&[dataset("a", "Agua")])).await.unwrap();
    assert_eq!(fates(&second), [Outcome::Unchanged, Outcome::Deleted]);
    let answer = world.app.record(&Actor::Anonymous, Kind::Dataset, &Reference::Id(gone), Extent::HEAD).await;
    let Err(AppError::Gone(tombstone)) = answer else { panic!("{answer:?}") };
    assert_eq!((tombstone.reason.as_str(), tombstone.title.as_str()), ("missing_at_source", "Basura"));
    assert_eq!(
        world.store.counts(&Scope::Public).await.unwrap()[&Kind::Dataset],
        2,
        "the other source is untouched"
    );

    let third = world.import("c", &both).await.unwrap();
    assert_eq!(fates(&third), [Outcome::Unchanged, Outcome::Restored]);
    let back = record(&world, gone).await;
    assert_eq!((back.id, back.slug), (gone, slug));
    let changes = world
        .store
        .changes(&ChangeFilter::Public, &[Kind::Dataset], vitrina_domain::change::Seq(0), 100)
        .await
        .unwrap();
    let ops: Vec<Op> = changes.iter().filter(|c| c.entity_id == gone.uuid()).map(|c| c.op).collect();
    assert_eq!(ops, [Op::Create, Op::Delete, Op::Create]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_fetch_older_than_the_last_one_is_refused_whole(#[case] engine: Engine) {
    let Some(world) = World::on(engine).await.unwrap() else { return };
    let newer = request("c");
    let mut older = newer.clone();
    older.fetched = newer.fetched.plus_seconds(-3600);
    world.import_with(newer, &catalog(&[dataset("a", "Nueva")])).await.unwrap();
    let refused = world.import_with(older, &catalog(&[dataset("a", "Vieja"), dataset("b", "Más")])).await;
    let error = refused.err().unwrap().downcast::<AppError>().unwrap();
    assert!(matches!(error, AppError::Stale { .. }), "{error:?}");
    assert_eq!(world.store.counts(&Scope::Public).await.unwrap()[&Kind::Dataset], 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_tells_and_writes_nothing(#[case] engine: Engine) {
    let Some(world) = World::on(engine).await.unwrap() else { return };
    world.import("c", &catalog(&[dataset("a", "Agua")])).await.unwrap();
    let log = world.store.last_change(&ChangeFilter::All).await.unwrap();
    let mut dry = request("c");
    dry.mode = Mode::DryRun;
    dry.replace = Replace::Tombstone;
    let told = world.import_with(dry, &catalog(&[dataset("b", "Basura")])).await.unwrap();
    assert_eq!(fates(&told), [Outcome::Created, Outcome::Deleted]);
    assert_eq!(world.store.last_change(&ChangeFilter::All).await.unwrap(), log);
    assert_eq!(world.store.run(told.report.run.id).await.unwrap(), None);
    let mut elsewhere = request("nueva");
    elsewhere.mode = Mode::DryRun;
    let told = world.import_with(elsewhere, &catalog(&[dataset("x", "Nueva")])).await.unwrap();
    assert_eq!(fates(&told), [Outcome::Created]);
    assert_eq!(world.store.source_named("nueva").await.unwrap(), None);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn unknown_members_and_raw_bytes_are_kept(#[case] engine: Engine) {
    let Some(world) = World::on(engine).await.unwrap() else { return };
    let mut odd = dataset("a", "Agua");
    odd["colorDelExpediente"] = json!({"rgb": [1, 2, 3]});
    let bytes = catalog(&[odd.clone()]);
    let imported = world.import("c", &bytes).await.unwrap();
    let item = &imported.items[0];
    let unknown = item.findings.iter().find(|finding| finding.code == "W-GEN-UNKNOWN").expect("a warning");
    assert_eq!(unknown.pointer, "/colorDelExpediente");
    let id = Reference::Id(item.record_id.unwrap());
    let kept =
        world.app.record(&Actor::Anonymous, Kind::Dataset, &id, Extent::Whole).await.unwrap().read().unwrap();
    assert_eq!(kept.metadata.to_document()["colorDelExpediente"], odd["colorDelExpediente"]);
    let raw = world.app.raw(&Actor::Anonymous, Kind::Dataset, &id).await.unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&raw).unwrap(), odd);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_bound_token_cannot_write_into_somebody_elses_source(#[case] engine: Engine) {
    let Some(world) = World::on(engine).await.unwrap() else { return };
    let first = world.import("c", &catalog(&[dataset("a", "Agua")])).await.unwrap();
    let there = record(&world, first.items[0].record_id.unwrap()).await;
    let own = there.organization_id.unwrap();
    let token = Actor::Token {
        id: TokenId::new(uuid::Uuid::from_u128(7)),
        name: "robot".to_owned(),
        grants: vec![format!("import@{own}").parse::<Grant>().unwrap()],
    };
    let mut into_theirs = request("c");
    into_theirs.organization_id = Some(own);
    let document = world.app.spool_all(catalog(&[dataset("a", "Tomada")]).as_slice()).unwrap();
    let refused = world.app.import(&token, into_theirs, document, &mut vitrina_app::import::Silent).await;
    assert!(matches!(refused, Err(AppError::Denied(_))), "{refused:?}");
    let mut into_own = request("propia");
    into_own.organization_id = Some(own);
    let document = world.app.spool_all(catalog(&[dataset("a", "Propia")]).as_slice()).unwrap();
    let report =
        world.app.import(&token, into_own, document, &mut vitrina_app::import::Silent).await.unwrap();
    assert_eq!(report.run.tally.created, 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn records_without_an_identifier_are_named_and_keep_that_name(#[case] engine: Engine) {
    let Some(world) = World::on(engine).await.unwrap() else { return };
    let mut nameless = dataset("x", "Nómina 2026");
    nameless.as_object_mut().unwrap().remove("identifier");
    let mut paged = nameless.clone();
    paged["landingPage"] = json!("https://datos.example/nomina");
    let bytes = catalog(&[nameless, paged]);
    let first = world.import("portal", &bytes).await.unwrap();
    let names: Vec<_> = first.items.iter().map(|item| item.identifier.as_deref()).collect();
    assert_eq!(names, [Some("portal: Nómina 2026"), Some("https://datos.example/nomina")]);
    assert!(first.items[0].findings.iter().any(|finding| finding.code == "W-GEN-IDENTIFIER"));
    let second = world.import("portal", &bytes).await.unwrap();
    assert_eq!(fates(&second), [Outcome::Unchanged, Outcome::Unchanged]);
}

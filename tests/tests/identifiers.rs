//! An identifier that a document uses twice is told, whatever the form of the document.

use rstest::rstest;
use serde_json::json;
use vitrina_app::validate::{ItemReport, Limits};
use vitrina_domain::{finding::Severity, import::Outcome};
use vitrina_tests::World;

fn data_json() -> String {
    json!({"dataset": [
        {"identifier": "agua-1", "title": "Primera", "isOpenData": true, "keyword": ["agua"]},
        {"identifier": "agua-2", "title": "Otra", "keyword": ["agua"]},
        {"identifier": "agua-1", "title": "Última", "isOpenData": true, "keyword": ["agua"]},
    ]})
    .to_string()
}

fn packages() -> serde_json::Value {
    let package = |id: &str, title: &str| {
        json!({"id": id, "name": "paquete", "title": title, "resources": [],
            "extras": [{"key": "isOpenData", "value": "true"}]})
    };
    json!([package("agua-1", "Primera"), package("agua-2", "Otra"), package("agua-1", "Última")])
}

fn ckan_list() -> String {
    packages().to_string()
}

fn ckan_search() -> String {
    let help = "https://datos.example/api/3/action/help_show?name=package_search";
    json!({"help": help, "success": true, "result": {"count": 3, "results": packages()}}).to_string()
}

fn lines() -> String {
    let line = |id: &str, title: &str| {
        format!("{}\n", json!({"identifier": id, "title": title, "isOpenData": true, "keyword": ["agua"]}))
    };
    [line("agua-1", "Primera"), "\n".to_owned(), line("agua-2", "Otra"), line("agua-1", "Última")].concat()
}

fn own_list() -> String {
    let record = |id: &str, title: &str| {
        json!({"kind": "dataset", "slug": "agua", "revision": 1, "hash": "00", "identifier": id,
            "title": {"es": title}, "isOpenData": true})
    };
    json!({"catalog": {}, "items": [
        record("agua-1", "Primera"), record("agua-2", "Otra"), record("agua-1", "Última")]})
    .to_string()
}

/// What is said of each record against these profiles.
async fn checked(world: &World, document: &str, profiles: &[&str]) -> anyhow::Result<Vec<ItemReport>> {
    let spooled = world.app.spool_all(document.as_bytes())?;
    let profiles = profiles.iter().map(ToString::to_string).collect();
    let checking = world.app.validate(spooled, profiles, Limits::default(), Vec::new());
    Ok(checking.await?.1)
}

#[rstest]
#[case::data_json(data_json(), "/dataset/0", "/dataset/2", Severity::Error)]
#[case::ckan_list(ckan_list(), "/0", "/2", Severity::Warning)]
#[case::ckan_search(ckan_search(), "/result/results/0", "/result/results/2", Severity::Warning)]
#[case::lines(lines(), "/1", "/4", Severity::Error)]
#[case::own_list(own_list(), "/items/0", "/items/2", Severity::Error)]
#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_identifier_is_told_with_both_places(
    #[case] document: String,
    #[case] earlier: &str,
    #[case] later: &str,
    #[case] severity: Severity,
) {
    let world = World::new().await.unwrap();
    let checked = checked(&world, &document, &[]).await.unwrap();
    let fates: Vec<Outcome> = checked.iter().map(|item| item.outcome).collect();
    assert_eq!(fates, [Outcome::Duplicate, Outcome::Created, Outcome::Created]);
    let imported = world.import("agua", document.as_bytes()).await.unwrap();
    let checked: Vec<_> = checked.iter().map(|item| (&item.pointer, &item.findings)).collect();
    let imported: Vec<_> = imported.items.iter().map(|item| (&item.pointer, &item.findings)).collect();
    for items in [checked, imported] {
        let told: Vec<_> = items
            .iter()
            .flat_map(|(pointer, findings)| findings.iter().map(move |finding| (pointer.as_str(), finding)))
            .filter(|(_, finding)| finding.code == "E-DS-9")
            .collect();
        let [(place, finding)] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!((*place, finding.pointer.as_str(), finding.severity), (earlier, "/identifier", severity));
        assert!(finding.message.es.contains("agua-1") && finding.message.es.ends_with(later), "{finding:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn records_known_by_their_address_alone_are_told_apart_from_the_rule_on_identifiers() {
    let world = World::new().await.unwrap();
    let page = "https://datos.example/agua";
    let document = json!({"dataset": [
        {"title": "Primera", "landingPage": page}, {"title": "Última", "landingPage": page}]})
    .to_string();
    let checked = checked(&world, &document, &["base", "data.json"]).await.unwrap();
    let codes: Vec<&str> = checked[0].findings.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes.iter().filter(|code| **code == "W-GEN-DUPLICATE").count(), 1);
    assert!(!codes.contains(&"E-DS-9") && !codes.contains(&"E-UC-3"), "{codes:?}");
}

//! What a record was: its revisions, what changed between them, its original, its state at an instant.

use hyper::Method;
use rstest::rstest;
use serde_json::{Value, json};
use vitrina_tests::Engine;

use crate::showcase::{Showcase, data_json, entry, strings};

/// A dataset with three revisions from its source; gives its address.
async fn revised(showcase: &Showcase) -> String {
    for title in ["Agua", "Agua potable", "Agua potable y drenaje"] {
        let mut dataset = entry("agua", title);
        dataset["colorDelExpediente"] = json!({"rgb": [1, 2, 3]});
        showcase.import("?source=c", data_json(&[dataset])).await;
    }
    showcase.dataset("agua").await["url"].as_str().unwrap().to_owned()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_revision_stays_readable_and_comparable(#[case] engine: Engine) {
    let Some(showcase) = Showcase::open(engine).await else { return };
    let place = revised(&showcase).await;
    let list = showcase.json(&format!("{place}/revisions")).await["items"].take();
    let numbers: Vec<u64> =
        list.as_array().unwrap().iter().filter_map(|one| one["number"].as_u64()).collect();
    assert_eq!(numbers, [3, 2, 1], "newest first");
    assert_eq!((&list[0]["valid_to"], &list[1]["valid_to"]), (&Value::Null, &list[0]["valid_from"]));
    assert!(strings(&list, "actor").iter().all(|actor| actor.starts_with("token:")));
    let first = showcase.json(&format!("{place}/revisions?limit=1")).await;
    assert_eq!(first["items"][0], list[0]);
    assert_eq!(showcase.json(first["next"].as_str().unwrap()).await["items"], json!([list[1]]));

    for (revision, title) in
        [(&list[2], "Agua"), (&list[1], "Agua potable"), (&list[0], "Agua potable y drenaje")]
    {
        let whole = showcase.json(revision["url"].as_str().unwrap()).await;
        assert_eq!(whole["document"]["title"]["und"], title);
        assert_eq!(whole["hash"], revision["hash"]);
        // The time machine shows the same.
        for at in [&revision["valid_from"], &revision["valid_to"]] {
            let Some(at) = at.as_str() else { continue };
            let then = showcase.json(&format!("{place}?at={at}")).await;
            let holds = if revision["valid_from"] == at {
                revision
            } else {
                &list[usize::from(revision == &list[2])]
            };
            assert_eq!(then["revision"], holds["number"], "{at}");
            assert_eq!(then["hash"], holds["hash"], "{at}");
        }
    }
    let before = showcase.reader.get(&format!("{place}?at=2001-01-01T00:00:00Z")).await.unwrap();
    assert_eq!(before.expect(404).unwrap().json()["code"], "not-found");
    let nowhere = showcase.reader.get(&format!("{place}/revisions/4")).await.unwrap();
    assert_eq!(nowhere.expect(404).unwrap().json()["code"], "not-found");

    let diff = showcase.json(&format!("{place}/diff")).await;
    assert_eq!((&diff["from"], &diff["to"]), (&json!(2), &json!(3)));
    let title =
        |from: &str, to: &str| json!([{"pointer": "/title", "from": {"und": from}, "to": {"und": to}}]);
    assert_eq!(diff["differences"], title("Agua potable", "Agua potable y drenaje"));
    let diff = showcase.json(&format!("{place}/diff?from=1&to=3")).await;
    assert_eq!(diff["differences"], title("Agua", "Agua potable y drenaje"));
    let backwards = showcase.reader.get(&format!("{place}/diff?from=3&to=1")).await.unwrap();
    assert_eq!(backwards.expect(400).unwrap().json()["code"], "invalid-parameter");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_original_and_what_nobody_knew_are_one_link_away(#[case] engine: Engine) {
    let Some(showcase) = Showcase::open(engine).await else { return };
    let place = revised(&showcase).await;
    let raw = showcase.json(&format!("{place}/raw")).await;
    let mut sent = entry("agua", "Agua potable y drenaje");
    sent["colorDelExpediente"] = json!({"rgb": [1, 2, 3]});
    assert_eq!(raw, sent);
    let record = showcase.json(&place).await;
    assert_eq!(record["colorDelExpediente"], sent["colorDelExpediente"]);
    let fields = showcase.json(&format!("{place}?fields=title.und,slug")).await;
    let expected = json!({"id": record["id"], "title": {"und": "Agua potable y drenaje"}, "slug": "agua"});
    assert_eq!(fields, expected);
    let expanded = showcase.json(&format!("{place}?expand=organization,catalog")).await;
    assert_eq!(expanded["organization_expanded"]["title"], "Tesorería de Ejemplo");
    assert_eq!(expanded["catalog_expanded"]["title"], "Datos de ejemplo");
    let files = showcase.json(&format!("{place}/distributions")).await["items"].take();
    assert_eq!(strings(&files, "downloadURL"), ["https://datos.example/agua.csv"]);
    let file = showcase.json(&format!("/api/v1/distributions/{}", files[0]["id"].as_str().unwrap())).await;
    assert_eq!(file["downloadURL"], files[0]["downloadURL"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_server_says_what_it_is_and_what_rules_it_follows(#[case] engine: Engine) {
    let Some(showcase) = Showcase::filled(engine).await else { return };
    let status = showcase.json("/api/v1/status").await;
    assert_eq!((&status["software"], &status["records"]["dataset"]), (&json!("vitrina"), &json!(6)));
    assert_eq!((&status["schema_is_current"], &status["is_stopping"]), (&json!(true), &json!(false)));
    for probe in ["live", "ready"] {
        let answer = showcase.reader.get(&format!("/health/{probe}")).await.unwrap().expect(200).unwrap();
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let metrics = showcase.reader.get("/metrics").await.unwrap().expect(200).unwrap().text();
    assert!(
        metrics.contains("vitrina_requests_total{class=\"import\",method=\"POST\",status=\"201\"} 1"),
        "{metrics}"
    );
    let classes = showcase.json("/api/v1/limits").await["classes"].take();
    let named =
        ["health", "read", "search", "export", "page", "write", "validate", "import", "upload", "download"];
    assert_eq!(strings(&classes, "class"), named);

    // Each rule book leads to what it holds.
    for (list, member, wanted) in [
        ("vocabularies", "name", "frequency"),
        ("guidelines", "id", "mx-lgtaip-2025"),
        ("schemas", "name", "dataset"),
    ] {
        let items = showcase.json(&format!("/api/v1/{list}")).await["items"].take();
        assert!(strings(&items, member).iter().any(|name| name == wanted), "{list}: {items}");
        for item in items.as_array().unwrap() {
            let whole =
                showcase.reader.get(item["url"].as_str().unwrap()).await.unwrap().expect(200).unwrap();
            assert!(whole.json().as_object().is_some_and(|object| object.len() > 2), "{}", whole.text());
        }
    }
    let sources = showcase.json("/api/v1/sources").await["items"].take();
    assert_eq!(strings(&sources, "name"), ["tesoro"]);
    let document = data_json(&[json!({"title": "Sin nada más"})]);
    let sent = showcase.reader.send(Method::POST, "/api/v1/validate", &[], document.into()).await.unwrap();
    let report = sent.expect(200).unwrap().json();
    assert!(report.to_string().contains("/dataset/0"), "{report}");
    assert_eq!(
        (&report["records"], &report["records_left_out"], &report["findings_left_out"]),
        (&json!(1), &json!(0), &json!(0))
    );
    assert_eq!(
        showcase.json("/api/v1/status").await["records"],
        status["records"],
        "checking stores nothing"
    );
}

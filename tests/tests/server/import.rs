//! Imports over HTTP: each record's fate, dry runs, replacement, refusal.

use hyper::Method;
use rstest::rstest;
use serde_json::{Value, json};
use vitrina_tests::Engine;

use crate::showcase::{Showcase, data_json, entry, strings};

/// A document of each format with two good records and one that is none, and what the run says of it.
fn documents() -> [(&'static str, String, [&'static str; 3]); 3] {
    let package = |name: &str| json!({"id": name, "name": name, "title": format!("Paquete {name}"), "resources": [{"id": format!("{name}-1"), "url": "https://datos.example/x.csv", "format": "CSV"}]});
    let packages = json!({
        "help": "https://ckan.example/api/3/action/current_package_list_with_resources",
        "success": true,
        "result": [package("uno"), {"notes": "sin nombre"}, package("dos")],
    });
    let nameless = json!({"description": "sin nombre"});
    let own = |identifier: &str| json!({"identifier": identifier, "title": {"es": format!("Registro {identifier}")}});
    let lines = format!("{}\n{nameless}\n{}\n", own("uno"), own("dos"));
    let listed = data_json(&[entry("uno", "Entrada uno"), nameless, entry("dos", "Entrada dos")]);
    [
        ("ndjson", lines, ["", "", ""]),
        ("data-json", listed, ["/dataset/0", "/dataset/1", "/dataset/2"]),
        ("ckan-package-list", packages.to_string(), ["/result/0", "/result/1", "/result/2"]),
    ]
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_fate_of_every_record_can_be_read_afterwards(#[case] engine: Engine) {
    let Some(showcase) = Showcase::open(engine).await else { return };
    for (format, document, pointers) in documents() {
        let answer = showcase.send_import(&format!("?source={format}"), document).await.expect(201).unwrap();
        let run = answer.json();
        assert_eq!((&run["format"], &run["source_name"]), (&json!(format), &json!(format)));
        assert_eq!((&run["tally"]["created"], &run["tally"]["rejected"]), (&json!(2), &json!(1)), "{format}");
        let again = showcase.json(answer.header("location")).await;
        assert_eq!((&again["id"], &again["tally"]), (&run["id"], &run["tally"]));
        assert_eq!(again["state"]["state"], "finished");

        let items = run["items_url"].as_str().unwrap();
        let list = showcase.json(items).await["items"].take();
        assert_eq!(strings(&list, "outcome"), ["created", "rejected", "created"], "{format}");
        if format != "ndjson" {
            assert_eq!(strings(&list, "pointer"), pointers);
        }
        assert_eq!([&list[0]["identifier"], &list[2]["identifier"]], ["uno", "dos"]);
        let refused = &list[1]["findings"];
        assert!(!strings(refused, "message").is_empty(), "{format}: the refusal says nothing");
        for created in [&list[0], &list[2]] {
            let id = created["record_id"].as_str().unwrap();
            let record = showcase.json(&format!("/api/v1/datasets/{id}")).await;
            assert_eq!(record["identifier"], created["identifier"]);
            assert_eq!(record["source_name"], format);
        }

        // The same, one by one, and by outcome.
        let mut next = json!(format!("{items}?limit=1"));
        let mut walked = Vec::new();
        while let Some(target) = next.as_str() {
            let mut page = showcase.json(target).await;
            walked.append(page["items"].as_array_mut().unwrap());
            next = page["next"].take();
        }
        assert_eq!(Value::from(walked), list);
        let rejected = showcase.json(&format!("{items}?outcome=rejected")).await["items"].take();
        assert_eq!(rejected, json!([list[1]]));
    }
    let runs = showcase.json("/api/v1/import/runs").await["items"].take();
    assert_eq!(strings(&runs, "format"), ["ckan-package-list", "data-json", "ndjson"], "newest first");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_dry_run_tells_what_would_happen_and_leaves_nothing(#[case] engine: Engine) {
    let Some(showcase) = Showcase::open(engine).await else { return };
    let document = data_json(&[entry("a", "Agua"), json!({"description": "sin nombre"})]);
    let told = showcase.send_import("?source=c&dry_run=true", document).await.expect(200).unwrap();
    assert_eq!((&told.json()["tally"]["created"], &told.json()["tally"]["rejected"]), (&json!(1), &json!(1)));
    assert_eq!(told.header("location"), "");
    for list in ["datasets", "organizations", "catalogs", "sources", "import/runs", "changes"] {
        assert_eq!(showcase.json(&format!("/api/v1/{list}")).await["items"], json!([]), "{list}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn replacing_ends_what_is_gone_and_its_source_brings_it_back_as_it_was(#[case] engine: Engine) {
    let Some(showcase) = Showcase::open(engine).await else { return };
    let both = data_json(&[entry("a", "Agua"), entry("b", "Basura")]);
    showcase.import("?source=c", both.clone()).await;
    showcase.import("?source=otra", data_json(&[entry("b", "Bancos")])).await;
    let ended = showcase.dataset("b").await;
    assert_eq!(ended["source"], "c");
    let (id, slug) = (ended["id"].as_str().unwrap(), ended["slug"].as_str().unwrap());

    // Without `replace` what is missing stays.
    let shorter = data_json(&[entry("a", "Agua")]);
    let kept = showcase.import("?source=c", shorter.clone()).await;
    assert_eq!((&kept["tally"]["unchanged"], &kept["tally"]["deleted"]), (&json!(1), &json!(0)));
    let told = showcase.import("?source=c&replace=true&dry_run=true", shorter.clone()).await;
    assert_eq!(told["tally"]["deleted"], 1);
    assert_eq!(showcase.json("/api/v1/datasets").await["total"], 3, "a dry run ended a record");

    let run = showcase.import("?source=c&replace=true", shorter).await;
    assert_eq!((&run["tally"]["unchanged"], &run["tally"]["deleted"]), (&json!(1), &json!(1)));
    let items = showcase.json(run["items_url"].as_str().unwrap()).await["items"].take();
    let deleted = items.as_array().unwrap().iter().find(|item| item["outcome"] == "deleted").unwrap();
    assert_eq!((&deleted["record_id"], &deleted["identifier"]), (&json!(id), &json!("b")));
    let gone = showcase.reader.get(&format!("/api/v1/datasets/{id}")).await.unwrap().expect(410).unwrap();
    assert_eq!(gone.json()["tombstone"]["reason"], "missing_at_source");
    assert_eq!(gone.json()["tombstone"]["title"], "Basura");
    let left = showcase.json("/api/v1/datasets").await["items"].take();
    assert_eq!(strings(&left, "title"), ["Agua", "Bancos"], "the other source is untouched");

    let back = showcase.import("?source=c", both).await;
    assert_eq!((&back["tally"]["unchanged"], &back["tally"]["restored"]), (&json!(1), &json!(1)));
    let record = showcase.json(&format!("/api/v1/datasets/{slug}")).await;
    assert_eq!((&record["id"], &record["slug"]), (&json!(id), &json!(slug)));
    let log = showcase.changes("dataset").await;
    let ops: Vec<&str> = log.iter().filter(|(_, of)| of == id).map(|(op, _)| op.as_str()).collect();
    assert_eq!(ops, ["create", "delete", "create"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_cannot_be_applied_is_refused_whole_and_says_why(#[case] engine: Engine) {
    let Some(showcase) = Showcase::open(engine).await else { return };
    let document = |title: &str| data_json(&[entry("a", title)]);
    showcase.import("?source=c&fetched_at=2026-03-02T00:00:00Z", document("Nueva")).await;
    let cut = document("Cortada");
    let cut = cut.split_at(cut.len() / 2).0.to_owned();
    for (query, body, status, code) in [
        ("?source=c&fetched_at=2026-03-01T00:00:00Z", document("Vieja"), 422, "stale-fetch"),
        ("?source=c", cut, 422, "unreadable-source"),
        ("?source=c", String::new(), 422, "unreadable-source"),
        ("?source=c", "{\"hola\": 1}".to_owned(), 422, "unreadable-source"),
        ("?source=c&replase=true", document("Otra"), 400, "unknown-parameter"),
        ("?source=c&catalog=nada", document("Otra"), 404, "not-found"),
    ] {
        let refused = showcase.send_import(query, body).await.expect(status).unwrap();
        assert_eq!(refused.json()["code"], code, "{query}");
        assert_ne!(refused.json()["detail"], "", "{query}");
    }
    let put = showcase.editor.send(Method::PUT, "/api/v1/import", &[], "{}".into()).await.unwrap();
    assert_eq!((put.status.as_u16(), put.header("allow")), (405, "POST, OPTIONS"));
    assert_eq!(showcase.titles("/api/v1/datasets").await, ["Nueva"]);
}

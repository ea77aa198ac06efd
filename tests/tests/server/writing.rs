//! A record's life over HTTP: made, changed under a condition, ended, and what a repeated request does.

use std::time::Duration;

use hyper::Method;
use rstest::rstest;
use serde_json::{Value, json};
use vitrina_domain::{change::Audience, record::Kind};
use vitrina_store::{Config, Store};
use vitrina_tests::{Answer, Engine, Http};

use crate::showcase::{Showcase, data_json, entry};

const DATASETS: &str = "/api/v1/datasets";

fn document() -> Value {
    json!({
        "identifier": "bachas",
        "title": {"es": "Baches reportados", "en": "Reported potholes"},
        "description": {"es": "Un reporte por renglón"},
        "keyword": {"es": ["calles", "baches"]},
        "distribution": [{"title": {"es": "Tabla"}, "downloadURL": "https://datos.example/baches.csv"}],
    })
}

/// Sends a document on the condition of an entity tag.
async fn when(http: &Http, method: Method, target: &str, tag: &str, document: &Value) -> Answer {
    http.write(method, target, &[("if-match", tag)], document).await.unwrap()
}

fn code(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.json()["code"].as_str().unwrap_or_default().to_owned())
}

fn is(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_record_is_made_replaced_and_patched_under_its_tag(#[case] engine: Engine) {
    let Some(showcase) = Showcase::open(engine).await else { return };
    let made = showcase.create(&document()).await;
    let place = made.header("location").to_owned();
    let read = showcase.reader.get(&place).await.unwrap().expect(200).unwrap();
    assert!(read.header("etag").starts_with("\"r1-") && made.header("etag").starts_with("\"r1-"));
    let record = read.json();
    for (member, value) in document().as_object().unwrap() {
        if member != "distribution" {
            assert_eq!(&record[member], value, "{member}");
        }
    }
    assert_eq!(record["distribution"][0]["downloadURL"], "https://datos.example/baches.csv");
    assert_eq!((&record["revision"], &record["slug"]), (&json!(1), &json!("baches-reportados")));
    assert_eq!(code(&showcase.editor.write(Method::POST, DATASETS, &[], &document()).await.unwrap()).0, 409);

    // Replacing: not blindly, not over somebody else's change.
    let mut next = document();
    next["title"]["es"] = json!("Baches atendidos");
    let blind = showcase.editor.write(Method::PUT, &place, &[], &next).await.unwrap();
    assert_eq!(code(&blind), is(428, "precondition-required"));
    let stale = when(&showcase.editor, Method::PUT, &place, "\"r7-otra\"", &next).await;
    assert_eq!(code(&stale), is(412, "precondition-failed"));
    let put =
        when(&showcase.editor, Method::PUT, &place, made.header("etag"), &next).await.expect(200).unwrap();
    assert_eq!(put.json()["title"]["es"], "Baches atendidos");
    assert_eq!((&put.json()["revision"], &put.json()["slug"]), (&json!(2), &record["slug"]));
    assert_eq!(put.json()["distribution"][0]["id"], record["distribution"][0]["id"]);
    let again = when(&showcase.editor, Method::PUT, &place, made.header("etag"), &document()).await;
    assert_eq!(code(&again), is(412, "precondition-failed"), "the old tag is used up");

    // A body that changes nothing changes nothing.
    let log = showcase.changes("dataset").await;
    let same =
        when(&showcase.editor, Method::PUT, &place, put.header("etag"), &next).await.expect(200).unwrap();
    assert_eq!((same.header("etag"), &same.json()["revision"]), (put.header("etag"), &json!(2)));
    let empty = when(&showcase.editor, Method::PATCH, &place, put.header("etag"), &json!({})).await;
    assert_eq!(empty.expect(200).unwrap().json()["updated_at"], put.json()["updated_at"]);
    assert_eq!(showcase.changes("dataset").await, log, "nothing changed, something was logged");

    // Merge Patch: a member alone, null takes away, what is not named stays.
    let patch = json!({"title": {"en": null}, "description": {"en": "One report per row"}, "keyword": null});
    let blind = showcase.editor.write(Method::PATCH, &place, &[], &patch).await.unwrap();
    assert_eq!(code(&blind), is(428, "precondition-required"));
    let patched = when(&showcase.editor, Method::PATCH, &place, put.header("etag"), &patch).await;
    let patched = patched.expect(200).unwrap().json();
    assert_eq!(patched["title"], json!({"es": "Baches atendidos"}));
    assert_eq!(patched["description"], json!({"es": "Un reporte por renglón", "en": "One report per row"}));
    assert_eq!((&patched["keyword"], &patched["revision"]), (&Value::Null, &json!(3)));
    let ops: Vec<String> = showcase.changes("dataset").await.into_iter().map(|(op, _)| op).collect();
    assert_eq!(ops, ["create", "update", "update"]);
    let moved = when(&showcase.editor, Method::PATCH, &place, "*", &json!({"identifier": "otro"})).await;
    assert_eq!(code(&moved), is(422, "invalid-document"));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_deletion_leaves_a_tombstone_that_only_the_source_takes_away(#[case] engine: Engine) {
    let Some(showcase) = Showcase::open(engine).await else { return };
    let catalog = data_json(&[entry("a", "Agua"), entry("b", "Basura")]);
    showcase.import("?source=c", catalog.clone()).await;
    let there = showcase.dataset("a").await;
    let (place, slug) = (there["url"].as_str().unwrap(), there["slug"].as_str().unwrap());
    let target = format!("{place}?reason=datos+personales");
    let delete = async |tag: &[(&str, &str)]| {
        showcase.editor.send(Method::DELETE, &target, tag, "".into()).await.unwrap()
    };
    assert_eq!(code(&delete(&[]).await), is(428, "precondition-required"));
    assert_eq!(code(&delete(&[("if-match", "\"r2-x\"")]).await), is(412, "precondition-failed"));
    let record = showcase.reader.get(place).await.unwrap().expect(200).unwrap();
    let tombstone = delete(&[("if-match", record.header("etag"))]).await.expect(200).unwrap().json();
    assert_eq!(tombstone["reason"], "datos personales");

    let by_slug = format!("{DATASETS}/{slug}");
    let turtle = format!("/dataset/{slug}.ttl");
    let permanent = format!("/id/dataset/{}", there["id"].as_str().unwrap());
    // What goes with a dataset is gone with it.
    let record = record.json();
    let file = record["distribution"][0]["id"].as_str().unwrap();
    for target in [
        place,
        &by_slug,
        &turtle,
        &permanent,
        &format!("{place}/revisions"),
        &format!("{place}/raw"),
        &format!("/api/v1/distributions/{file}"),
        &format!("/id/distribution/{file}"),
    ] {
        let gone = showcase.reader.get(target).await.unwrap().expect(410).unwrap();
        assert_eq!(
            (&gone.json()["code"], &gone.json()["tombstone"]),
            (&json!("gone"), &tombstone),
            "{target}"
        );
    }
    let headers = [("accept", "text/html")];
    let page =
        showcase.reader.send(Method::GET, &format!("/dataset/{slug}"), &headers, "".into()).await.unwrap();
    let page = page.expect(410).unwrap();
    assert!(page.text().contains("datos personales") && page.text().contains("Agua"), "{}", page.text());
    assert_eq!(showcase.titles(DATASETS).await, ["Basura"]);
    let put = when(&showcase.editor, Method::PUT, place, "*", &document()).await;
    assert_eq!(code(&put), is(410, "gone"), "no person reopens it");

    let back = showcase.import("?source=c", catalog).await;
    assert_eq!((&back["tally"]["restored"], &back["tally"]["unchanged"]), (&json!(1), &json!(1)));
    let record = showcase.json(place).await;
    assert_eq!((&record["id"], &record["slug"]), (&there["id"], &there["slug"]));
    let ops: Vec<(String, String)> = showcase.changes("dataset").await;
    let ops: Vec<&str> = ops.iter().filter(|(_, id)| there["id"] == *id).map(|(op, _)| op.as_str()).collect();
    assert_eq!(ops, ["create", "delete", "create"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_organization_writes_by_its_own_identifiers(#[case] engine: Engine) {
    let Some(showcase) = Showcase::filled(engine).await else { return };
    let organization = showcase.dataset("agua").await["organization"].take();
    let by = |key: &str, identifier: &str| {
        format!("/api/v1/organizations/{key}/datasets/by-identifier/{identifier}")
    };
    let (id, slug) = (organization["id"].as_str().unwrap(), organization["slug"].as_str().unwrap());
    let mut document = json!({"title": {"es": "Padrón de pozos"}});
    let put = async |target: &str, tag: &[(&str, &str)], document: &Value| {
        showcase.editor.write(Method::PUT, target, tag, document).await.unwrap()
    };

    // A slash and an accent are part of the identifier.
    let target = by(id, "pozos%2F2026%2F%C3%A1");
    let made = put(&target, &[], &document).await.expect(201).unwrap();
    assert_eq!(
        (&made.json()["identifier"], &made.json()["organization_id"]),
        (&json!("pozos/2026/á"), &json!(id))
    );
    // A tag says that something is there, and that nothing is there.
    for tag in ["\"abc\"", "\"r1-x\"", "*"] {
        let absent = put(&by(id, "nuevo"), &[("if-match", tag)], &document).await;
        assert_eq!(code(&absent), is(412, "precondition-failed"), "{tag}");
    }
    let there = put(&target, &[("if-none-match", "*")], &document).await;
    assert_eq!(code(&there), is(412, "precondition-failed"));
    put(&by(id, "nuevo"), &[("if-none-match", "*")], &document).await.expect(201).unwrap();
    let log = showcase.changes("dataset").await;
    let same = put(&by(slug, "pozos%2F2026%2F%C3%A1"), &[], &document).await.expect(200).unwrap();
    assert_eq!((&same.json()["id"], &same.json()["revision"]), (&made.json()["id"], &json!(1)));
    assert_eq!(showcase.changes("dataset").await, log);

    document["title"]["es"] = json!("Padrón de pozos profundos");
    assert_eq!(code(&put(&target, &[], &document).await), is(428, "precondition-required"));
    assert_eq!(
        code(&put(&target, &[("if-match", "\"r9-x\"")], &document).await),
        is(412, "precondition-failed")
    );
    let tag = made.header("etag").to_owned();
    let next = put(&target, &[("if-match", &tag)], &document).await.expect(200).unwrap().json();
    assert_eq!((&next["revision"], &next["title"]), (&json!(2), &document["title"]));
    // The same identifier at another organization is another record.
    let other = showcase.dataset("presupuesto").await["organization"]["slug"].take();
    let other = put(&by(other.as_str().unwrap(), "pozos%2F2026%2F%C3%A1"), &[], &document).await;
    assert_ne!(other.expect(201).unwrap().json()["id"], made.json()["id"]);
    assert_eq!(code(&put(&by("nadie", "x"), &[], &document).await), is(404, "not-found"));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_repeated_request_is_done_once(#[case] engine: Engine) {
    let Some(showcase) = Showcase::open(engine).await else { return };
    let key = [("idempotency-key", "clave-1")];
    let post =
        async |document: &Value| showcase.editor.write(Method::POST, DATASETS, &key, document).await.unwrap();
    let mut broken = document();
    broken["distribution"] = json!("no es una lista");
    assert_eq!(code(&post(&broken).await), is(422, "invalid-document"));

    // What was refused did nothing: its key is free for the mended request.
    let first = post(&document()).await.expect(201).unwrap();
    let replay = post(&document()).await.expect(201).unwrap();
    assert_eq!(replay.body, first.body);
    for name in ["content-type", "etag", "location"] {
        assert_eq!(replay.header(name), first.header(name), "{name}");
    }
    assert_eq!((first.header("idempotency-replayed"), replay.header("idempotency-replayed")), ("", "true"));
    let mut other = document();
    other["identifier"] = json!("otro");
    assert_eq!(code(&post(&other).await), is(422, "idempotency-mismatch"));
    let elsewhere = showcase.editor.write(Method::POST, "/api/v1/series", &key, &document()).await.unwrap();
    assert_eq!(code(&elsewhere), is(422, "idempotency-mismatch"));
    assert_eq!(showcase.json(DATASETS).await["total"], 1);

    // Keys belong to who uses them.
    let neighbour = showcase.reader.with_token(&showcase.setup.token(&["write:datasets"]).unwrap());
    neighbour.write(Method::POST, DATASETS, &key, &other).await.unwrap().expect(201).unwrap();
    let anonymous = showcase.reader.write(Method::POST, DATASETS, &key, &document()).await.unwrap();
    assert_eq!(code(&anonymous), is(401, "token-required"));

    // A replay survives a new start.
    let showcase = showcase.restarted(|_| ()).await;
    let replay = showcase.editor.write(Method::POST, DATASETS, &key, &document()).await.unwrap();
    assert_eq!(replay.expect(201).unwrap().body, first.body);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_old_slug_leads_to_the_new_one_for_ever(#[case] engine: Engine) {
    let Some(showcase) = Showcase::open(engine).await else { return };
    let made = showcase.create(&document()).await.json();
    let setup = &showcase.setup;
    let config = Config {
        data_dir: setup.data_dir(),
        database_url: setup.database_url(),
        files_url: None,
        max_connections: 1,
    };
    let store = Store::open(&config).await.unwrap();
    // What was given under the old slug is not given again.
    showcase.json("/api/v1/datasets/baches-reportados").await;
    let mut tx = store.begin("editor", made["updated_at"].as_str().unwrap().parse().unwrap()).await.unwrap();
    let id = made["id"].as_str().unwrap().parse().unwrap();
    tx.rename(Kind::Dataset, id, &"baches".parse().unwrap(), Audience::Public).await.unwrap();
    tx.commit().await.unwrap();

    let last = || async { showcase.changes("dataset").await.pop() };
    while last().await.is_none_or(|(op, _)| op != "update") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for (old, new) in [
        ("/api/v1/datasets/baches-reportados", "/api/v1/datasets/baches"),
        ("/api/v1/datasets/baches-reportados/revisions", "/api/v1/datasets/baches/revisions"),
        ("/api/v1/datasets/baches-reportados/raw", "/api/v1/datasets/baches/raw"),
        ("/dataset/baches-reportados", "/dataset/baches"),
        ("/dataset/baches-reportados.ttl", "/dataset/baches.ttl"),
    ] {
        let moved = showcase.reader.get(old).await.unwrap().expect(301).unwrap();
        assert_eq!(moved.header("location"), format!("http://{}{new}", showcase.server.address()), "{old}");
    }
    let there = showcase.json("/api/v1/datasets/baches").await;
    assert_eq!((&there["id"], &there["slug"]), (&made["id"], &json!("baches")));
    // A write is not sent elsewhere: many clients lose its method on the way.
    let patch = json!({"description": {"es": "Por el nombre de antes"}});
    let written =
        when(&showcase.editor, Method::PATCH, "/api/v1/datasets/baches-reportados", "*", &patch).await;
    let written = written.expect(200).unwrap().json();
    assert_eq!((&written["id"], &written["description"]), (&made["id"], &patch["description"]));
}

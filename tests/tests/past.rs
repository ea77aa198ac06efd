//! The time machine and the change log over HTTP, on both databases: what was, and what is closed.
#![expect(clippy::unwrap_used, reason = "helpers of tests may stop them")]

use hyper::Method;
use rstest::rstest;
use serde_json::{Value, json};
use vitrina_tests::{Answer, Engine, Http, Program, Setup};

/// A catalog with a history, and the instants at which it was as it was.
struct History {
    http: Http,
    organization: String,
    /// After the first dataset, after the second, after the change of the first, after the end of the second.
    instants: [String; 4],
    first: Value,
    second: Value,
}

async fn write(http: &Http, method: Method, target: &str, tag: &str, document: &Value) -> Answer {
    http.write(method, target, &[("if-match", tag)], document).await.unwrap()
}

async fn create(http: &Http, target: &str, document: &Value) -> Value {
    http.write(Method::POST, target, &[], document).await.unwrap().expect(201).unwrap().json()
}

fn word(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

async fn history(setup: &Setup, server: &Program) -> History {
    let http = server.http();
    let editor = http.with_token(&setup.token(&["write:datasets"]).unwrap());
    let organization = create(&editor, "/api/v1/organizations", &json!({"name": "Agua"})).await;
    let organization = word(&organization, "id");
    let datasets = format!("/api/v1/datasets?organization={organization}");
    let files = json!([{"downloadURL": "https://datos.example/pozos.csv"}]);
    let first = json!({"title": "Pozos", "identifier": "pozos", "distribution": files});
    let first = create(&editor, &datasets, &first).await;
    let second =
        create(&editor, "/api/v1/datasets", &json!({"title": "Presas", "identifier": "presas"})).await;

    let path = |record: &Value| format!("/api/v1/datasets/{}", word(record, "id"));
    let patch = json!({"title": "Pozos de agua", "distribution": []});
    let changed = write(&editor, Method::PATCH, &path(&first), "\"r1-x\"", &patch).await.expect(200).unwrap();
    let gone = format!("{}?reason=duplicado", path(&second));
    let gone = write(&editor, Method::DELETE, &gone, "*", &Value::Null).await.expect(200).unwrap().json();
    let instants = [
        word(&first, "created_at"),
        word(&second, "created_at"),
        word(&changed.json(), "updated_at"),
        word(&gone, "deleted_at"),
    ];
    History { http, organization, instants, first, second }
}

fn titles(list: &Value) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|item| word(item, "title")).collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn lists_and_records_are_given_as_they_were(#[case] engine: Engine) {
    let Some(setup) = Setup::on(engine).await.unwrap() else { return };
    let server = Program::serve(&setup).await.unwrap();
    let History { http, organization, instants, first, second } = history(&setup, &server).await;
    let get = async |target: String| http.get(&target).await.unwrap();
    let list = async |target: String| get(target).await.expect(200).unwrap().json();

    let expected: [&[&str]; 4] =
        [&["Pozos"], &["Pozos", "Presas"], &["Pozos de agua", "Presas"], &["Pozos de agua"]];
    for (instant, expected) in instants.iter().zip(expected) {
        let whole = list(format!("/api/v1/datasets?at={instant}")).await;
        assert_eq!(titles(&whole), expected, "{instant}");
        assert_eq!(whole["total"], expected.len());
        let page = list(format!("/api/v1/datasets?at={instant}&limit=1&sort=-created")).await;
        let mut walk = titles(&page);
        let mut next = word(&page, "next");
        while !next.is_empty() {
            let page = list(next).await;
            walk.extend(titles(&page));
            next = word(&page, "next");
        }
        walk.reverse();
        assert_eq!(walk, expected, "page by page");
    }
    for key in [&organization, "agua"] {
        let of = list(format!("/api/v1/datasets?organization={key}&at={}", instants[1])).await;
        assert_eq!((titles(&of), &of["total"]), (vec!["Pozos".to_owned()], &json!(1)), "{key}");
    }
    assert_eq!(titles(&list("/api/v1/datasets?at=2001-01-01".to_owned()).await), [""; 0]);
    let lines = get(format!("/api/v1/datasets?f=ndjson&at={}", instants[0])).await.expect(200).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&lines.text()).unwrap()["distribution"], first["distribution"]);

    let (first_id, second_id) = (word(&first, "id"), word(&second, "id"));
    let then = list(format!("/api/v1/datasets/{first_id}?at={}", instants[1])).await;
    for member in ["title", "distribution", "revision", "hash", "updated_at", "organization_id", "visibility"]
    {
        assert_eq!(then[member], first[member], "{member}");
    }
    // What was deleted is given as it was, and is gone from when it went.
    let then = list(format!("/api/v1/datasets/presas?at={}", instants[2])).await;
    assert_eq!(word(&then, "id"), second_id);
    for (target, status) in [
        (format!("/api/v1/datasets/{second_id}?at={}", instants[3]), 410),
        (format!("/api/v1/datasets/{second_id}"), 410),
        (format!("/api/v1/datasets/{second_id}?at=2001-01-01"), 410),
        (format!("/api/v1/datasets/{first_id}?at=2001-01-01"), 404),
    ] {
        assert_eq!(get(target.clone()).await.status, status, "{target}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_the_past_cannot_answer_is_refused_by_name(#[case] engine: Engine) {
    let Some(setup) = Setup::on(engine).await.unwrap() else { return };
    let server = Program::serve(&setup).await.unwrap();
    let http = server.http();
    for collection in ["datasets", "catalogs", "organizations", "data-services", "series"] {
        for (asked, name) in [
            ("q=agua", "q"),
            ("theme=SOCI", "theme"),
            ("sort=title", "sort"),
            ("organization=a&organization=b", "organization"),
        ] {
            let refused = http.get(&format!("/api/v1/{collection}?{asked}&at=2026-01-01")).await.unwrap();
            let problem = refused.expect(400).unwrap().json();
            assert_eq!(problem["code"], "at-not-supported", "{collection} {asked}");
            assert_eq!(problem["errors"][0]["pointer"], format!("?{name}"));
        }
    }
    for name in ["organization", "catalog", "source"] {
        let unknown = http.get(&format!("/api/v1/datasets?{name}=nada&at=2026-01-01")).await.unwrap();
        let problem = unknown.expect(400).unwrap().json();
        assert_eq!(
            (&problem["code"], &problem["errors"][0]["pointer"]),
            (&json!("invalid-parameter"), &json!(format!("?{name}")))
        );
    }
    let search = http.get("/api/v1/search?at=2026-01-01").await.unwrap().expect(400).unwrap().json();
    assert_eq!(search["code"], "at-not-supported");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn changes_name_the_members_that_differ(#[case] engine: Engine) {
    let Some(setup) = Setup::on(engine).await.unwrap() else { return };
    let server = Program::serve(&setup).await.unwrap();
    let History { http, .. } = history(&setup, &server).await;
    let page = http.get("/api/v1/changes?kind=dataset").await.unwrap().expect(200).unwrap().json();
    let told: Vec<_> =
        page["items"].as_array().unwrap().iter().map(|item| (&item["op"], &item["changed"])).collect();
    let none = json!([]);
    let some = json!(["distribution", "title"]);
    let (create, update, delete) = (json!("create"), json!("update"), json!("delete"));
    assert_eq!(told, [(&create, &none), (&create, &none), (&update, &some), (&delete, &none)]);
}

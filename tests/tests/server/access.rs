//! Who may write: nobody without a token, and each token what its scopes say.

use hyper::Method;
use rstest::rstest;
use serde_json::{Value, json};
use vitrina_app::auth::TokenSecret;
use vitrina_domain::{id::TokenId, time::Timestamp};
use vitrina_store::{Config, Store, TokenRow};
use vitrina_tests::{Engine, Http, Setup};

use crate::showcase::{Showcase, data_json, datasets};

/// Every kind of write, on a dataset and an organization that are there.
fn writes(dataset: &str, organization: &str) -> Vec<(Method, String)> {
    vec![
        (Method::POST, "/api/v1/datasets".to_owned()),
        (Method::PUT, format!("/api/v1/datasets/{dataset}")),
        (Method::PATCH, format!("/api/v1/datasets/{dataset}")),
        (Method::DELETE, format!("/api/v1/datasets/{dataset}")),
        (Method::PUT, format!("/api/v1/organizations/{organization}/datasets/by-identifier/x")),
        (Method::POST, "/api/v1/organizations".to_owned()),
        (Method::POST, "/api/v1/catalogs".to_owned()),
        (Method::POST, "/api/v1/series".to_owned()),
        (Method::POST, "/api/v1/data-services".to_owned()),
        (Method::POST, "/api/v1/import?source=c".to_owned()),
    ]
}

/// Tries every write; each must be refused with this status and code.
async fn refused(http: &Http, writes: &[(Method, String)], status: u16, code: &str) {
    let document = json!({"identifier": "x", "title": {"es": "Intruso"}});
    for (method, target) in writes {
        let headers = [("if-match", "*")];
        let answer = http.write(method.clone(), target, &headers, &document).await.unwrap();
        let body = answer.json();
        assert_eq!(
            (answer.status.as_u16(), &body["code"]),
            (status, &json!(code)),
            "{method} {target}: {body}"
        );
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.headers.contains_key("www-authenticate"), status == 401, "{method} {target}");
    }
}

/// Puts a token into the store that ended before it is shown.
async fn expired(setup: &Setup) -> String {
    let token = TokenSecret::generate(|| 7);
    let config = Config {
        data_dir: setup.data_dir(),
        database_url: setup.database_url(),
        files_url: None,
        max_connections: 1,
    };
    let store = Store::open(&config).await.unwrap();
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let mut tx = store.begin("test", at("2026-01-01T00:00:00Z")).await.unwrap();
    let row = TokenRow {
        id: TokenId::new(uuid::Uuid::from_u128(7)),
        name: "vencido".to_owned(),
        hash: token.digest(),
        scopes: vec!["admin".to_owned()],
        created: at("2026-01-01T00:00:00Z"),
        expires: at("2026-01-02T00:00:00Z"),
        revoked: None,
        last_used: None,
    };
    tx.add_token(&row).await.unwrap();
    tx.commit().await.unwrap();
    token.reveal().to_owned()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_writes_without_a_token_that_allows_it(#[case] engine: Engine) {
    let Some(showcase) = Showcase::filled(engine).await else { return };
    let dataset = showcase.dataset("agua").await;
    let organization = dataset["organization"]["id"].as_str().unwrap();
    let writes = writes(dataset["id"].as_str().unwrap(), organization);
    let log = showcase.json("/api/v1/changes?limit=1000").await;

    refused(&showcase.reader, &writes, 401, "token-required").await;
    let unknown = TokenSecret::generate(|| 5);
    refused(&showcase.reader.with_token(unknown.reveal()), &writes, 401, "token-invalid").await;
    refused(&showcase.reader.with_token("basura"), &writes, 401, "token-invalid").await;
    let reading = showcase.setup.token(&["read:private", "harvest"]).unwrap();
    refused(&showcase.reader.with_token(&reading), &writes, 403, "forbidden").await;
    let (imports, records): (Vec<_>, Vec<_>) =
        writes.iter().cloned().partition(|(_, to)| to.contains("import"));
    let importing = showcase.setup.token(&["import"]).unwrap();
    refused(&showcase.reader.with_token(&importing), &records, 403, "forbidden").await;
    let editing = showcase.setup.token(&["write:datasets"]).unwrap();
    refused(&showcase.reader.with_token(&editing), &imports, 403, "forbidden").await;
    let elsewhere = showcase.setup.token(&[&format!("write:datasets@{}", uuid::Uuid::from_u128(1))]).unwrap();
    refused(&showcase.reader.with_token(&elsewhere), &records, 403, "forbidden").await;

    assert_eq!(showcase.json("/api/v1/changes?limit=1000").await, log, "a refused write was logged");
    // What a token does not allow is still open to read, as it is to everybody.
    let read = showcase.reader.with_token(&importing).get("/api/v1/datasets").await.unwrap();
    assert_eq!(read.expect(200).unwrap().json()["total"], datasets().len());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_token_ends_when_it_expires_and_at_once_when_it_is_revoked(#[case] engine: Engine) {
    let Some(showcase) = Showcase::open(engine).await else { return };
    let import = [(Method::POST, "/api/v1/import?source=c".to_owned())];
    let late = showcase.reader.with_token(&expired(&showcase.setup).await);
    refused(&late, &import, 401, "token-invalid").await;

    let token = showcase.setup.token(&["import"]).unwrap();
    let robot = showcase.reader.with_token(&token);
    let body = data_json(&datasets()[..1]);
    let target = "/api/v1/import?source=c";
    robot.send(Method::POST, target, &[], body.into()).await.unwrap().expect(201).unwrap();
    let listed = showcase.setup.run(&["admin", "token", "list"]).unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let live = listed.lines().filter(|line| line.contains("import") && !line.contains("write:datasets"));
    let ids: Vec<&str> = live.filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(ids.len(), 1, "{listed}");
    assert!(showcase.setup.run(&["admin", "token", "revoke", ids[0]]).unwrap().status.success());
    refused(&robot, &import, 401, "token-invalid").await;
    assert_eq!(robot.get("/api/v1/datasets").await.unwrap().json()["code"], Value::from("token-invalid"));
}

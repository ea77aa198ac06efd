//! Walks by cursor: through lists while others write, and through the change log to its end.

use std::collections::BTreeSet;

use hyper::Method;
use rstest::rstest;
use serde_json::{Value, json};
use vitrina_tests::Engine;

use crate::showcase::{Showcase, strings};

fn lines(names: impl Iterator<Item = usize>) -> String {
    names
        .map(|name| json!({"identifier": format!("n-{name:03}"), "title": format!("Número {name}"), "keyword": ["serie"]}))
        .flat_map(|line| [line.to_string(), "\n".to_owned()])
        .collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_walk_loses_nothing_while_others_write(#[case] engine: Engine) {
    let Some(showcase) = Showcase::open(engine).await else { return };
    showcase.import("?source=c", lines(0..40)).await;
    let mut next = json!("/api/v1/datasets?limit=7");
    let (mut walked, mut addresses) = (Vec::<String>::new(), Vec::new());
    let mut pages = 0;
    while let Some(target) = next.as_str() {
        let answer = showcase.reader.get(target).await.unwrap().expect(200).unwrap();
        let mut page = answer.json();
        walked.extend(strings(&page["items"], "identifier"));
        addresses.extend(strings(&page["items"], "url"));
        next = page["next"].take();
        let link = next.as_str().map_or_else(String::new, |next| format!("<{next}>; rel=\"next\""));
        let links: Vec<&str> =
            answer.headers.get_all("link").iter().map(|link| link.to_str().unwrap()).collect();
        assert_eq!(links.contains(&link.as_str()), next.is_string(), "{links:?}");
        pages += 1;
        // Meanwhile: something new, something old altered, something that was passed deleted.
        if pages <= 4 {
            showcase.import("?source=otra", lines(100 + pages..=100 + pages)).await;
            let altered = lines(0..40).replace(&format!("Número {}\"", 41 - pages), "Alterado\"");
            showcase.import("?source=c", altered).await;
            let there = &addresses[pages];
            let headers = [("if-match", "*")];
            let gone = showcase.editor.send(Method::DELETE, there, &headers, "".into()).await.unwrap();
            gone.expect(200).unwrap();
        }
    }
    let once: BTreeSet<&String> = walked.iter().collect();
    assert_eq!(once.len(), walked.len(), "something came twice: {walked:?}");
    let wanted: Vec<String> = (0..40).chain(101..=104).map(|name| format!("n-{name:03}")).collect();
    assert_eq!(walked, wanted, "in creation order, with what came meanwhile at the end");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_change_log_is_read_to_its_end_and_later_from_there(#[case] engine: Engine) {
    let Some(showcase) = Showcase::open(engine).await else { return };
    showcase.import("?source=c", lines(0..5)).await;
    showcase.import("?source=c", lines(0..5).replace("Número 3", "Otro número 3")).await;
    showcase.import("?source=c&replace=true", lines(1..5).replace("Número 3", "Otro número 3")).await;
    let whole = showcase.json("/api/v1/changes?kind=dataset&limit=1000").await;
    let ops = ["create", "create", "create", "create", "create", "update", "delete"];
    assert_eq!(strings(&whole["items"], "op"), ops);
    assert_eq!(whole["next"], Value::Null);

    let mut next = json!("/api/v1/changes?kind=dataset&limit=2");
    let mut walked = Vec::new();
    let mut token = String::new();
    while let Some(target) = next.as_str() {
        let mut page = showcase.json(target).await;
        assert!(page["items"].as_array().unwrap().len() <= 2);
        walked.append(page["items"].as_array_mut().unwrap());
        token = page["token"].as_str().unwrap().to_owned();
        next = page["next"].take();
    }
    assert_eq!(Value::from(walked), whole["items"]);

    // At the end there is nothing; after one more write there is that one, for ever.
    let rest = format!("/api/v1/changes?kind=dataset&from={token}");
    assert_eq!(showcase.json(&rest).await["items"], json!([]));
    let made = showcase.create(&json!({"identifier": "nuevo", "title": {"es": "Nuevo"}})).await.json();
    let showcase = showcase.restarted(|_| ()).await;
    let rest = showcase.json(&rest).await["items"].take();
    assert_eq!(
        (strings(&rest, "op"), strings(&rest, "title")),
        (vec!["create".to_owned()], vec!["Nuevo".to_owned()])
    );
    assert_eq!((&rest[0]["id"], &rest[0]["hash"]), (&made["id"], &made["hash"]));
    let from_each =
        format!("/api/v1/changes?kind=dataset&from={}", whole["items"][5]["token"].as_str().unwrap());
    assert_eq!(strings(&showcase.json(&from_each).await["items"], "op"), ["delete", "create"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_cursor_goes_with_its_own_question_only(#[case] engine: Engine) {
    let Some(showcase) = Showcase::open(engine).await else { return };
    showcase.import("?source=c", lines(0..9)).await;
    let next = showcase.json("/api/v1/datasets?limit=2&source=c").await["next"].take();
    let next = next.as_str().unwrap();
    let cursor = next.split("cursor=").nth(1).unwrap().split('&').next().unwrap();
    // The size of the page may change on the way.
    let page = showcase.json(&next.replace("limit=2", "limit=3")).await["items"].take();
    assert_eq!(strings(&page, "identifier"), ["n-002", "n-003", "n-004"]);
    for (target, code) in [
        (format!("/api/v1/datasets?source=otra&cursor={cursor}"), "cursor-mismatch"),
        (format!("/api/v1/datasets?cursor={cursor}"), "cursor-mismatch"),
        (format!("/api/v1/datasets?source=c&sort=-created&cursor={cursor}"), "cursor-mismatch"),
        (format!("/api/v1/organizations?source=c&cursor={cursor}"), "cursor-mismatch"),
        (format!("/api/v1/datasets?source=c&cursor={cursor}A"), "cursor-invalid"),
        ("/api/v1/datasets?cursor=basura".to_owned(), "cursor-invalid"),
        ("/api/v1/changes?from=basura".to_owned(), "cursor-invalid"),
        (format!("/api/v1/changes?from={cursor}"), "cursor-mismatch"),
    ] {
        let refused = showcase.reader.get(&target).await.unwrap().expect(400).unwrap();
        assert_eq!(refused.json()["code"], code, "{target}");
    }
}

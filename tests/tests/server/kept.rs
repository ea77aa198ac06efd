//! Answers that the server keeps: given again, and never once something they show has changed.

use std::time::{Duration, Instant};

use hyper::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};
use vitrina_tests::{Answer, Engine, Http};

use crate::showcase::{SOON, Showcase, data_json, entry};

/// What a reader is answered, with what he has already.
async fn look(http: &Http, target: &str, tag: &str) -> Answer {
    http.send(Method::GET, target, &[("if-none-match", tag)], "".into()).await.unwrap()
}

async fn patch(showcase: &Showcase, target: &str, patch: &Value) {
    let answer = showcase.editor.write(Method::PATCH, target, &[("if-match", "*")], patch).await.unwrap();
    answer.expect(200).unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_write_is_seen_by_the_very_next_reader(#[case] engine: Engine) {
    let Some(showcase) = Showcase::filled(engine).await else { return };
    let dataset = showcase.dataset("agua").await;
    let (id, slug) = (dataset["id"].as_str().unwrap(), dataset["slug"].as_str().unwrap());
    let place = format!("/api/v1/datasets/{id}");
    let organization = format!("/api/v1/organizations/{}", dataset["organization"]["id"].as_str().unwrap());
    let forms = [
        place.clone(),
        format!("{place}?f=ttl"),
        format!("{place}?expand=organization"),
        format!("{place}?fields=title,version"),
        format!("/dataset/{slug}"),
        format!("/dataset/{slug}.csv"),
    ];
    let mut tags: Vec<String> = Vec::new();
    for form in &forms {
        let first = showcase.reader.get(form).await.unwrap().expect(200).unwrap();
        let second = showcase.reader.get(form).await.unwrap().expect(200).unwrap();
        assert_eq!((&second.body, second.header("etag")), (&first.body, first.header("etag")), "{form}");
        assert_eq!(second.header("content-type"), first.header("content-type"));
        tags.push(first.header("etag").to_owned());
        let unchanged = look(&showcase.reader, form, first.header("etag")).await.expect(304).unwrap();
        assert_eq!((unchanged.header("vary"), unchanged.body.len()), (first.header("vary"), 0), "{form}");
    }

    for version in 1..=20 {
        patch(&showcase, &place, &json!({"version": version.to_string()})).await;
        for (form, tag) in forms.iter().zip(&tags) {
            let answer = look(&showcase.reader, form, tag).await.expect(200).unwrap();
            assert_ne!(answer.header("etag"), tag, "{form}");
        }
        let now = showcase.json(&place).await;
        assert_eq!(now["version"], version.to_string(), "an acknowledged write is not seen");
    }

    // What stands beside a record is part of what is shown of it.
    patch(&showcase, &organization, &json!({"name": {"es": "Instituto con otro nombre"}})).await;
    let beside = showcase.json(&forms[2]).await;
    assert_eq!(beside["organization_expanded"]["title"], "Instituto con otro nombre");
    let page = showcase.reader.send(Method::GET, &forms[4], &[("accept", "text/html")], "".into()).await;
    assert_eq!(page.unwrap().status, StatusCode::OK);

    let gone = showcase.editor.send(Method::DELETE, &place, &[("if-match", "*")], "".into()).await.unwrap();
    gone.expect(200).unwrap();
    for form in &forms {
        showcase.reader.get(form).await.unwrap().expect(410).unwrap();
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_another_process_writes_is_seen_soon(#[case] engine: Engine) {
    let Some(showcase) = Showcase::open(engine).await else { return };
    let catalog = |title: &str| data_json(&[entry("a", title)]);
    showcase.import("?source=c", catalog("Agua")).await;
    let place = showcase.dataset("a").await["url"].as_str().unwrap().to_owned();
    showcase.json(&place).await;

    let file = showcase.setup.data_dir().join("c.json");
    for title in ["Agua potable", "Agua tratada"] {
        std::fs::write(&file, catalog(title)).unwrap();
        let output = showcase.setup.run(&["import", file.to_str().unwrap(), "--source", "c"]).unwrap();
        assert!(output.status.success(), "{output:?}");
        let ended = Instant::now();
        while showcase.json(&place).await["title"] != json!({"und": title}) {
            assert!(ended.elapsed() < SOON, "{title} is not seen");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

#[tokio::test]
async fn readers_with_a_token_and_readers_without_are_told_apart() {
    let Some(showcase) = Showcase::filled(Engine::Sqlite).await else { return };
    let place = showcase.dataset("agua").await["url"].as_str().unwrap().to_owned();
    let anybody = showcase.reader.get(&place).await.unwrap().expect(200).unwrap();
    let editor = showcase.editor.get(&place).await.unwrap().expect(200).unwrap();
    assert_eq!(anybody.body, editor.body);
    assert_eq!(editor.header("cache-control"), "private, no-store");
    let again = showcase.reader.get(&place).await.unwrap().expect(200).unwrap();
    assert_eq!(again.header("cache-control"), anybody.header("cache-control"));
    let spanish = showcase.reader.send(Method::GET, &place, &[("accept-language", "en")], "".into()).await;
    assert_ne!(spanish.unwrap().header("etag"), anybody.header("etag"), "each language has its own");
}

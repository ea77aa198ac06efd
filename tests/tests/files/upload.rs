//! Putting a file there.

use hyper::Method;
use rstest::rstest;
use serde_json::json;
use vitrina_domain::canonical::Digest;
use vitrina_tests::{Engine, Setup};

use crate::{Site, table};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_uploaded_is_told_and_given(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let Some(site) = Site::on(engine).await.unwrap() else { return };
    let (dataset, distribution) = site.dataset("aire", "").await.unwrap();
    let bytes = table(1);
    let digest = Digest::of(bytes.as_bytes()).to_string();
    let put = site.put(&distribution, "?filename=ni%C3%B1ez%202026.csv", &[], bytes.clone()).await.unwrap();
    let put = put.expect(201).unwrap();
    let told = put.json();
    assert_eq!(put.header("etag"), format!("\"{digest}\""));
    assert_eq!(told["media_type"], "text/csv");
    assert_eq!((&told["byte_size"], &told["number"]), (&json!(bytes.len()), &json!(1)));
    assert_eq!((&told["sha256"], &told["name"]), (&json!(digest), &json!("niñez 2026.csv")));

    let document = site.reader.get(&format!("/api/v1/datasets/{dataset}")).await.unwrap().json();
    assert_eq!(document["revision"], 2);
    let shown = &document["distribution"][0];
    assert_eq!(shown["id"], distribution);
    assert_eq!(shown["downloadURL"], told["download_url"]);
    assert_eq!(shown["byteSize"], bytes.len());
    assert_eq!(shown["mediaType"], "text/csv");
    assert_eq!(shown["checksum"], json!({"algorithm": "sha256", "checksumValue": digest}));
    assert_eq!(shown["title"], json!({"es": "Tabla"}));
    let changes = site.reader.get("/api/v1/changes").await.unwrap().json();
    let last = changes["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["id"], &last["op"], &last["revision"]), (&json!(dataset), &json!("update"), &json!(2)));

    let given = site.reader.get(told["download_url"].as_str().unwrap()).await.unwrap().expect(200).unwrap();
    assert_eq!(given.text(), bytes);
    let path = format!("/api/v1/distributions/{distribution}/file");
    assert_eq!(site.reader.get(&path).await.unwrap().expect(200).unwrap().json(), told);
    // Whoever reads the document and writes it back keeps the distribution and its file.
    let tag = site.reader.get(&format!("/api/v1/datasets/{dataset}")).await.unwrap();
    let mut document = tag.json();
    document["title"] = json!({"es": "Aire limpio"});
    let written = site
        .writer
        .write(
            Method::PUT,
            &format!("/api/v1/datasets/{dataset}"),
            &[("if-match", tag.header("etag"))],
            &document,
        )
        .await
        .unwrap();
    assert_eq!(written.expect(200).unwrap().json()["distribution"][0]["id"], distribution);
    assert_eq!(site.download(&distribution, &[]).await.unwrap().text(), bytes);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn another_file_needs_the_tag_of_the_one_it_replaces(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let Some(site) = Site::on(engine).await.unwrap() else { return };
    let (dataset, distribution) = site.dataset("aire", "").await.unwrap();
    let revision = async || {
        site.reader.get(&format!("/api/v1/datasets/{dataset}")).await.unwrap().json()["revision"].clone()
    };
    let absent = [("if-match", "*")];
    let refused = site.put(&distribution, "", &absent, table(1)).await.unwrap().expect(412).unwrap();
    assert_eq!(refused.json()["code"], "precondition-failed");
    let first =
        site.put(&distribution, "", &[("if-none-match", "*")], table(1)).await.unwrap().expect(201).unwrap();
    // The same bytes change nothing, with whatever name they come.
    for query in ["", "?filename=otro.csv"] {
        let again = site.put(&distribution, query, &[], table(1)).await.unwrap().expect(200).unwrap();
        assert_eq!((again.json(), revision().await), (first.json(), json!(2)));
    }
    let other = site.put(&distribution, "", &[], table(2)).await.unwrap().expect(428).unwrap();
    assert_eq!(other.json()["code"], "precondition-required");
    let tag = first.header("etag").to_owned();
    let second =
        site.put(&distribution, "", &[("if-match", &tag)], table(2)).await.unwrap().expect(200).unwrap();
    assert_eq!((&second.json()["number"], revision().await), (&json!(2), json!(3)));
    for stale in [("if-match", tag.as_str()), ("if-none-match", "*")] {
        let refused = site.put(&distribution, "", &[stale], table(3)).await.unwrap().expect(412).unwrap();
        assert_eq!(refused.json()["code"], "precondition-failed");
    }
    assert_eq!(site.download(&distribution, &[]).await.unwrap().text(), table(2));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_replace_one_file_one_wins(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let Some(site) = Site::on(engine).await.unwrap() else { return };
    let (_, distribution) = site.dataset("aire", "").await.unwrap();
    let first = site.put(&distribution, "", &[], table(0)).await.unwrap().expect(201).unwrap();
    let tag = first.header("etag");
    let headers = [("if-match", tag)];
    let uploads = (1..=8).map(|number| site.put(&distribution, "", &headers, table(number)));
    let answers = futures_util::future::join_all(uploads).await;
    let mut statuses: Vec<u16> =
        answers.iter().map(|answer| answer.as_ref().unwrap().status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
}

#[rstest]
#[case::html("<!doctype html><script>alert(1)</script>", "?filename=a.csv", "html")]
#[case::svg("<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>", "?filename=a.csv", "svg")]
#[case::program("\u{7f}ELF\u{2}\u{1}\u{1}", "?filename=a.csv", "")]
#[case::empty("", "?filename=a.csv", "")]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_what_its_bytes_are(#[case] bytes: &'static str, #[case] query: &str, #[case] kind: &str) {
    let site = Site::on(Engine::Sqlite).await.unwrap().unwrap();
    let (dataset, distribution) = site.dataset("aire", "").await.unwrap();
    let headers = [("content-type", "text/csv")];
    let refused = site.put(&distribution, query, &headers, bytes).await.unwrap().expect(415).unwrap().json();
    assert_eq!(refused["code"], "file-type-refused");
    assert!(refused["allowed"].as_array().unwrap().contains(&json!("csv")), "{refused}");
    assert!(refused["detail"].as_str().unwrap().contains(kind), "{refused}");
    let path = format!("/api/v1/distributions/{distribution}/file");
    assert_eq!(site.reader.get(&path).await.unwrap().status.as_u16(), 404);
    let document = site.reader.get(&format!("/api/v1/datasets/{dataset}")).await.unwrap().json();
    assert_eq!(document["revision"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_list_of_types_takes_nothing() {
    let mut setup = Setup::whole(Engine::Sqlite).await.unwrap().unwrap();
    let file = setup.data_dir().parent().unwrap().join("vitrina.toml");
    std::fs::write(&file, "file_types = []\n").unwrap();
    setup.environment.push(("VITRINA_CONFIG".to_owned(), file.display().to_string()));
    let site = Site::serve(setup).await.unwrap();
    let (_, distribution) = site.dataset("aire", "").await.unwrap();
    let refused = site.put(&distribution, "", &[], table(1)).await.unwrap().expect(415).unwrap();
    assert_eq!(refused.json()["code"], "file-type-refused");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_were_spoilt_on_the_way_are_refused(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let Some(site) = Site::on(engine).await.unwrap() else { return };
    let (_, distribution) = site.dataset("aire", "").await.unwrap();
    let other = format!("?sha256={}", Digest::of(b"otra cosa"));
    let empty = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:";
    for (query, headers) in [(other.as_str(), vec![]), ("", vec![("repr-digest", empty)])] {
        let refused = site.put(&distribution, query, &headers, table(1)).await.unwrap().expect(422).unwrap();
        assert_eq!(refused.json()["code"], "digest-mismatch");
    }
    assert_eq!(site.download(&distribution, &[]).await.unwrap().status.as_u16(), 404);
    let right = format!("?sha256={}", Digest::of(table(1).as_bytes()));
    site.put(&distribution, &right, &[], table(1)).await.unwrap().expect(201).unwrap();
}

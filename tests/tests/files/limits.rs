//! How much may be uploaded.

use rstest::rstest;
use serde_json::json;
use vitrina_tests::Engine;

use crate::{Site, wire};

/// A table of exactly so many bytes.
fn sized(bytes: usize, number: usize) -> String {
    let mut text = format!("n,{number:04}\n");
    text.extend(std::iter::repeat_n("a,b\n", bytes / 4));
    text.truncate(bytes);
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_too_long_is_refused_before_it_comes_and_cut_where_it_does_not_say() {
    let site = Site::with(Engine::Sqlite, &[("VITRINA_FILE_SIZE", "64 KiB")]).await.unwrap().unwrap();
    let limits = site.reader.get("/api/v1/limits").await.unwrap().json();
    let upload =
        limits["classes"].as_array().unwrap().iter().find(|class| class["class"] == "upload").unwrap();
    assert_eq!(upload["body_bytes"], 65_536);
    let (_, distribution) = site.dataset("aire", "").await.unwrap();
    let token = site.setup.token(&["write:datasets"]).unwrap();
    let path = format!("/api/v1/distributions/{distribution}/file");
    // So long that nobody waits for what is left of it.
    let announced = wire::announce(site.server.address(), &path, &token, 1 << 40).await.unwrap();
    assert!(announced.contains("413") && announced.contains("payload-too-large"), "{announced}");
    let streamed =
        wire::stream(site.server.address(), &path, &token, sized(80_000, 1).as_bytes()).await.unwrap();
    assert!(streamed.contains("413") && streamed.contains("payload-too-large"), "{streamed}");
    let fitting =
        wire::stream(site.server.address(), &path, &token, sized(65_536, 1).as_bytes()).await.unwrap();
    assert!(fitting.contains("201"), "{fitting}");
    assert_eq!(std::fs::read_dir(site.setup.data_dir().join("tmp")).unwrap().count(), 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_quota_is_never_exceeded_however_many_come_at_once(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let settings = [("VITRINA_ORGANIZATION_QUOTA", "10000"), ("VITRINA_SITE_QUOTA", "25000")];
    let Some(site) = Site::with(engine, &settings).await.unwrap() else { return };
    let document = json!({"identifier": "agua", "name": {"es": "Agua"}});
    let path = "/api/v1/organizations";
    let made =
        site.writer.write(hyper::Method::POST, path, &[], &document).await.unwrap().expect(201).unwrap();
    let own = format!("?organization={}", made.json()["id"].as_str().unwrap());
    let mut distributions = Vec::new();
    for number in 0..8 {
        distributions.push(site.dataset(&format!("agua-{number}"), &own).await.unwrap().1);
    }
    let uploads =
        distributions.iter().enumerate().map(|(number, id)| site.put(id, "", &[], sized(6_000, number)));
    let answers: Vec<_> =
        futures_util::future::join_all(uploads).await.into_iter().map(Result::unwrap).collect();
    let count = |status: u16| answers.iter().filter(|answer| answer.status.as_u16() == status).count();
    assert_eq!((count(201), count(413)), (1, 7), "{answers:?}");
    let refused = answers.iter().find(|answer| answer.status.as_u16() == 413).unwrap().json();
    assert_eq!(refused["code"], "quota-exceeded");
    let detail = refused["detail"].as_str().unwrap();
    assert!(["10000", "6000"].iter().all(|figure| detail.contains(figure)), "{detail}");

    // Earlier files count, and the file that fills the quota to its last byte fits.
    let winner = answers.iter().position(|answer| answer.status.as_u16() == 201).unwrap();
    let headers = [("if-match", answers[winner].header("etag"))];
    let over = site.put(&distributions[winner], "", &headers, sized(4_001, 9)).await.unwrap();
    assert_eq!(over.status.as_u16(), 413);
    site.put(&distributions[winner], "", &headers, sized(4_000, 9)).await.unwrap().expect(200).unwrap();

    // Those without an organization share what the site has left.
    let (_, first) = site.dataset("suelto-1", "").await.unwrap();
    let (_, second) = site.dataset("suelto-2", "").await.unwrap();
    site.put(&first, "", &[], sized(14_000, 1)).await.unwrap().expect(201).unwrap();
    let refused = site.put(&second, "", &[], sized(1_001, 1)).await.unwrap().expect(413).unwrap();
    assert!(refused.json()["detail"].as_str().unwrap().contains("25000"), "{}", refused.text());
}

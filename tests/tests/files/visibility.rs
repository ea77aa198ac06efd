//! Who may see a file, and who may put one there.

use hyper::Method;
use rstest::rstest;
use serde_json::{Value, json};
use vitrina_tests::{Engine, Http};

use crate::{Site, inspection::inspected, table};

const NOBODY: &str = "0190b6a5-7e2a-7c3e-8f10-00000000000f";

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_as_visible_as_its_dataset(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let Some(site) = Site::on(engine).await.unwrap() else { return };
    let (dataset, distribution) = site.dataset("aire", "").await.unwrap();
    let paths =
        ["file", "download", "inspection"].map(|part| format!("/api/v1/distributions/{distribution}/{part}"));
    for path in &paths {
        assert_eq!(site.reader.get(path).await.unwrap().status.as_u16(), 404);
    }
    site.put(&distribution, "", &[], table(1)).await.unwrap().expect(201).unwrap();
    inspected(&site.reader, &distribution).await.unwrap();
    for path in &paths {
        site.reader.get(path).await.unwrap().expect(200).unwrap();
        let nobody = path.replace(&distribution, NOBODY);
        assert_eq!(site.reader.get(&nobody).await.unwrap().status.as_u16(), 404);
    }
    let path = format!("/api/v1/datasets/{dataset}");
    let tag = site.reader.get(&path).await.unwrap().header("etag").to_owned();
    site.writer
        .send(Method::DELETE, &path, &[("if-match", &tag)], "".into())
        .await
        .unwrap()
        .expect(200)
        .unwrap();
    for path in &paths {
        let gone = site.reader.get(path).await.unwrap().expect(410).unwrap();
        assert_eq!(gone.json()["code"], "gone");
        let part = [("range", "bytes=0-1")];
        let gone = site.reader.send(Method::GET, path, &part, "".into()).await.unwrap();
        assert_eq!((gone.status.as_u16(), gone.text().contains("obispado")), (410, false));
    }
    let put = site.put(&distribution, "", &[], table(2)).await.unwrap();
    assert_eq!(put.status.as_u16(), 410);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_seen_by_its_own_only(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let Some(site) = Site::on(engine).await.unwrap() else { return };
    let organization = async |name: &str| {
        let document = json!({"identifier": name, "name": {"es": name}});
        let made = site.writer.write(Method::POST, "/api/v1/organizations", &[], &document).await.unwrap();
        made.expect(201).unwrap().json()["id"].as_str().unwrap().to_owned()
    };
    let (own, other) = (organization("agua").await, organization("aire").await);
    let with = |grant: &str| -> Http { site.server.http().with_token(&site.setup.token(&[grant]).unwrap()) };
    let (owner, stranger) =
        (with(&format!("write:datasets@{own}")), with(&format!("write:datasets@{other}")));
    let made = site.dataset("borrador", &format!("?organization={own}")).await;
    let (dataset, distribution) = made.unwrap();
    let path = format!("/api/v1/distributions/{distribution}/file");
    // While everyone may see the dataset, a stranger is forbidden to write; nobody sends a gigabyte in vain.
    let refused = stranger.send(Method::PUT, &path, &[], table(1).into()).await.unwrap();
    assert_eq!((refused.status.as_u16(), &refused.json()["code"]), (403, &json!("forbidden")));
    let reading = with("read:private");
    assert_eq!(reading.send(Method::PUT, &path, &[], table(1).into()).await.unwrap().status.as_u16(), 403);
    owner.send(Method::PUT, &path, &[], table(1).into()).await.unwrap().expect(201).unwrap();

    inspected(&owner, &distribution).await.unwrap();
    hide(&site, &dataset).await;
    let download = path.replace("/file", "/download");
    let inspection = path.replace("/file", "/inspection");
    for (who, status) in [(&site.reader, 404), (&stranger, 404), (&owner, 200), (&site.writer, 200)] {
        for path in [&path, &download, &inspection] {
            assert_eq!(who.get(path).await.unwrap().status.as_u16(), status, "{path}");
        }
    }
    assert_eq!(owner.get(&download).await.unwrap().header("cache-control"), "private, no-store");
    let refused = stranger.send(Method::PUT, &path, &[], table(2).into()).await.unwrap();
    let unknown =
        stranger.send(Method::PUT, &path.replace(&distribution, NOBODY), &[], table(2).into()).await.unwrap();
    let told = |answer: &vitrina_tests::Answer| -> (u16, Value) {
        (answer.status.as_u16(), answer.json()["code"].clone())
    };
    assert_eq!(told(&refused), (404, json!("not-found")));
    assert_eq!(told(&refused), told(&unknown));
}

/// Makes a published dataset a draft, which no operation of the API does yet.
async fn hide(site: &Site, dataset: &str) {
    let store = vitrina_tests::audit::open(&site.setup).await.unwrap();
    let record = store
        .record(
            &vitrina_domain::scope::Scope::All,
            vitrina_domain::record::Kind::Dataset,
            dataset.parse().unwrap(),
            vitrina_store::Extent::Whole,
        )
        .await
        .unwrap()
        .unwrap()
        .read()
        .unwrap();
    let mut tx = store.begin("test", record.updated).await.unwrap();
    let write = vitrina_store::RecordWrite {
        id: record.id,
        source_id: record.source_id,
        identifier: record.identifier.clone(),
        slug: record.slug.clone(),
        catalog_id: record.catalog_id,
        organization_id: record.organization_id,
        visibility: vitrina_domain::record::Visibility::Draft,
        expected_revision: record.revision,
        document: vitrina_domain::record::Sealed::from(&record.metadata),
        distribution_ids: record.distribution_ids.clone(),
        raw: None,
        op: vitrina_domain::change::Op::Delete,
        audience: vitrina_domain::change::Audience::Public,
    };
    tx.write(vec![write]).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
}

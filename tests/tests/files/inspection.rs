//! What is in a stored file is looked for by a job, once for the same bytes, and told to whoever may see the file.

use std::{
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use anyhow::ensure;
use hyper::Method;
use rstest::rstest;
use serde_json::{Value, json};
use vitrina_domain::canonical::Digest;
use vitrina_store::testing::Session;
use vitrina_tests::{
    Answer, Engine, Http, audit,
    packing::{Packing, Workbook, cells_at, text_row},
};

use crate::{Site, damage::flip, table};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// A server that leaves the work to others.
async fn idle(engine: Engine) -> anyhow::Result<Option<Site>> {
    Site::with(engine, &[("VITRINA_WORKERS", "0")]).await
}

fn path(distribution: &str) -> String {
    format!("/api/v1/distributions/{distribution}/inspection")
}

/// What is told of the file of a distribution, when somebody has looked.
pub(crate) async fn inspected(http: &Http, distribution: &str) -> anyhow::Result<Answer> {
    let begun = Instant::now();
    loop {
        let answer = http.get(&path(distribution)).await?;
        if answer.status == 200 {
            return Ok(answer);
        }
        ensure!(answer.json()["code"] == "not-inspected", "{} {}", answer.status, answer.text());
        ensure!(begun.elapsed() < PATIENCE, "nobody looks");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A process that does jobs; it is killed when it is dropped.
struct Worker(Child);

impl Worker {
    fn start(site: &Site) -> anyhow::Result<Self> {
        let mut command = site.setup.command(&["worker"])?;
        Ok(Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The jobs that look into files.
async fn jobs(site: &Site) -> Vec<Value> {
    let listed = site.writer.get("/api/v1/jobs?limit=100").await.unwrap().expect(200).unwrap().json();
    let all = listed["items"].as_array().unwrap().iter();
    all.filter(|job| job["kind"] == "inspect-file").cloned().collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_looked_into_after_its_upload(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let Some(site) = Site::on(engine).await.unwrap() else { return };
    let (_, distribution) = site.dataset("nomina", "").await.unwrap();
    assert_eq!(site.reader.get(&path(&distribution)).await.unwrap().json()["code"], "not-found");
    let book =
        Workbook::of(&text_row(1, &["clave"])).sheet("Sueldos", "hidden", &text_row(1, &["x"])).finish();
    site.put(&distribution, "?filename=a.xlsx", &[], book.clone()).await.unwrap().expect(201).unwrap();
    let found = inspected(&site.reader, &distribution).await.unwrap();
    let told = found.json();
    assert_eq!(told["outcome"], "inspected");
    assert_eq!(told["sha256"], Digest::of(&book).to_string());
    assert_eq!(told["refusals"], json!([]));
    assert_eq!(told["inspection"]["tables"][1]["name"], "Sueldos");
    let hidden = &told["inspection"]["findings"][0];
    assert_eq!((&hidden["code"], &hidden["pointer"]), (&json!("W-FILE-HIDDEN-SHEET"), &json!("/tables/1")));
    assert!(hidden["message"].as_str().unwrap().contains("oculta"), "{hidden}");

    // Who has it already is not sent it again; another language is another answer.
    let tag = found.header("etag").to_owned();
    assert!(!found.header("last-modified").is_empty());
    let again = [("if-none-match", tag.as_str())];
    let send = async |path: &str| site.reader.send(Method::GET, path, &again, "".into()).await.unwrap();
    assert_eq!(send(&path(&distribution)).await.status, 304);
    let english = send(&format!("{}?lang=en", path(&distribution))).await.expect(200).unwrap();
    assert!(english.text().contains("is hidden"), "{}", english.text());

    // Another file is another look, of which nothing is told before it was taken.
    let replaced = [("if-match", "*")];
    site.put(&distribution, "", &replaced, table(1)).await.unwrap().expect(200).unwrap();
    assert_eq!(inspected(&site.reader, &distribution).await.unwrap().json()["inspection"]["kind"], "csv");
    assert_eq!(send(&path(&distribution)).await.status, 200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_looked_into_is_stored_all_the_same(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let Some(site) = Site::on(engine).await.unwrap() else { return };
    let bombs = [
        ("E-FILE-RATIO", Packing::new().file("a", &vec![0; 8 << 20]).finish()),
        ("E-FILE-SHEET-SIZE", Workbook::of(&cells_at(&["A1", "XFD1048576"])).finish()),
        ("E-FILE-DAMAGED", b"PK\x03\x04 nothing".to_vec()),
    ];
    for (rule, file) in bombs {
        let (_, distribution) = site.dataset(rule, "").await.unwrap();
        site.put(&distribution, "", &[], file.clone()).await.unwrap().expect(201).unwrap();
        let told = inspected(&site.reader, &distribution).await.unwrap().json();
        assert_eq!((&told["outcome"], &told["inspection"]), (&json!("refused"), &Value::Null));
        assert_eq!(
            (&told["refusals"][0]["code"], &told["refusals"][0]["severity"]),
            (&json!(rule), &json!("error"))
        );
        assert!(site.download(&distribution, &[]).await.unwrap().expect(200).unwrap().body == file);
    }
    assert!(jobs(&site).await.iter().all(|job| job["state"] == "succeeded"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_are_looked_at_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let Some(site) = idle(engine).await.unwrap() else { return };
    let mut distributions = Vec::new();
    for name in ["uno", "dos", "tres"] {
        let (_, distribution) = site.dataset(name, "").await.unwrap();
        site.put(&distribution, "", &[], table(1)).await.unwrap().expect(201).unwrap();
        // An upload that broke off is simply sent again.
        site.put(&distribution, "", &[], table(1)).await.unwrap().expect(200).unwrap();
        distributions.push(distribution);
    }
    let filed = jobs(&site).await;
    assert_eq!(filed.len(), 1, "{filed:?}");
    assert_eq!(filed[0]["key"], Digest::of(table(1).as_bytes()).to_string());
    for distribution in &distributions {
        let refused = site.reader.get(&path(distribution)).await.unwrap();
        assert_eq!((refused.status.as_u16(), &refused.json()["code"]), (404, &json!("not-inspected")));
    }
    let _worker = Worker::start(&site).unwrap();
    for distribution in &distributions {
        let told = inspected(&site.reader, distribution).await.unwrap().json();
        assert_eq!(
            (&told["distribution_id"], &told["inspection"]["kind"]),
            (&json!(distribution), &json!("csv"))
        );
    }
    // What was seen is not looked at again.
    let (_, late) = site.dataset("cuatro", "").await.unwrap();
    site.put(&late, "", &[], table(1)).await.unwrap().expect(201).unwrap();
    site.reader.get(&path(&late)).await.unwrap().expect(200).unwrap();
    assert_eq!(jobs(&site).await.len(), 1);
}

/// Two jobs for the same bytes: one was stopped, and is begun again when another has done the work.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_seen_meanwhile_is_not_looked_at_again(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let Some(site) = idle(engine).await.unwrap() else { return };
    let (_, distribution) = site.dataset("parada", "").await.unwrap();
    site.put(&distribution, "", &[], table(1)).await.unwrap().expect(201).unwrap();
    let stopped = format!("/api/v1/jobs/{}", jobs(&site).await[0]["id"].as_str().unwrap());
    let post = async |path: &str| site.writer.send(Method::POST, path, &[], "".into()).await.unwrap();
    post(&format!("{stopped}/cancel")).await.expect(200).unwrap();
    site.put(&distribution, "", &[], table(1)).await.unwrap().expect(200).unwrap();
    assert_eq!(jobs(&site).await.len(), 2);
    let _worker = Worker::start(&site).unwrap();
    inspected(&site.reader, &distribution).await.unwrap();
    post(&format!("{stopped}/retry")).await.expect(200).unwrap();
    let begun = Instant::now();
    while site.writer.get(&stopped).await.unwrap().json()["state"] != "succeeded" {
        assert!(begun.elapsed() < PATIENCE, "never done");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(site.writer.get(&stopped).await.unwrap().json()["result"]["outcome"], "known");
}

/// A table that takes a while to be looked at.
fn long() -> Vec<u8> {
    "clave,nombre,\"un valor, con coma\"\n".repeat(1 << 20).into_bytes()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_was_killed_is_taken_again(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let Some(site) = idle(engine).await.unwrap() else { return };
    let (_, distribution) = site.dataset("larga", "").await.unwrap();
    site.put(&distribution, "?filename=a.csv", &[], long()).await.unwrap().expect(201).unwrap();
    let first = Worker::start(&site).unwrap();
    let begun = Instant::now();
    while jobs(&site).await[0]["state"] != "running" {
        assert!(begun.elapsed() < PATIENCE, "never begun");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(first);
    assert_eq!(site.reader.get(&path(&distribution)).await.unwrap().json()["code"], "not-inspected");
    let _second = Worker::start(&site).unwrap();
    let told = inspected(&site.reader, &distribution).await.unwrap().json();
    assert_eq!(told["inspection"]["tables"][0]["rows"], 1 << 20);
    let job = &jobs(&site).await[0];
    assert_eq!((&job["state"], &job["attempt"]), (&json!("succeeded"), &json!(2)), "{job}");
    let left = std::fs::read_dir(site.setup.data_dir().join("tmp")).unwrap().count();
    assert_eq!(left, 0, "the killed one left something");
}

/// A damaged file is no file that is refused: somebody may mend it, and then it is looked into.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_is_not_looked_into(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let Some(site) = idle(engine).await.unwrap() else { return };
    let (_, distribution) = site.dataset("danada", "").await.unwrap();
    let put = site.put(&distribution, "", &[], table(1)).await.unwrap().expect(201).unwrap().json();
    flip(&site.path(put["sha256"].as_str().unwrap()), 5);
    let _worker = Worker::start(&site).unwrap();
    let begun = Instant::now();
    while jobs(&site).await[0]["failure"]["code"] != "internal" {
        assert!(begun.elapsed() < PATIENCE, "it does not fail");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(site.reader.get(&path(&distribution)).await.unwrap().json()["code"], "not-inspected");
    site.put(&distribution, "", &[], table(1)).await.unwrap().expect(200).unwrap();
    assert_eq!(inspected(&site.reader, &distribution).await.unwrap().json()["outcome"], "inspected");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_inspection_goes_with_its_file(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let Some(site) = Site::on(engine).await.unwrap() else { return };
    let (_, distribution) = site.dataset("aire", "").await.unwrap();
    let put = site.put(&distribution, "", &[], table(1)).await.unwrap().expect(201).unwrap().json();
    inspected(&site.reader, &distribution).await.unwrap();
    let digest: Digest = put["sha256"].as_str().unwrap().parse().unwrap();
    let Site { setup, server, .. } = site;
    drop(server);
    let kept = async || {
        let store = audit::open(&setup).await.unwrap();
        let kept = store.inspection(&digest).await.unwrap().is_some();
        store.close().await;
        kept
    };
    assert!(kept().await);
    // No operation takes a file back yet.
    let own = format!("sqlite:{}", setup.data_dir().join("vitrina.db").display());
    let session = Session::open(&setup.database_url().unwrap_or(own)).await.unwrap();
    session.run("DELETE FROM files; UPDATE blobs SET expected = 0").await.unwrap();
    let collected = setup.run(&["files", "check"]).unwrap();
    assert!(collected.status.success(), "{collected:?}");
    assert!(!kept().await);
}

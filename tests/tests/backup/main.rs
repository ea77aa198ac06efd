//! A backup taken while everybody writes is the catalog of one moment, on whichever database it is restored.
#![cfg(test)]

mod drill;

use std::{fs, path::Path, process::Output, sync::Arc, time::Duration};

use anyhow::{Context as _, anyhow, ensure};
use rstest::rstest;
use serde_json::Value;
use vitrina_domain::{
    change::{Change, Seq},
    record::Kind,
};
use vitrina_store::{ChangeFilter, Store};
use vitrina_tests::{Engine, Program, Random, Setup, Swarm, audit, ledger::Words};

fn run(setup: &Setup, command: &str, folder: &Path) -> anyhow::Result<Output> {
    setup.run(&[command, folder.to_str().context("a path")?])
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn manifest(folder: &Path) -> anyhow::Result<Value> {
    Ok(serde_json::from_slice(&fs::read(folder.join("manifest.json"))?)?)
}

/// The changes of datasets up to a position.
async fn changes(store: &Store, until: Seq) -> anyhow::Result<Vec<Change>> {
    let mut all = Vec::new();
    let mut after = Seq(0);
    loop {
        let page = store.changes(&ChangeFilter::All, &[Kind::Dataset], after, 500).await?;
        let Some(last) = page.last() else { return Ok(all) };
        after = last.seq;
        all.extend(page.into_iter().filter(|change| change.seq <= until));
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite, Engine::Sqlite)]
#[case::to_postgres(Engine::Sqlite, Engine::Postgres)]
#[case::to_sqlite(Engine::Postgres, Engine::Sqlite)]
#[case::postgres(Engine::Postgres, Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_restored_is_what_was_there_at_one_moment(#[case] from: Engine, #[case] to: Engine) {
    let (Some(setup), Some(other)) = (Setup::whole(from).await.unwrap(), Setup::whole(to).await.unwrap())
    else {
        return;
    };
    let mut random = Random::told_or_new("backup");
    let token = setup.token(&["write:datasets", "import"]).unwrap();
    let program = Program::serve(&setup).await.unwrap();
    let http = program.http().with_token(&token);
    let swarm = Swarm::new(4, &mut random, &Arc::new(Words::new()), &http).await.unwrap();
    let working = swarm.start(&http);
    let has_files = async || {
        let store = audit::open(&setup).await.unwrap();
        store.uploaded_bytes(None).await.unwrap() > 0
    };
    while !has_files().await {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("copy");
    let taken = run(&setup, "backup", &folder).unwrap();
    assert!(taken.status.success(), "{}", said(&taken));
    let swarm = working.end().await.unwrap();
    assert!(swarm.acknowledged() > 10);

    let restored = run(&other, "restore", &folder).unwrap();
    assert!(restored.status.success(), "{}", said(&restored));
    let position = Seq(manifest(&folder).unwrap()["position"].as_i64().unwrap());
    let (store, copy) = (audit::open(&setup).await.unwrap(), audit::open(&other).await.unwrap());
    assert_eq!(copy.faults().await.unwrap(), Vec::<String>::new());
    let expected = changes(&store, position).await.unwrap();
    assert!(position.0 > 0 && !expected.is_empty());
    assert_eq!(changes(&copy, Seq(i64::MAX)).await.unwrap(), expected);
    let files = manifest(&folder).unwrap()["files"].as_array().unwrap().len();
    assert!(files > 0);
    copy.close().await;
    served(&other, &expected).await.unwrap();
    // What is there is not written over, and what is not a whole backup is none.
    let again = run(&other, "restore", &folder).unwrap();
    assert!(!again.status.success() && said(&again).contains("holds rows of"), "{}", said(&again));
    let twice = run(&setup, "backup", &folder).unwrap();
    assert!(!twice.status.success() && said(&twice).contains("is not empty"), "{}", said(&twice));
}

/// The restored catalog answers, and its index is made anew.
async fn served(setup: &Setup, changes: &[Change]) -> anyhow::Result<()> {
    let program = Program::serve(setup).await?;
    let last = changes.last().context("a change")?;
    let answer = program.http().get(&format!("/api/v1/datasets/{}", last.entity_id)).await?;
    ensure!([200, 410].contains(&answer.status.as_u16()), "{}", answer.text());
    let found = program.http().get("/api/v1/search?kind=dataset&limit=1&count=exact").await?.expect(200)?;
    let listed = program.http().get("/api/v1/datasets?limit=1&count=exact").await?.expect(200)?;
    ensure!(found.json()["total"] == listed.json()["total"], "{} {}", found.text(), listed.text());
    ensure!(program.terminate()?.success(), "it did not end well");
    Ok(())
}

/// A catalog with a file, backed up.
async fn backed_up(folder: &Path) -> anyhow::Result<Setup> {
    let setup = Setup::on(Engine::Sqlite).await?.context("SQLite is there")?;
    let token = setup.token(&["write:datasets"])?;
    let program = Program::serve(&setup).await?;
    let http = program.http().with_token(&token);
    let document = serde_json::json!({"title": "Agua", "distribution": [{"title": "Tabla"}]});
    let made = http.write("POST".parse()?, "/api/v1/datasets", &[], &document).await?.expect(201)?.json();
    let distribution = made["distribution"][0]["id"].as_str().context("a distribution")?.to_owned();
    let path = format!("/api/v1/distributions/{distribution}/file");
    http.send("PUT".parse()?, &path, &[], "a,b\n1,2\n".into()).await?.expect(201)?;
    let taken = run(&setup, "backup", folder)?;
    ensure!(taken.status.success(), "{}", said(&taken));
    Ok(setup)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_backup_is_refused_with_the_reason_and_restores_nothing() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("copy");
    let _setup = backed_up(&folder).await.unwrap();
    let file = fs::read_dir(folder.join("files")).unwrap().next().unwrap().unwrap().path();
    let parts = [
        folder.join("tables/records.ndjson"),
        folder.join("tables/changes.ndjson"),
        file,
        folder.join("manifest.json"),
        folder.join("manifest.sha256"),
    ];
    let other = Setup::on(Engine::Sqlite).await.unwrap().unwrap();
    for part in parts {
        let good = fs::read(&part).unwrap();
        let mut bad = good.clone();
        let middle = bad.len() / 2;
        bad[middle] ^= 1;
        fs::write(&part, &bad).unwrap();
        let refused = run(&other, "restore", &folder).unwrap();
        assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
        assert!(said(&refused).contains("is damaged"), "{}", said(&refused));
        fs::remove_file(&part).unwrap();
        let refused = run(&other, "restore", &folder).unwrap();
        assert!(!refused.status.success() && said(&refused).contains("is missing"), "{}", said(&refused));
        let store = audit::open(&other).await.unwrap();
        assert_eq!(changes(&store, Seq(i64::MAX)).await.map_err(|error| anyhow!(error)).unwrap(), []);
        store.close().await;
        fs::write(&part, &good).unwrap();
    }
    let restored = run(&other, "restore", &folder).unwrap();
    assert!(restored.status.success(), "{}", said(&restored));
}

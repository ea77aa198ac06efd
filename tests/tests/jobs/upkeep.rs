//! What a catalog does for itself at night.

use std::{num::NonZeroUsize, path::Path, sync::Arc};

use anyhow::{Context as _, anyhow};
use rstest::rstest;
use serde_json::json;
use vitrina_app::{
    App,
    auth::Actor,
    import::Silent,
    jobs::{Kinds, NewJob, Pace, Worker},
    ports::FixedClock,
};
use vitrina_domain::job::{Job, JobState};
use vitrina_store::{Seal, Store, testing::TestStore};
use vitrina_tests::{Engine, assembled, assembled_at, request};

const DAY: i64 = 24 * 60 * 60;

/// A catalog whose calendar is so many days ahead.
fn ahead(store: &Store, folder: &Path, days: i64) -> anyhow::Result<App> {
    let now = assembled(store.clone(), folder, Kinds::standard())?.now();
    let clock = Arc::new(FixedClock::at(now.plus_seconds(days * DAY)));
    assembled_at(store.clone(), folder, Kinds::standard(), clock)
}

/// Files a job of a kind now, and lets it be done by a catalog; the job as it is then.
async fn done(store: &Store, folder: &Path, by: App, kind: &str) -> anyhow::Result<Job> {
    let now = assembled(store.clone(), folder, Kinds::standard())?;
    let terms = by.kinds().get(kind).context("no such kind")?.terms();
    let id = now.file_job(&Actor::Operator, NewJob::of(terms, json!({}))).await?.id;
    let at_once = NonZeroUsize::MIN;
    let worker = Worker { app: by, name: "nightly".to_owned(), at_once, pace: Pace::default() };
    let ended = async {
        loop {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            let job = store.job(id).await.map_err(|error| anyhow!(error))?.context("no job")?;
            if job.state.is_final() {
                return anyhow::Ok(job);
            }
        }
    };
    tokio::select! {
        ended = tokio::time::timeout(crate::PATIENCE, ended) => ended?,
        () = worker.run(std::future::pending()) => Err(anyhow!("the worker ended")),
    }
}

/// A catalog with an original that is needed; where it lies.
async fn with_a_file(test: &TestStore, folder: &Path) -> anyhow::Result<std::path::PathBuf> {
    let app = assembled(test.store.clone(), folder, Kinds::standard())?;
    let document = app.spool_all(br#"{"dataset": [{"title": "Agua"}]}"#.as_slice())?;
    let digest = document.digest().to_string();
    app.import(&Actor::Operator, request("portal"), document, &mut Silent).await?;
    let (outer, inner) = (digest.get(..2).context("short")?, digest.get(2..4).context("short")?);
    Ok(folder.join("blobs/sha256").join(outer).join(inner).join(digest))
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_file_is_read_once_a_week_and_a_damaged_one_every_night(#[case] engine: Engine) {
    let Some(test) = TestStore::open(engine).await.unwrap() else { return };
    let (store, folder) = (&test.store, test.config.data_dir.as_path());
    let path = with_a_file(&test, folder).await.unwrap();
    let length = std::fs::metadata(&path).unwrap().len();
    let check = async |days: i64| {
        let by = ahead(store, folder, days).unwrap();
        done(store, folder, by, "check-files").await.unwrap()
    };
    let young = check(6).await;
    assert_eq!(young.result, Some(json!({"files": 0, "bytes": 0})), "{young:?}");
    let sound = check(8).await;
    assert_eq!(sound.result, Some(json!({"files": 1, "bytes": length})), "{sound:?}");
    assert_eq!(check(9).await.result, Some(json!({"files": 0, "bytes": 0})), "it was read a day before");

    let mut bytes = std::fs::read(&path).unwrap();
    bytes[3] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    for days in [16, 17] {
        let damaged = check(days).await;
        assert_eq!(damaged.state, JobState::Failed);
        assert_eq!(damaged.failure.unwrap().code, "files-damaged");
        let said = store.job_log(damaged.id, 0, 10).await.unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(said.len() == 1 && said[0].text.es.contains(name), "{said:?}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_nothing_needs_is_removed_after_a_day(#[case] engine: Engine) {
    let Some(test) = TestStore::open(engine).await.unwrap() else { return };
    let (store, folder) = (&test.store, test.config.data_dir.as_path());
    let needed = with_a_file(&test, folder).await.unwrap();
    let left = Seal::of(b"sobra");
    let mut tx = store.begin("tests", ahead(store, folder, 0).unwrap().now()).await.unwrap();
    tx.expect_blob(&left).await.unwrap();
    tx.commit().await.unwrap();
    for (days, removed) in [(0, 0), (2, 1), (3, 0)] {
        let by = ahead(store, folder, days).unwrap();
        let job = done(store, folder, by, "collect-files").await.unwrap();
        assert_eq!(job.result, Some(json!({ "removed": removed })), "after {days} days: {job:?}");
    }
    assert_eq!(store.seal(&left.digest).await.unwrap(), None);
    assert!(needed.is_file());
}

//! What an upload that does not end leaves behind: nothing.

use std::time::{Duration, Instant};

use anyhow::ensure;
use vitrina_tests::{Engine, Program};

use crate::{Site, wire::Upload};

/// Within this a temporary file must be gone.
const GONE: Duration = Duration::from_mins(1);

fn temporary(site: &Site) -> usize {
    std::fs::read_dir(site.setup.data_dir().join("tmp")).unwrap().count()
}

/// Begins an upload of which a part is on the server's disk.
async fn half(site: &Site) -> anyhow::Result<Upload> {
    let (_, distribution) = site.dataset("aire", "").await?;
    let token = site.setup.token(&["write:datasets"])?;
    let path = format!("/api/v1/distributions/{distribution}/file");
    let mut upload = Upload::begin(site.server.address(), &path, &token, "content-length: 9000000").await?;
    upload.send(&b"a,b\n".repeat(1_000_000)).await?;
    let begun = Instant::now();
    while temporary(site) == 0 {
        ensure!(begun.elapsed() < GONE, "it never comes to disk");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(upload)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_cut_off_leaves_nothing() {
    let site = Site::on(Engine::Sqlite).await.unwrap().unwrap();
    let upload = half(&site).await.unwrap();
    drop(upload);
    let begun = Instant::now();
    while temporary(&site) > 0 {
        assert!(begun.elapsed() < GONE, "it stays");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_killed_leaves_nothing_after_its_next_start() {
    let site = Site::on(Engine::Sqlite).await.unwrap().unwrap();
    let upload = half(&site).await.unwrap();
    let Site { setup, server, .. } = site;
    server.kill().unwrap();
    drop(upload);
    assert!(std::fs::read_dir(setup.data_dir().join("tmp")).unwrap().count() > 0, "the control: it was left");
    let begun = Instant::now();
    let _server = Program::serve(&setup).await.unwrap();
    assert_eq!(std::fs::read_dir(setup.data_dir().join("tmp")).unwrap().count(), 0);
    assert!(begun.elapsed() < GONE);
}

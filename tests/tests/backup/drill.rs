//! The drill: the machine is lost, and the catalog is there again in time, with every byte (figure F14).

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use hyper::Method;
use rstest::rstest;
use vitrina_domain::canonical::Digest;
use vitrina_tests::{Engine, Http, Program, Setup, told};

use crate::{run, said};

const MIB: u64 = 1 << 20;

/// How long a file is.
const FILE: u64 = 10 * MIB;

/// What the limits are meant for.
const WHOLE: u64 = 10 << 30;

/// As much may be lost: a backup can be taken as often as this.
const POINT: Duration = Duration::from_mins(5);

/// As long it may take until the catalog is there again.
const TIME: Duration = Duration::from_mins(15);

/// What little data may take, too: a program that was built for tests, on a machine that does other things.
const LEAST: Duration = Duration::from_mins(2);

/// How much there is: as `VITRINA_TEST_BACKUP_MIB` says, else so much that a commit can wait for it. The bucket is slow
/// where it is built for tests.
fn bytes(engine: Engine) -> u64 {
    let told: Option<u64> = told("VITRINA_TEST_BACKUP_MIB").and_then(|text| text.parse().ok());
    told.unwrap_or(if engine == Engine::Sqlite { 100 } else { 30 }) * MIB
}

/// The part of a limit that falls to so many bytes.
fn share(limit: Duration, bytes: u64) -> Duration {
    let millis = u128::from(bytes) * limit.as_millis() / u128::from(WHOLE);
    Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX)).max(LEAST)
}

/// The bytes of a file; no two are alike.
fn content(number: u64) -> Vec<u8> {
    let mut content = Vec::with_capacity(usize::try_from(FILE).unwrap_or_default() + 32);
    let mut line = 0_u64;
    while (content.len() as u64) < FILE {
        content.extend_from_slice(
            format!("{number},{line},{:016x}\n", line.wrapping_mul(0x9e37_79b9_7f4a_7c15)).as_bytes(),
        );
        line += 1;
    }
    content
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_catalog_is_there_again_in_time(#[case] engine: Engine) {
    let Some(setup) = Setup::whole(engine).await.unwrap() else { return };
    let Some(other) = Setup::whole(engine).await.unwrap() else { return };
    drill(engine, setup, &other).await.unwrap();
}

async fn drill(engine: Engine, setup: Setup, other: &Setup) -> anyhow::Result<()> {
    let bytes = bytes(engine);
    let program = Program::serve(&setup).await?;
    let http = program.http().with_token(&setup.token(&["write:datasets"])?);
    let files: Vec<(String, Digest)> =
        stream::iter(0..bytes / FILE).map(|number| uploaded(&http, number)).buffered(2).try_collect().await?;
    let parent = tempfile::tempdir()?;
    let folder = parent.path().join("copy");
    let begun = Instant::now();
    let taken = run(&setup, "backup", &folder)?;
    let backup = begun.elapsed();
    ensure!(taken.status.success(), "{}", said(&taken));
    program.kill()?;
    drop(setup);

    let begun = Instant::now();
    let restored = run(other, "restore", &folder)?;
    ensure!(restored.status.success(), "{}", said(&restored));
    let program = Program::serve(other).await?;
    let restore = begun.elapsed();
    for (distribution, digest) in &files {
        let given = program.http().get(&format!("/api/v1/distributions/{distribution}/download")).await?;
        ensure!(Digest::of(&given.expect(200)?.body) == *digest, "the file of {distribution} is another one");
    }
    let listed = program.http().get("/api/v1/datasets?limit=1&count=exact").await?.expect(200)?.json();
    ensure!(listed["total"] == files.len(), "{listed}");
    report(&format!("{engine:?}: {} MiB backed up in {backup:?}, there again in {restore:?}", bytes / MIB));
    ensure!(backup <= share(POINT, bytes), "the backup took {backup:?}");
    ensure!(restore <= share(TIME, bytes), "until it was there again it took {restore:?}");
    Ok(())
}

/// Makes a dataset with a file; its distribution and its digest.
async fn uploaded(http: &Http, number: u64) -> anyhow::Result<(String, Digest)> {
    let document =
        serde_json::json!({"title": format!("Serie {number}"), "distribution": [{"title": "Tabla"}]});
    let made = http.write(Method::POST, "/api/v1/datasets", &[], &document).await?.expect(201)?.json();
    let distribution = made["distribution"][0]["id"].as_str().context("a distribution")?.to_owned();
    let content = tokio::task::spawn_blocking(move || content(number)).await?;
    let digest = Digest::of(&content);
    let path = format!("/api/v1/distributions/{distribution}/file?filename=serie.csv");
    http.send(Method::PUT, &path, &[], content.into()).await?.expect(201)?;
    Ok((distribution, digest))
}

fn report(text: &str) {
    eprintln!("{text}");
}

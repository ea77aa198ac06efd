//! A long file takes little memory on its way in and out (figure F8).

use anyhow::{Context as _, ensure};
use futures_util::future::try_join_all;
use rstest::rstest;
use vitrina_domain::canonical::Digest;
use vitrina_tests::{Engine, told};

use crate::{Site, wire::Upload};

const MIB: u64 = 1 << 20;

/// How long the file is: as `VITRINA_TEST_FILE_MIB` says, else so long that a commit can wait for it. The bucket is slow
/// where it is built for tests.
fn mebibytes(engine: Engine) -> u64 {
    let told = told("VITRINA_TEST_FILE_MIB").and_then(|text| text.parse().ok());
    told.unwrap_or(if engine == Engine::Sqlite { 100 } else { 30 })
}

/// A mebibyte of lines; none is like that of another number.
fn piece(number: u64) -> Vec<u8> {
    let mut piece = format!("{number:08},\n").into_bytes();
    while piece.len() < 1 << 20 {
        piece.extend(format!("{:07}\n", piece.len()).into_bytes());
    }
    piece.truncate((1 << 20) - 1);
    piece.push(b'\n');
    piece
}

async fn upload(site: &Site, token: &str, name: &str, length: u64) -> anyhow::Result<String> {
    let (_, distribution) = site.dataset(name, "").await?;
    let path = format!("/api/v1/distributions/{distribution}/file?filename=a.csv");
    let framing = format!("content-length: {}", length * MIB);
    let mut upload = Upload::begin(site.server.address(), &path, token, &framing).await?;
    for number in 0..length {
        upload.send(&piece(number)).await?;
    }
    let answer = upload.answer().await?;
    ensure!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    Ok(distribution)
}

fn report(text: &str) {
    eprintln!("{text}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn long_files_take_little_memory(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let Some(site) = Site::on(engine).await.unwrap() else { return };
    let token = site.setup.token(&["write:datasets"]).unwrap();
    // What every first request takes is taken before.
    let (_, small) = site.dataset("chica", "").await.unwrap();
    site.put(&small, "", &[], crate::table(1)).await.unwrap().expect(201).unwrap();
    site.download(&small, &[]).await.unwrap().expect(200).unwrap();
    let before = site.server.memory().unwrap();
    let grown = || (site.server.peak_memory().unwrap().saturating_sub(before)) / MIB;

    let length = mebibytes(engine);
    let distribution = upload(&site, &token, "una", length).await.unwrap();
    let one = grown();
    let names = ["dos", "tres", "cuatro", "cinco"];
    try_join_all(names.map(|name| upload(&site, &token, name, length))).await.unwrap();
    let four = grown();
    read(&site, &distribution, length).await.unwrap();
    let out = grown();
    report(&format!("{engine:?}: {length} MiB: one +{one} MiB, four +{four} MiB, out +{out} MiB"));
    assert!(one <= 64, "one upload took {one} MiB");
    assert!(four <= 128, "four uploads took {four} MiB");
    assert!(out <= 128, "a download took {out} MiB");
    assert_eq!(std::fs::read_dir(site.setup.data_dir().join("tmp")).unwrap().count(), 0);
}

/// The file comes out piece by piece as it went in.
async fn read(site: &Site, distribution: &str, length: u64) -> anyhow::Result<()> {
    for number in [0, length / 2, length - 1] {
        let range = format!("bytes={}-{}", number * MIB, (number + 1) * MIB - 1);
        let part = site.download(distribution, &[("range", &range)]).await?.expect(206)?;
        ensure!(Digest::of(&part.body) == Digest::of(&piece(number)), "piece {number} is another one");
    }
    let whole = site.download(distribution, &[]).await?.expect(200)?;
    ensure!(u64::try_from(whole.body.len())? == length * MIB, "{} bytes", whole.body.len());
    let last = whole.body.chunks(1 << 20).last().context("no bytes")?;
    ensure!(last == piece(length - 1), "the end is another one");
    Ok(())
}

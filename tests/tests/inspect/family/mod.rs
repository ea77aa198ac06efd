//! Curated files by families: each is looked into twice, asked about at once and after an upload by a job, and what is
//! said must be what is expected and the same both times.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use hyper::Method;
use rstest::rstest;
use serde_json::{Value, json};
use vitrina_domain::canonical::Digest;
use vitrina_formats::FileType;
use vitrina_tests::{Engine, Http, Program, Setup, told};

use crate::{Case, MEMORY, PATIENCE, Upload, codes_of, inspect};

mod archive;
mod csv;
mod package;
mod workbook;

/// Files that are alike in what they try.
pub(crate) struct Family {
    name: &'static str,
    /// How many there are: a family that shrinks fails.
    count: usize,
    cases: fn() -> Vec<Case>,
}

/// How long the long ones are, in mebibytes: as `VITRINA_TEST_ATTACK_MIB` says, else so long that a commit can wait for
/// them.
fn mebibytes() -> usize {
    told("VITRINA_TEST_ATTACK_MIB").and_then(|text| text.parse().ok()).unwrap_or(4)
}

/// The longest file that is answered at once.
const ASKED: usize = 64 << 20;

/// How much more memory the server may ever have had. Each upload is also a revision that the index follows, and what is
/// built for tests takes more for it (63 MiB were measured).
const GROWN: u64 = if cfg!(debug_assertions) { 128 << 20 } else { MEMORY };

/// The file that is there before.
const BEFORE: &str = "antes,despues\n1,2\n";

/// A server that takes files of every kind, and somebody who sends them.
struct Site {
    setup: Setup,
    program: Program,
    writer: Http,
}

impl Site {
    async fn new() -> anyhow::Result<Self> {
        let mut setup = Setup::on(Engine::Sqlite).await?.context("SQLite is always there")?;
        let types = FileType::ALL.map(FileType::as_str).join(",");
        setup.environment.push(("VITRINA_FILE_TYPES".to_owned(), types));
        let program = Program::serve(&setup).await?;
        let writer = program.http().with_token(&setup.token(&["write:datasets"])?);
        Ok(Self { setup, program, writer })
    }

    /// A distribution of a dataset of its own, with a file.
    async fn distribution(&self, name: &str) -> anyhow::Result<String> {
        let document = json!({
            "identifier": name, "title": {"es": name}, "distribution": [{"title": {"es": "Archivo"}}],
        });
        let made = self.writer.write(Method::POST, "/api/v1/datasets", &[], &document).await?.expect(201)?;
        let made = made.json();
        let distribution = made["distribution"][0]["id"].as_str().context("no distribution")?;
        let path = format!("/api/v1/distributions/{distribution}/file");
        self.writer.send(Method::PUT, &path, &[], BEFORE.into()).await?.expect(201)?;
        Ok(distribution.to_owned())
    }

    /// Asks about a file, uploads it in the place of another, and compares what is said; gives what is wrong.
    async fn tries(&self, case: &Case, distribution: &str) -> anyhow::Result<Option<String>> {
        let begun = Instant::now();
        let answer = inspect(&self.writer, &case.file, case.extension).await;
        let is_asked = case.file.len() <= ASKED;
        let mut wrong = if is_asked { case.judge(&answer) } else { None };
        ensure!(is_asked || answer.json()["code"] == "payload-too-large", "{}: {}", case.name, answer.status);
        let name =
            if case.extension.is_empty() { String::new() } else { format!("?filename=a.{}", case.extension) };
        let path = format!("/api/v1/distributions/{distribution}");
        let put = self
            .writer
            .send(Method::PUT, &format!("{path}/file{name}"), &[("if-match", "*")], case.file.clone().into())
            .await?;
        ensure!(begun.elapsed() < PATIENCE, "{}: {:?}", case.name, begun.elapsed());
        if case.upload == Upload::Refused {
            let is_told = put.status == 415 && put.json()["code"] == "file-type-refused";
            let given = self.writer.get(&format!("{path}/download")).await?.expect(200)?;
            let is_kept = given.text() == BEFORE;
            ensure!(is_told && is_kept, "{}: {} {}", case.name, put.status, put.text());
            return Ok(wrong);
        }
        ensure!(put.status == 200, "{}: {} {}", case.name, put.status, put.text());
        let given = self.writer.get(&format!("{path}/download")).await?.expect(200)?;
        ensure!(Digest::of(&given.body) == Digest::of(&case.file), "{}: other bytes", case.name);
        let stored = self.inspected(&path).await?;
        if !is_asked {
            return Ok(case.judge_stored(&stored));
        }
        // The same question without the name, of which a job knows only whether it is that of a table.
        let hint = match put.json()["media_type"].as_str() {
            Some("text/csv") => "csv",
            Some("text/tab-separated-values") => "tsv",
            _ => "",
        };
        let asked =
            if hint == case.extension { answer } else { inspect(&self.writer, &case.file, hint).await };
        let asked = asked.json();
        let same = match stored["outcome"].as_str() {
            Some("inspected") => stored["inspection"] == asked,
            Some("refused") => codes_of(&stored["refusals"]) == codes_of(&asked["errors"]),
            _ => false,
        };
        if !same {
            wrong.get_or_insert_with(|| format!("{}: stored {stored}, asked {asked}", case.name));
        }
        Ok(wrong)
    }

    /// What the job said, when it has.
    async fn inspected(&self, path: &str) -> anyhow::Result<Value> {
        let begun = Instant::now();
        loop {
            let answer = self.writer.get(&format!("{path}/inspection")).await?;
            if answer.status == 200 {
                return Ok(answer.json());
            }
            ensure!(answer.json()["code"] == "not-inspected", "{} {}", answer.status, answer.text());
            ensure!(begun.elapsed() < PATIENCE, "never inspected");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

fn report(text: &str) {
    eprintln!("{text}");
}

#[rstest]
#[case::csv(csv::FAMILIES, 184)]
#[case::workbook(workbook::FAMILIES, 148)]
#[case::archive(archive::FAMILIES, 30)]
#[tokio::test(flavor = "multi_thread")]
async fn every_file_of_the_families_is_answered(#[case] families: &[Family], #[case] count: usize) {
    let site = Site::new().await.unwrap();
    let mut all = Vec::new();
    for Family { name, count, cases } in families {
        let cases = cases();
        assert_eq!(cases.len(), *count, "{name}");
        all.extend(cases.into_iter().map(|case| (*name, case)));
    }
    // What so many datasets and uploads take, whatever the files are, is taken before.
    let mut distributions = Vec::new();
    for number in 0..=all.len() {
        distributions.push(site.distribution(&format!("Archivo {number}")).await.unwrap());
    }
    let first = Case::found("first", "a,b\n3,4\n", "csv", &[]);
    assert_eq!(site.tries(&first, &distributions.pop().unwrap()).await.unwrap(), None);
    let before = site.program.memory().unwrap();
    let tried = stream::iter(all.iter().zip(&distributions))
        .map(|((_, case), distribution)| site.tries(case, distribution))
        .buffered(2)
        .try_collect::<Vec<_>>();
    let found = tried.await.unwrap().into_iter().zip(&all);
    let wrong: Vec<String> =
        found.filter_map(|(wrong, (name, _))| Some(format!("{name}: {}", wrong?))).collect();
    let all = all.len();
    let Site { setup, mut program, .. } = site;
    let more = program.peak_memory().unwrap().saturating_sub(before);
    report(&format!("{all} files, {} KiB more", more >> 10));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(all, count);
    assert!(more < GROWN, "{more} bytes more");
    assert!(program.is_alive());
    program.http().get("/health/ready").await.unwrap().expect(200).unwrap();
    assert_eq!(std::fs::read_dir(setup.data_dir().join("tmp")).unwrap().count(), 0, "left over");
}

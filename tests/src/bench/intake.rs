//! Bringing the catalog in, making the index anew, starting again.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::{
    corpus::Corpus,
    machine,
    report::{Row, grouped, median, megabytes, rate},
};
use crate::{Engine, Program, Setup};

/// What one run of a command took.
#[derive(Debug, Clone, Copy, Default)]
struct Took {
    wall: Duration,
    cpu: Duration,
}

fn run(setup: &Setup, arguments: &[&str]) -> anyhow::Result<(Took, Vec<u8>)> {
    let (begun, worked) = (Instant::now(), machine::cpu_of_children()?);
    let output = setup.run(arguments)?;
    let took = Took { wall: begun.elapsed(), cpu: machine::cpu_of_children()?.saturating_sub(worked) };
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{arguments:?} failed: {said}");
    Ok((took, output.stdout))
}

/// Imports files by the command line; every dataset must have been created.
fn import(setup: &Setup, files: &[PathBuf], datasets: usize) -> anyhow::Result<Took> {
    let mut took = Took::default();
    let mut created = 0;
    for file in files {
        let path = file.to_str().context("the folder has an odd name")?;
        let (one, report) = run(setup, &["import", path, "--source", "bench", "--format", "json"])?;
        took = Took { wall: took.wall + one.wall, cpu: took.cpu + one.cpu };
        let report: Value = serde_json::from_slice(&report)?;
        created += report["outcomes"]["created"].as_u64().unwrap_or_default();
    }
    ensure!(usize::try_from(created)? == datasets, "not everything was created: {created} of {datasets}");
    Ok(took)
}

/// Imports into empty places, several times, and leaves the last one for what follows.
pub(super) async fn fill(
    corpus: &Corpus,
    engine: Engine,
    repetitions: usize,
) -> anyhow::Result<Option<(Setup, Row)>> {
    let folder = tempfile::tempdir()?;
    let files = corpus.files(folder.path())?;
    let mut took = Vec::new();
    let mut last = None;
    for _ in 0..repetitions {
        drop(last.take());
        let Some(setup) = Setup::on(engine).await? else { return Ok(None) };
        took.push(import(&setup, &files, corpus.size)?);
        last = Some(setup);
    }
    let (name, wanted) = match engine {
        Engine::Sqlite => ("import by the command line, end to end, SQLite", 3_000_u32),
        Engine::Postgres => ("import by the command line, end to end, PostgreSQL", 1_500),
    };
    let row = row(name, &took, corpus.size)
        .map(|(row, speed)| row.wanted(format!("≥ {wanted} datasets/s"), speed >= f64::from(wanted)));
    Ok(last.zip(row))
}

fn row(name: &str, took: &[Took], datasets: usize) -> Option<(Row, f64)> {
    let wall = median(took.iter().map(|one| one.wall).collect())?;
    let cpu = median(took.iter().map(|one| one.cpu).collect())?;
    let speed = rate(datasets, wall);
    let figure = format!(
        "{speed:.0} datasets/s, {:.0} per CPU-second of the program ({} runs)",
        rate(datasets, cpu),
        took.len()
    );
    Some((Row::new(name, figure), speed))
}

/// Makes the index anew, several times.
pub(super) fn rebuild(setup: &Setup, datasets: usize, repetitions: usize) -> anyhow::Result<Row> {
    let took: Vec<Took> =
        (0..repetitions).map(|_| Ok(run(setup, &["index", "rebuild"])?.0)).collect::<anyhow::Result<_>>()?;
    Ok(row("index rebuild from the store", &took, datasets).context("no run")?.0)
}

/// What the catalog takes on disk.
pub(super) fn disk(setup: &Setup, corpus: &Corpus) -> anyhow::Result<Row> {
    let folder = setup.data_dir();
    let size = |name: &str| -> u64 { machine::size(&folder.join(name)).unwrap_or_default() };
    let source = corpus.bytes()?;
    let whole = machine::size(&folder)?;
    let figure = format!(
        "{}: database {}, index {}, original files {} (the source has {})",
        megabytes(whole),
        megabytes(size("vitrina.db") + size("vitrina.db-wal")),
        megabytes(size("index")),
        megabytes(size("blobs")),
        megabytes(source)
    );
    Ok(Row::new("bytes on disk", figure))
}

/// Starts the server several times, and keeps the last one.
pub(super) async fn start(setup: &Setup, repetitions: usize) -> anyhow::Result<(Program, Row)> {
    let mut times = Vec::new();
    for _ in 1..repetitions {
        let program = Program::serve(setup).await?;
        times.push(program.started_in());
        ensure!(program.terminate()?.success(), "the server did not end well");
    }
    let program = Program::serve(setup).await?;
    times.push(program.started_in());
    let time = median(times).unwrap_or_default();
    let row = Row::new("restart to ready, index intact", format!("{} ms", time.as_millis()));
    Ok((program, row.wanted("< 1 s", time < Duration::from_secs(1))))
}

/// The memory of a server that has just started.
pub(super) fn idle(program: &Program, datasets: usize) -> anyhow::Result<Row> {
    let memory = program.memory()?;
    let row = Row::new("resident memory, idle", megabytes(memory));
    let is_met = memory < 150_000_000;
    Ok(row.wanted(format!("< 150 MB at {}", grouped(datasets.min(100_000))), is_met))
}

//! Measures the real program on a catalog and tells the targets that it meets.
//!
//! A catalog is made up ([`Source::Made`], the same for the same size) or found in a folder. It goes into the program by
//! the command line, the server is started, hit counts are compared with a reference that is computed without it,
//! and only then is anything timed. Every sort of request is measured several times, in turn with the others; what
//! counts is the processor time of the server, because other programs run beside it. An answer that is not the
//! expected one, or is empty, makes the whole run void: it ends with an error.

mod bulk;
mod corpus;
mod distribution;
mod in_process;
mod intake;
mod load;
mod machine;
mod probe;
mod reading;
mod reference;
mod report;
mod shape;
mod verification;
mod walk;
mod words;
mod writing;
mod yardstick;

use std::path::PathBuf;

use anyhow::Context as _;
pub use report::{Report, Row};
use tempfile::TempDir;
pub use yardstick::serve as yardstick;

use self::{corpus::Corpus, in_process::InProcess, report::megabytes};
use crate::{Engine, Program};

/// Where the catalog comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Made up, of so many datasets.
    Made(usize),
    /// A folder with `datasets.ndjson` and `queries.tsv`.
    Folder(PathBuf),
}

/// How much is measured.
#[derive(Debug, Clone)]
pub struct Options {
    /// How often everything is measured.
    pub repetitions: usize,
    /// How often what goes through the whole catalog (import, rebuild, export) is measured.
    pub passes: usize,
    /// How many queries are made up.
    pub queries: usize,
    /// How many cheap requests a measurement makes.
    pub requests: usize,
    /// How many updates a measurement makes.
    pub updates: usize,
    /// Whether the catalog is also imported into `PostgreSQL`.
    pub engines: Engines,
    /// Whether server and client get a core each.
    pub cores: Cores,
}

/// The databases that are imported into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engines {
    /// The embedded one.
    Sqlite,
    /// Both, where `PostgreSQL` is installed.
    Both,
}

/// Who runs where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cores {
    /// Wherever the system likes.
    Shared,
    /// The server on the first core, the client on the second.
    Apart,
}

impl Options {
    /// What `just bench` measures on a catalog of this size.
    pub fn thorough(datasets: usize) -> Self {
        Self {
            repetitions: 5,
            passes: if datasets > 50_000 { 1 } else { 5 },
            queries: 500,
            requests: 4_000,
            updates: 400,
            engines: Engines::Both,
            cores: Cores::Apart,
        }
    }

    /// Just enough to see that everything is measured.
    pub fn smoke() -> Self {
        Self {
            repetitions: 1,
            passes: 1,
            queries: 25,
            requests: 100,
            updates: 10,
            engines: Engines::Sqlite,
            cores: Cores::Shared,
        }
    }
}

/// Measures everything on one catalog.
pub async fn run(source: &Source, options: &Options) -> anyhow::Result<Report> {
    let folder = TempDir::new()?;
    let machine = machine::describe();
    let corpus = match source {
        Source::Made(size) => Corpus::make(*size, options.queries, folder.path())?,
        Source::Folder(folder) => Corpus::open(folder)?,
    };
    let (setup, imported) =
        intake::fill(&corpus, Engine::Sqlite, options.passes).await?.context("nothing was imported")?;
    let mut rows = vec![imported];
    if options.engines == Engines::Both {
        rows.extend(intake::fill(&corpus, Engine::Postgres, options.passes).await?.map(|(_, row)| row));
    }
    rows.push(intake::rebuild(&setup, corpus.size, options.passes)?);
    let (program, started) = intake::start(&setup, options.repetitions).await?;
    rows.push(started);
    rows.push(intake::idle(&program, corpus.size)?);
    let beside = InProcess::open(&setup).await?;
    let verified = verification::verify(&corpus, &program, Some(&beside)).await?;
    let yardstick = yardstick::start()?;
    let apart = Apart::begin(&[&program, &yardstick], options.cores);
    rows.extend(reading::measure(&corpus, &program, &yardstick, &beside, options).await?);
    drop(yardstick);
    rows.extend(bulk::measure(&corpus, &program, options.passes).await?);
    rows.push(intake::disk(&setup, &corpus)?);
    rows.extend(writing::updates(&setup, &program, corpus.size, options).await?);
    rows.extend(writing::large(&setup, &program, options).await?);
    drop(apart);
    rows.push(Row::new("resident memory, after all this", megabytes(program.memory()?)));
    anyhow::ensure!(program.terminate()?.success(), "the server did not end well");
    let machine = format!("{machine} Load at the end {}.", machine::load());
    Ok(Report { datasets: corpus.size, machine, verified, rows })
}

/// Servers and client on cores of their own, until this goes.
#[derive(Debug)]
struct Apart(Cores);

impl Apart {
    fn begin(servers: &[&Program], cores: Cores) -> Self {
        let has_two = std::thread::available_parallelism().is_ok_and(|cores| cores.get() > 1);
        let cores = if has_two { cores } else { Cores::Shared };
        if cores == Cores::Apart {
            for server in servers {
                machine::pin(server.id(), "0");
            }
            machine::pin(std::process::id(), "1");
        }
        Self(cores)
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        if self.0 == Cores::Apart {
            machine::pin(std::process::id(), "0-4095");
        }
    }
}

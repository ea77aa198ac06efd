//! `just bench [N…] [--corpus DIR]`: measures the program that was built with the same profile.
//!
//! Prints a table for each catalog and writes all of them to `docs/benchmarks.md` (`--output FILE` for another file).

use std::{fs, path::PathBuf};

use anyhow::Context as _;
use vitrina_tests::bench::{Options, Source, run};

const ABOUT: &str = "# Benchmarks\n\n\
    Written by `just bench`; not edited by hand. Processor time of the server decides, not the clock on the wall: \
    other programs may run beside. Client and server share the machine, two requests are under way at once (32 of those \
    for one record and of the floors they are compared with), answers are not compressed, everything was asked once \
    before it is measured. Each line is the median of the runs, taken in turns. Hit counts are compared before anything \
    is timed; an unexpected or empty answer voids the run.\n";

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "what was measured is the output")]
async fn main() -> anyhow::Result<()> {
    let (sources, output) = wanted()?;
    let mut text = ABOUT.to_owned();
    for source in &sources {
        let size = if let Source::Made(size) = source { *size } else { 100_000 };
        let table = run(source, &Options::thorough(size)).await?.markdown();
        println!("{table}");
        text = format!("{text}\n{table}");
        fs::write(&output, &text)?;
    }
    Ok(())
}

fn wanted() -> anyhow::Result<(Vec<Source>, PathBuf)> {
    let mut sources = Vec::new();
    let mut output = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/benchmarks.md"));
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--corpus" => {
                sources.push(Source::Folder(arguments.next().context("--corpus takes a folder")?.into()));
            }
            "--output" => output = arguments.next().context("--output takes a file")?.into(),
            size => {
                let size = size.parse().with_context(|| format!("{size:?} is no number of datasets"))?;
                anyhow::ensure!(size >= 200, "a catalog of fewer than 200 datasets measures nothing");
                sources.push(Source::Made(size));
            }
        }
    }
    if sources.is_empty() {
        sources = vec![Source::Made(10_000), Source::Made(100_000)];
    }
    Ok((sources, output))
}

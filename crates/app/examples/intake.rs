//! What reading and checking a catalog costs: records a second of CPU for each step, without a database.
//!
//! `cargo run --release -p vitrina-app --example intake -- data.json [repetitions]`

#![expect(clippy::print_stdout, reason = "an example talks to people")]

use std::{
    env,
    error::Error,
    fs,
    hint::black_box,
    io::Cursor,
    time::{Duration, Instant},
};

use serde_json::Value;
use vitrina_domain::{
    canonical,
    guideline::Guidelines,
    record::{Kind, Metadata},
    time::Timestamp,
    vocabulary::Vocabularies,
};
use vitrina_formats::{
    read::{self, Limits},
    write,
};
use vitrina_validation::Validator;

type Failure = Box<dyn Error>;

/// The median of some runs.
fn median(repetitions: usize, mut run: impl FnMut() -> Result<(), Failure>) -> Result<Duration, Failure> {
    let mut taken = Vec::with_capacity(repetitions);
    for _ in 0..repetitions {
        let started = Instant::now();
        run()?;
        taken.push(started.elapsed());
    }
    taken.sort_unstable();
    taken.get(repetitions / 2).copied().ok_or_else(|| "at least one repetition".into())
}

fn main() -> Result<(), Failure> {
    let mut arguments = env::args().skip(1);
    let path = arguments.next().ok_or("which document?")?;
    let repetitions = arguments.next().map_or(Ok(5), |count| count.parse())?;
    let bytes = fs::read(path)?;
    let limits = Limits::default();
    let vocabularies = Vocabularies::embedded()?;
    let validator = Validator::embedded(&vocabularies, &Guidelines::embedded()?)?;
    let now: Timestamp = "2026-01-01T00:00:00Z".parse()?;

    let outline = read::outline(&mut Cursor::new(&bytes), limits)?;
    let items = || read::items(Cursor::new(&bytes), &outline, limits);
    let records: Vec<Vec<u8>> = items()?.map(|item| Ok(item?.json?)).collect::<Result<_, Failure>>()?;
    let parsed: Vec<Value> = records
        .iter()
        .map(|json| Ok(read::parse(outline.format, json)?.document))
        .collect::<Result<_, Failure>>()?;
    let metadata: Vec<Metadata> = parsed
        .iter()
        .map(|document| Ok(Metadata::from_document(Kind::Dataset, document.clone())?.0))
        .collect::<Result<_, Failure>>()?;
    let documents: Vec<Value> = metadata.iter().map(Metadata::to_document).collect();
    let findings: usize =
        documents.iter().map(|one| validator.check("base", Kind::Dataset, one, now).len()).sum();
    println!(
        "{} records of {} bytes, {} findings",
        records.len(),
        bytes.len() / records.len().max(1),
        findings
    );

    let mut report = |step: &str, run: &mut dyn FnMut() -> Result<(), Failure>| -> Result<(), Failure> {
        let took = median(repetitions, run)?;
        let each = took.as_nanos() / u128::try_from(records.len().max(1))?;
        println!("{step:<12} {took:>12.3?} {:>6}.{} µs each", each / 1000, each % 1000 / 100);
        Ok(())
    };
    report("outline", &mut || Ok(drop(read::outline(&mut Cursor::new(&bytes), limits)?)))?;
    report("items", &mut || {
        for item in items()? {
            black_box(item?);
        }
        Ok(())
    })?;
    report("identity", &mut || {
        for json in &records {
            black_box(read::identity(outline.format, json));
        }
        Ok(())
    })?;
    report("bare json", &mut || {
        for json in &records {
            black_box(serde_json::from_slice::<Value>(json)?);
        }
        Ok(())
    })?;
    report("parse", &mut || {
        for json in &records {
            black_box(read::parse(outline.format, json)?);
        }
        Ok(())
    })?;
    report("metadata", &mut || {
        for document in &parsed {
            black_box(Metadata::from_document(Kind::Dataset, document.clone())?);
        }
        Ok(())
    })?;
    report("document", &mut || {
        for one in &metadata {
            black_box(one.to_document());
        }
        Ok(())
    })?;
    report("check", &mut || {
        for document in &documents {
            black_box(validator.check("base", Kind::Dataset, document, now));
        }
        Ok(())
    })?;
    report("digest", &mut || {
        for document in &documents {
            black_box(canonical::digest(document));
        }
        Ok(())
    })?;
    report("data.json", &mut || {
        for dataset in metadata.iter().filter_map(Metadata::as_dataset) {
            black_box(write::data_json_dataset(dataset, &["es"], &vocabularies));
        }
        Ok(())
    })?;
    Ok(())
}

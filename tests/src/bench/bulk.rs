//! The whole catalog in one answer.

use std::time::Duration;

use anyhow::ensure;

use super::{
    corpus::Corpus,
    load::{Ask, stream},
    machine::{self, Work},
    report::{Row, median, megabytes, rate},
};
use crate::Program;

/// The files, how a record shows in them, and how many records a second of a processor must make.
const FILES: [(&str, &str, u32); 2] = [("ndjson", "\n", 20_000), ("ttl", "dcat:Dataset", 5_000)];

/// How much more memory than before an export may take, whatever the size of the catalog.
const ROOM: u64 = 64_000_000;

/// Exports in turns; every record must be there.
pub(super) async fn measure(
    corpus: &Corpus,
    program: &Program,
    repetitions: usize,
) -> anyhow::Result<Vec<Row>> {
    let mut taken: [Vec<Duration>; 2] = Default::default();
    let mut most = [0_u64; 2];
    let mut sizes = [0; 2];
    for _ in 0..repetitions {
        for (((extension, mark, _), taken), (most, size)) in
            FILES.iter().zip(&mut taken).zip(most.iter_mut().zip(&mut sizes))
        {
            let before = program.memory()?;
            machine::forget_peak(program.id())?;
            let worked = Work::of(program.id())?;
            let ask = Ask::get(format!("/api/v1/exports/datasets.{extension}"));
            let mut counter = Counter::new(mark);
            *size = stream(program.address(), &ask, |data| counter.take(data)).await?;
            taken.push(Work::of(program.id())?.since(&worked));
            *most = (*most).max(program.peak_memory()?.saturating_sub(before));
            let found = counter.found;
            ensure!(found == corpus.size, "the run is void: {found} records in the export as {extension}");
        }
    }
    let rows = FILES.iter().zip(taken).zip(most.into_iter().zip(sizes)).map(
        |(((extension, _, wanted), taken), (most, size))| {
            let speed = rate(corpus.size, median(taken).unwrap_or_default());
            let figure = format!(
                "{speed:.0} records per CPU-second, {} in all, {} more memory at most ({repetitions} runs)",
                megabytes(size),
                megabytes(most)
            );
            let is_met = speed >= f64::from(*wanted) && most < ROOM;
            Row::new(format!("export of everything, {extension}"), figure)
                .wanted(format!("≥ {wanted} records per CPU-s, flat memory"), is_met)
        },
    );
    Ok(rows.collect())
}

/// Counts a mark in a stream, also where it is cut in two.
struct Counter<'a> {
    mark: &'a [u8],
    tail: Vec<u8>,
    found: usize,
}

impl<'a> Counter<'a> {
    fn new(mark: &'a str) -> Self {
        Self { mark: mark.as_bytes(), tail: Vec::new(), found: 0 }
    }

    fn take(&mut self, data: &[u8]) {
        self.tail.extend_from_slice(data);
        self.found += self.tail.windows(self.mark.len()).filter(|part| *part == self.mark).count();
        let kept = self.tail.len().saturating_sub(self.mark.len() - 1);
        self.tail.drain(..kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_that_are_cut_are_counted_once() {
        let mut counter = Counter::new("abc");
        for part in ["xab", "cab", "c", "", "ab", "cabc"] {
            counter.take(part.as_bytes());
        }
        assert_eq!(counter.found, 4);
    }
}

//! Sectors: how they follow each other, where they lie, and the streams in them.

use std::io::{self, Read, Seek, SeekFrom};

use vitrina_app::ports::parser::Refusal;
use vitrina_domain::finding::Bilingual;

use crate::error::{InspectError, damage};

/// The end of a chain.
pub(super) const END: u32 = 0xffff_fffe;

/// Bytes of the file that follow each other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) start: u64,
    pub(super) length: u64,
}

/// Sectors of one size, and which of them are used already.
pub(super) struct Sectors {
    size: u64,
    used: Vec<bool>,
    /// By sector: the one that follows it.
    pub(super) next: Vec<u32>,
    /// Where they lie in the file.
    pieces: Vec<Run>,
    /// How many bytes lie before each piece.
    before: Vec<u64>,
}

impl Sectors {
    pub(super) fn new(size: u64, count: u64, pieces: Vec<Run>) -> Self {
        let count = usize::try_from(count).unwrap_or_default();
        let before = pieces.iter().scan(0, |sum, piece| {
            let before = *sum;
            *sum += piece.length;
            Some(before)
        });
        let before = before.collect();
        Self { size, used: vec![false; count], next: Vec::new(), pieces, before }
    }

    /// Uses a sector, which nothing else uses.
    fn take(&mut self, sector: u32) -> Result<(), Refusal> {
        let used =
            self.used.get_mut(usize::try_from(sector).unwrap_or(usize::MAX)).ok_or_else(|| damage(""))?;
        if std::mem::replace(used, true) { Err(crossed()) } else { Ok(()) }
    }

    /// The sectors that follow each other from one on.
    pub(super) fn chain(&mut self, start: u32) -> Result<Vec<u32>, Refusal> {
        let (mut chain, mut sector) = (Vec::new(), start);
        while sector != END {
            self.take(sector)?;
            chain.push(sector);
            let next = self.next.get(usize::try_from(sector).unwrap_or(usize::MAX));
            sector = *next.ok_or_else(|| damage(""))?;
        }
        Ok(chain)
    }

    /// Where the bytes of a stream are, all of them.
    pub(super) fn stream(&mut self, start: u32, length: u64) -> Result<Vec<Run>, Refusal> {
        if length == 0 {
            return Ok(Vec::new());
        }
        let chain = self.chain(start)?;
        let room = u64::try_from(chain.len()).unwrap_or(u64::MAX).saturating_mul(self.size);
        if room < length {
            return Err(damage(""));
        }
        Ok(self.runs(&chain))
    }

    /// The numbers that a sector holds.
    pub(super) fn numbers(
        &mut self,
        sector: u32,
        file: &mut (impl Read + Seek),
    ) -> Result<Vec<u32>, InspectError> {
        self.take(sector)?;
        let place = self.place(sector);
        numbers(file, place)
    }

    /// Where a sector is. Small ones do not cross the sectors that they lie in.
    fn place(&self, sector: u32) -> Run {
        let at = u64::from(sector) * self.size;
        let piece = self.before.partition_point(|before| *before <= at).saturating_sub(1);
        let (before, start) = (self.before.get(piece), self.pieces.get(piece).map(|piece| piece.start));
        Run {
            start: start.unwrap_or_default() + at.saturating_sub(before.copied().unwrap_or_default()),
            length: self.size,
        }
    }

    /// Where the sectors of a chain are, those that lie behind each other as one.
    pub(super) fn runs(&self, chain: &[u32]) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for sector in chain {
            let next = self.place(*sector);
            match runs.last_mut() {
                Some(last) if last.start + last.length == next.start => last.length += next.length,
                _ => runs.push(next),
            }
        }
        runs
    }
}

/// Numbers of four bytes; the file may end within them.
pub(super) fn numbers(file: &mut (impl Read + Seek), run: Run) -> Result<Vec<u32>, InspectError> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(run.start))?;
    file.take(run.length).read_to_end(&mut bytes)?;
    let numbers = bytes.as_chunks::<4>().0.iter();
    Ok(numbers.map(|bytes| u32::from_le_bytes(*bytes)).collect())
}

pub(super) fn crossed() -> Refusal {
    let message = Bilingual::new(
        "las cadenas de sectores del archivo se cruzan o van en círculo",
        "the chains of sectors of the file cross each other or go in a circle",
    );
    Refusal::unreadable("E-FILE-SECTORS", "", message)
}

/// The bytes of a stream, one run after the other.
#[derive(Debug)]
pub(super) struct Stream<'a, R> {
    file: &'a mut R,
    runs: &'a [Run],
    /// How many bytes of the first run were read; nothing means that the file does not stand there yet.
    read: Option<u64>,
    left: u64,
}

impl<'a, R> Stream<'a, R> {
    pub(super) fn new(file: &'a mut R, runs: &'a [Run], length: u64) -> Self {
        Self { file, runs, read: None, left: length }
    }
}

impl<R: Read + Seek> Read for Stream<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some((run, rest)) = self.runs.split_first() else { return Ok(0) };
            let read = if let Some(read) = self.read {
                read
            } else {
                self.file.seek(SeekFrom::Start(run.start))?;
                0
            };
            let most = (run.length - read).min(self.left);
            if most == 0 && self.left > 0 {
                (self.runs, self.read) = (rest, None);
                continue;
            }
            let most = usize::try_from(most).unwrap_or(usize::MAX).min(buffer.len());
            // The last sector of a file may be cut.
            let count = self.file.read(buffer.get_mut(..most).unwrap_or_default())?;
            let bytes = u64::try_from(count).unwrap_or(u64::MAX);
            self.read = Some(read + bytes);
            self.left -= bytes;
            return Ok(count);
        }
    }
}

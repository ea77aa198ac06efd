//! The container: entries in a tree, and streams in chains of sectors.
//!
//! Every number in it is the file's own word. A chain that goes in a circle, crosses another one or leaves the file is
//! none: each sector is used once or the file is refused, so that nothing read here is longer than the file.

use std::{
    collections::BTreeSet,
    io::{self, Read, Seek, SeekFrom},
};

use vitrina_app::ports::parser::Refusal;
use vitrina_domain::finding::Bilingual;

use super::record::Data;
use crate::{
    budget::Budget,
    error::{InspectError, damage, damaged},
};

/// How long the header is, whatever the sectors are.
const HEADER: usize = 512;

/// How long an entry of the directory is.
const ENTRY: usize = 128;

/// How long the directory may be.
const DIRECTORY: u64 = 1 << 20;

/// How long the small sectors are, and up to which length a stream lies in them.
const SMALL: u64 = 64;
const SMALL_STREAM: u64 = 4_096;

/// The end of a chain, and what is no sector.
const END: u32 = 0xffff_fffe;
const NONE: u32 = 0xffff_ffff;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Storage,
    Stream,
}

/// An entry of the tree.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Its name.
    pub(super) name: String,
    kind: Kind,
    /// How many storages it is in.
    depth: u32,
    /// Where its bytes are.
    runs: Vec<Run>,
    length: u64,
}

impl Entry {
    /// Whether it is the stream of this name that belongs to the document itself.
    pub(super) fn is(&self, name: &str) -> bool {
        self.depth == 0 && self.kind == Kind::Stream && self.name.eq_ignore_ascii_case(name)
    }
}

/// Bytes of the file that follow each other.
#[derive(Debug, Clone, Copy)]
struct Run {
    start: u64,
    length: u64,
}

/// A compound file.
#[derive(Debug)]
pub(super) struct Container<'a, R> {
    file: &'a mut R,
    entries: Vec<Entry>,
}

impl<'a, R: Read + Seek> Container<'a, R> {
    /// Reads what the container is made of, and follows every chain in it.
    pub(super) fn open(file: &'a mut R, bytes: u64, budget: &mut Budget) -> Result<Self, InspectError> {
        let header = Header::read(file)?;
        let mut sectors = header.sectors(bytes);
        header.fill(file, &mut sectors)?;
        let directory = sectors.chain(header.directory)?;
        let runs = sectors.runs(&directory);
        if runs.iter().map(|run| run.length).sum::<u64>() > DIRECTORY {
            return Err(too_many().into());
        }
        let mut listed = Vec::new();
        Stream::new(file, &runs, DIRECTORY).read_to_end(&mut listed).map_err(|error| damaged("", &error))?;
        let told: Vec<Told> =
            listed.chunks_exact(ENTRY).filter_map(|entry| Told::read(entry, &header)).collect();
        let mut walk =
            Walk { told: &told, seen: vec![false; told.len()], entries: Vec::new(), names: BTreeSet::new() };
        walk.tree()?;
        budget.take_entries(walk.entries.len(), "")?;
        let root = told.first().ok_or_else(|| damage(""))?;
        let mut small = header.small(file, root, &mut sectors)?;
        let mut entries = Vec::with_capacity(walk.entries.len());
        for (index, depth) in walk.entries {
            let told = told.get(index).ok_or_else(|| damage(""))?;
            let kind = if told.kind == TOLD_STREAM { Kind::Stream } else { Kind::Storage };
            let runs = match kind {
                Kind::Storage => Vec::new(),
                Kind::Stream if told.length < SMALL_STREAM => small.stream(told)?,
                Kind::Stream => sectors.stream(told)?,
            };
            entries.push(Entry { name: told.name.clone(), kind, depth, runs, length: told.length });
        }
        Ok(Self { file, entries })
    }

    /// Every storage and stream.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The bytes of a stream.
    pub(super) fn stream<'s>(&'s mut self, entry: &'s Entry) -> Stream<'s, R> {
        Stream::new(self.file, &entry.runs, entry.length)
    }
}

/// The beginning of the file.
struct Header {
    sector: u64,
    has_long_lengths: bool,
    directory: u32,
    small_chains: u32,
    more: u32,
    chains: Vec<u32>,
}

impl Header {
    fn read(file: &mut (impl Read + Seek)) -> Result<Self, InspectError> {
        let mut bytes = [0; HEADER];
        file.seek(SeekFrom::Start(0))?;
        file.read_exact(&mut bytes).map_err(|error| damaged("", &error))?;
        let header = Data(&bytes);
        // The sizes of sectors and of small sectors, as powers of two.
        let sector = match (header.short(30)?, header.short(32)?) {
            (9, 6) => 512,
            (12, 6) => 4_096,
            _ => return Err(damage("").into()),
        };
        Ok(Self {
            sector,
            has_long_lengths: sector > 512,
            directory: header.long(48)?,
            small_chains: header.long(60)?,
            more: header.long(68)?,
            chains: (76..HEADER).step_by(4).map(|at| header.long(at)).collect::<Result<_, _>>()?,
        })
    }

    /// The sectors of a file of this length, of whose chains nothing is known.
    fn sectors(&self, bytes: u64) -> Sectors {
        let count = bytes.saturating_sub(self.sector).div_ceil(self.sector);
        let pieces = vec![Run { start: self.sector, length: count.saturating_mul(self.sector) }];
        Sectors::new(self.sector, count, pieces)
    }

    /// Reads how the sectors follow each other.
    fn fill(&self, file: &mut (impl Read + Seek), sectors: &mut Sectors) -> Result<(), InspectError> {
        let mut lists = self.chains.clone();
        let mut more = self.more;
        while more < END {
            let mut list = sectors.numbers(more, file)?;
            more = list.pop().unwrap_or(END);
            lists.extend(list);
        }
        for list in lists.into_iter().filter(|list| *list < END) {
            let next = sectors.numbers(list, file)?;
            sectors.next.extend(next);
        }
        Ok(())
    }

    /// The small sectors, which lie in a stream of the root.
    fn small(
        &self,
        file: &mut (impl Read + Seek),
        root: &Told,
        sectors: &mut Sectors,
    ) -> Result<Sectors, InspectError> {
        let lists = if self.small_chains < END { sectors.chain(self.small_chains)? } else { Vec::new() };
        let pieces = if root.length > 0 { sectors.stream(root)? } else { Vec::new() };
        let mut small = Sectors::new(SMALL, root.length.div_ceil(SMALL), pieces);
        for run in sectors.runs(&lists) {
            for number in numbers(file, run)? {
                small.next.push(number);
            }
        }
        Ok(small)
    }
}

/// Sectors of one size, and which of them are used already.
struct Sectors {
    size: u64,
    used: Vec<bool>,
    /// By sector: the one that follows it.
    next: Vec<u32>,
    /// Where they lie in the file.
    pieces: Vec<Run>,
    /// How many bytes lie before each piece.
    before: Vec<u64>,
}

impl Sectors {
    fn new(size: u64, count: u64, pieces: Vec<Run>) -> Self {
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
    fn chain(&mut self, start: u32) -> Result<Vec<u32>, Refusal> {
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
    fn stream(&mut self, told: &Told) -> Result<Vec<Run>, Refusal> {
        if told.length == 0 {
            return Ok(Vec::new());
        }
        let chain = self.chain(told.start)?;
        let room = u64::try_from(chain.len()).unwrap_or(u64::MAX).saturating_mul(self.size);
        if room < told.length {
            return Err(damage(""));
        }
        Ok(self.runs(&chain))
    }

    /// The numbers that a sector holds.
    fn numbers(&mut self, sector: u32, file: &mut (impl Read + Seek)) -> Result<Vec<u32>, InspectError> {
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
    fn runs(&self, chain: &[u32]) -> Vec<Run> {
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
fn numbers(file: &mut (impl Read + Seek), run: Run) -> Result<Vec<u32>, InspectError> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(run.start))?;
    file.take(run.length).read_to_end(&mut bytes)?;
    let numbers = bytes.as_chunks::<4>().0.iter();
    Ok(numbers.map(|bytes| u32::from_le_bytes(*bytes)).collect())
}

/// What the directory says of an entry.
struct Told {
    name: String,
    kind: u8,
    /// The entries beside it, and the first one within it.
    beside: [u32; 2],
    within: u32,
    start: u32,
    length: u64,
}

/// The numbers of the kinds of entries.
const TOLD_STORAGE: u8 = 1;
const TOLD_STREAM: u8 = 2;

impl Told {
    fn read(entry: &[u8], header: &Header) -> Option<Self> {
        let data = Data(entry);
        let name = entry.get(..64)?.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit));
        let name: Vec<u16> = name.take_while(|unit| *unit != 0).collect();
        let length = u64::from(data.long(120).ok()?);
        // Small sectors come with lengths of four bytes; what follows these may be anything.
        let high = if header.has_long_lengths { u64::from(data.long(124).ok()?) << 32 } else { 0 };
        Some(Self {
            name: String::from_utf16_lossy(&name),
            kind: *entry.get(66)?,
            beside: [data.long(68).ok()?, data.long(72).ok()?],
            within: data.long(76).ok()?,
            start: data.long(116).ok()?,
            length: length | high,
        })
    }
}

/// A walk over the tree of the directory.
struct Walk<'a> {
    told: &'a [Told],
    seen: Vec<bool>,
    /// Each entry with the number of storages that it is in.
    entries: Vec<(usize, u32)>,
    /// The names in each storage.
    names: BTreeSet<(usize, String)>,
}

impl Walk<'_> {
    /// Walks from the root, and meets no entry twice.
    fn tree(&mut self) -> Result<(), Refusal> {
        let root = self.told.first().ok_or_else(|| damage(""))?;
        // Entry, the storage that it is in, and how deep that is.
        let mut waiting = vec![(root.within, 0, 0)];
        while let Some((index, storage, depth)) = waiting.pop() {
            if index == NONE {
                continue;
            }
            let index = usize::try_from(index).unwrap_or(usize::MAX);
            let told = self.told.get(index).ok_or_else(|| damage(""))?;
            let seen = self.seen.get_mut(index).ok_or_else(|| damage(""))?;
            if index == 0 || std::mem::replace(seen, true) {
                return Err(crossed());
            }
            if !matches!(told.kind, TOLD_STORAGE | TOLD_STREAM) {
                return Err(damage(""));
            }
            if !self.names.insert((storage, told.name.to_lowercase())) {
                return Err(repeated());
            }
            self.entries.push((index, depth));
            waiting.extend(told.beside.map(|beside| (beside, storage, depth)));
            if told.kind == TOLD_STORAGE {
                waiting.push((told.within, index, depth + 1));
            }
        }
        Ok(())
    }
}

fn crossed() -> Refusal {
    let message = Bilingual::new(
        "las cadenas de sectores del archivo se cruzan o van en círculo",
        "the chains of sectors of the file cross each other or go in a circle",
    );
    Refusal::unreadable("E-FILE-SECTORS", "", message)
}

fn repeated() -> Refusal {
    let message = Bilingual::new(
        "dos entradas tienen el mismo nombre: unos programas leen una y otros la otra",
        "two entries have the same name: some programs read the one and some the other",
    );
    Refusal::unreadable("E-FILE-ENTRY-REPEATED", "", message)
}

fn too_many() -> Refusal {
    let most = DIRECTORY >> 20;
    let message = Bilingual::new(
        format!("el directorio del archivo pasa de {most} MiB"),
        format!("the directory of the file is longer than {most} MiB"),
    );
    Refusal::too_complex("E-FILE-ENTRIES", "", message)
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
    fn new(file: &'a mut R, runs: &'a [Run], length: u64) -> Self {
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

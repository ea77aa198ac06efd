//! The container: entries in a tree, and streams in chains of sectors.
//!
//! Every number in it is the file's own word. A chain that goes in a circle, crosses another one or leaves the file is
//! none: each sector is used once or the file is refused, so that nothing read here is longer than the file.

use std::io::{Read, Seek, SeekFrom};

use vitrina_app::ports::parser::Refusal;
use vitrina_domain::finding::Bilingual;

use super::{
    directory::{ENTRY, Told, walk},
    record::Data,
    sector::{END, Run, Sectors, Stream, numbers},
};
use crate::{
    budget::Budget,
    error::{InspectError, damage, damaged},
};

/// How long the header is, whatever the sectors are.
const HEADER: usize = 512;

/// How long the directory may be.
const DIRECTORY: u64 = 1 << 20;

/// How long the small sectors are, and up to which length a stream lies in them.
const SMALL: u64 = 64;
const SMALL_STREAM: u64 = 4_096;

/// An entry of the tree.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Its name.
    pub(super) name: String,
    is_stream: bool,
    /// How many storages it is in.
    depth: u32,
    /// Where its bytes are.
    runs: Vec<Run>,
    length: u64,
}

impl Entry {
    /// Whether it is the stream of this name that belongs to the document itself.
    pub(super) fn is(&self, name: &str) -> bool {
        self.depth == 0 && self.is_stream && self.name.eq_ignore_ascii_case(name)
    }
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
        let told: Vec<Told> = listed
            .chunks_exact(ENTRY)
            .filter_map(|entry| Told::read(entry, header.has_long_lengths))
            .collect();
        let places = walk(&told)?;
        budget.take_entries(places.len(), "")?;
        let root = told.first().ok_or_else(|| damage(""))?;
        let mut small = header.small(file, root, &mut sectors)?;
        let mut entries = Vec::with_capacity(places.len());
        for (index, depth) in places {
            let told = told.get(index).ok_or_else(|| damage(""))?;
            let is_stream = told.is_stream();
            let runs = match told.length {
                _ if !is_stream => Vec::new(),
                length if length < SMALL_STREAM => small.stream(told.start, length)?,
                length => sectors.stream(told.start, length)?,
            };
            entries.push(Entry { name: told.name.clone(), is_stream, depth, runs, length: told.length });
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
        let pieces = sectors.stream(root.start, root.length)?;
        let mut small = Sectors::new(SMALL, root.length.div_ceil(SMALL), pieces);
        for run in sectors.runs(&lists) {
            for number in numbers(file, run)? {
                small.next.push(number);
            }
        }
        Ok(small)
    }
}

fn too_many() -> Refusal {
    let most = DIRECTORY >> 20;
    let message = Bilingual::new(
        format!("el directorio del archivo pasa de {most} MiB"),
        format!("the directory of the file is longer than {most} MiB"),
    );
    Refusal::too_complex("E-FILE-ENTRIES", "", message)
}

//! The directory: a list of entries, which is a tree.

use std::collections::BTreeSet;

use vitrina_app::ports::parser::Refusal;
use vitrina_domain::finding::Bilingual;

use super::{record::Data, sector::crossed};
use crate::error::damage;

/// How long an entry is.
pub(super) const ENTRY: usize = 128;

/// What is no entry.
const NONE: u32 = 0xffff_ffff;

/// What the directory says of an entry.
pub(super) struct Told {
    pub(super) name: String,
    kind: u8,
    /// The entries beside it, and the first one within it.
    beside: [u32; 2],
    within: u32,
    pub(super) start: u32,
    pub(super) length: u64,
}

/// The numbers of the kinds of entries.
const STORAGE: u8 = 1;
const STREAM: u8 = 2;

impl Told {
    /// Reads an entry of the list.
    pub(super) fn read(entry: &[u8], has_long_lengths: bool) -> Option<Self> {
        let data = Data(entry);
        let name = entry.get(..64)?.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit));
        let name: Vec<u16> = name.take_while(|unit| *unit != 0).collect();
        let length = u64::from(data.long(120).ok()?);
        // Small sectors come with lengths of four bytes; what follows these may be anything.
        let high = if has_long_lengths { u64::from(data.long(124).ok()?) << 32 } else { 0 };
        Some(Self {
            name: String::from_utf16_lossy(&name),
            kind: *entry.get(66)?,
            beside: [data.long(68).ok()?, data.long(72).ok()?],
            within: data.long(76).ok()?,
            start: data.long(116).ok()?,
            length: length | high,
        })
    }

    /// Whether it has bytes of its own.
    pub(super) fn is_stream(&self) -> bool {
        self.kind == STREAM
    }
}

/// Walks over the tree of a directory; gives the places of its entries, with the number of storages that each is in.
pub(super) fn walk(told: &[Told]) -> Result<Vec<(usize, u32)>, Refusal> {
    let seen = vec![false; told.len()];
    let mut walk = Walk { told, seen, entries: Vec::new(), names: BTreeSet::new() };
    walk.tree()?;
    Ok(walk.entries)
}

/// A walk over the tree of a directory.
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
            if !matches!(told.kind, STORAGE | STREAM) {
                return Err(damage(""));
            }
            if !self.names.insert((storage, told.name.to_lowercase())) {
                return Err(repeated());
            }
            self.entries.push((index, depth));
            waiting.extend(told.beside.map(|beside| (beside, storage, depth)));
            if told.kind == STORAGE {
                waiting.push((told.within, index, depth + 1));
            }
        }
        Ok(())
    }
}

fn repeated() -> Refusal {
    let message = Bilingual::new(
        "dos entradas tienen el mismo nombre: unos programas leen una y otros la otra",
        "two entries have the same name: some programs read the one and some the other",
    );
    Refusal::unreadable("E-FILE-ENTRY-REPEATED", "", message)
}

//! What unpacking may take, counted while it is taken.

use std::io::{self, Read};

use vitrina_app::ports::parser::Refusal;
use vitrina_domain::finding::Bilingual;

use crate::{error::Halt, limit};

/// What is left for a file and all that is packed into it.
#[derive(Debug)]
pub(crate) struct Budget {
    /// How long the archive is that is looked into: nothing in it can be packed into more.
    length: u64,
    unpacked: u64,
    entries: u64,
}

impl Budget {
    pub(crate) fn new(length: u64) -> Self {
        Self { length, unpacked: 0, entries: 0 }
    }

    /// Goes into an archive within the file, or back out of it; gives the length of the one it leaves.
    pub(crate) fn enter(&mut self, length: u64) -> u64 {
        std::mem::replace(&mut self.length, length)
    }

    /// How many bytes were unpacked.
    pub(crate) fn unpacked(&self) -> u64 {
        self.unpacked
    }

    /// Takes room for entries that an archive says it has.
    pub(crate) fn take_entries(&mut self, count: usize, pointer: &str) -> Result<(), Refusal> {
        self.entries = self.entries.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        if self.entries <= limit::ENTRIES {
            return Ok(());
        }
        let (found, most) = (self.entries, limit::ENTRIES);
        let message = Bilingual::new(
            format!("el archivo comprimido trae {found} entradas y el máximo es {most}"),
            format!("the archive has {found} entries, over the limit of {most}"),
        );
        Err(Refusal::too_complex("E-FILE-ENTRIES", pointer, message))
    }

    /// Counts what comes out of an entry that takes so many bytes in the archive, as it says.
    pub(crate) fn counted<R: Read>(&mut self, inner: R, packed: u64, pointer: String) -> Counted<'_, R> {
        let packed = packed.min(self.length).max(1);
        Counted { budget: self, inner, packed, read: 0, pointer }
    }
}

/// A reader that ends with a refusal when too much comes out.
#[derive(Debug)]
pub(crate) struct Counted<'a, R> {
    budget: &'a mut Budget,
    inner: R,
    packed: u64,
    read: u64,
    pointer: String,
}

impl<R> Counted<'_, R> {
    /// How many bytes came out.
    pub(crate) fn read_bytes(&self) -> u64 {
        self.read
    }

    fn check(&self) -> Result<(), Refusal> {
        if self.budget.unpacked > limit::UNPACKED_BYTES {
            let most = limit::UNPACKED_BYTES >> 20;
            let message = Bilingual::new(
                format!("descomprimido pasa de {most} MiB"),
                format!("unpacked it is longer than {most} MiB"),
            );
            return Err(Refusal::too_complex("E-FILE-UNPACKED", self.pointer.as_str(), message));
        }
        if self.read > limit::RATIO_FREE_BYTES && self.read / self.packed > limit::RATIO {
            let most = limit::RATIO;
            let message = Bilingual::new(
                format!("descomprimido ocupa más de {most} veces lo que comprimido"),
                format!("unpacked it is more than {most} times as long as packed"),
            );
            return Err(Refusal::too_complex("E-FILE-RATIO", self.pointer.as_str(), message));
        }
        Ok(())
    }
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let bytes = u64::try_from(read).unwrap_or(u64::MAX);
        self.read = self.read.saturating_add(bytes);
        self.budget.unpacked = self.budget.unpacked.saturating_add(bytes);
        self.check().map_err(Halt)?;
        Ok(read)
    }
}

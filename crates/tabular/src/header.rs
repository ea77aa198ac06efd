//! The headers of an archive's entries: each has one of its own before its bytes, and one in the list at the end.

use std::io::{self, Read, Seek, SeekFrom};

use vitrina_domain::finding::{Bilingual, Finding, Severity};
use zip::ZipArchive;

/// How long the two are before their names.
const OWN: usize = 30;
const LISTED: usize = 46;

/// The flags of an entry that is encrypted, and of one whose lengths follow its bytes.
const LOCKED: u8 = 1;
const FOLLOWED: u8 = 8;

/// Where the two headers of an entry are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Places {
    own: u64,
    listed: u64,
}

/// Where the headers of each entry are, as far as they can be read.
pub(crate) fn places<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Vec<Places> {
    let entries = (0..archive.len()).map_while(|index| {
        let entry = archive.by_index_data(index).ok()?;
        Some(Places { own: entry.header_start(), listed: entry.central_header_start() })
    });
    entries.collect()
}

/// The first entry whose headers say different things: programs that go by the one read something else than programs
/// that go by the other.
pub(crate) fn differing(file: &mut (impl Read + Seek), places: &[Places]) -> io::Result<Option<usize>> {
    for (index, Places { own, listed }) in places.iter().enumerate() {
        let own = header::<OWN>(file, *own, 26)?;
        let listed = header::<LISTED>(file, *listed, 28)?;
        if own.zip(listed).is_none_or(|(own, listed)| differ(&own, &listed)) {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

/// The finding of such an entry.
pub(crate) fn finding(pointer: &str) -> Finding {
    let message = Bilingual::new(
        "la cabecera de una entrada no dice lo mismo que el índice: unos programas leen una y otros el otro",
        "the header of an entry does not say what the list says: some programs read the one and some the other",
    );
    Finding::new(Severity::Error, "E-FILE-ENTRY-HEADER", pointer, message)
}

/// A header and its name, whose length stands at a place of it; nothing where the file ends before it does.
fn header<const N: usize>(
    file: &mut (impl Read + Seek),
    at: u64,
    length_at: usize,
) -> io::Result<Option<([u8; N], Vec<u8>)>> {
    let mut fixed = [0; N];
    file.seek(SeekFrom::Start(at))?;
    match file.read_exact(&mut fixed) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = fixed.get(length_at..length_at + 2).and_then(|bytes| bytes.try_into().ok());
    let length = u64::from(u16::from_le_bytes(length.unwrap_or_default()));
    let mut name = Vec::new();
    file.take(length).read_to_end(&mut name)?;
    Ok(Some((fixed, name)))
}

fn differ((own, own_name): &([u8; OWN], Vec<u8>), (listed, listed_name): &([u8; LISTED], Vec<u8>)) -> bool {
    let lock = |flags: u8| flags & LOCKED;
    if own_name != listed_name || own.get(8..10) != listed.get(10..12) || lock(own[6]) != lock(listed[8]) {
        return true;
    }
    // Sum, packed length and length; what is longer than four bytes tell stands elsewhere.
    let numbers = own.iter().skip(14).take(12).zip(listed.iter().skip(16));
    let are_same = numbers.clone().all(|(own, listed)| own == listed);
    let is_elsewhere = [4, 8].into_iter().any(|at| {
        let part = numbers.clone().skip(at).take(4);
        part.clone().all(|(own, _)| *own == 0xff) || part.clone().all(|(_, listed)| *listed == 0xff)
    });
    own[6] & FOLLOWED == 0 && !are_same && !is_elsewhere
}

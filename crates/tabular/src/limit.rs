//! How much of a file is read, unpacked and told.

/// How much of a file says what it is.
pub(crate) const HEAD_BYTES: u64 = 8 << 10;

/// How many bytes all entries of an archive may have together, those of archives within it included.
pub(crate) const UNPACKED_BYTES: u64 = 256 << 20;

/// How many times as long as its packed bytes an entry may be.
pub(crate) const RATIO: u64 = 200;

/// What is no longer than this is no bomb, however well it was packed.
pub(crate) const RATIO_FREE_BYTES: u64 = 1 << 20;

/// How many entries an archive may have, those of archives within it included.
pub(crate) const ENTRIES: u64 = 1_000;

/// How deep archives may be in archives.
pub(crate) const NESTING: u8 = 3;

/// How long an archive within an archive may be: it is looked into in memory.
pub(crate) const NESTED_BYTES: u64 = 64 << 20;

/// How long an XML tag may be.
pub(crate) const TAG_BYTES: usize = 64 << 10;

/// How many attributes an XML tag may have.
pub(crate) const ATTRIBUTES: usize = 256;

/// How deep XML elements may be in each other.
pub(crate) const DEPTH: usize = 256;

/// How many cells the box around all cells of a sheet may hold.
pub(crate) const CELLS: u64 = 20_000_000;

/// How many rows and columns the grid of a sheet has.
pub(crate) const GRID: (u32, u32) = (1_048_576, 16_384);

/// How many sheets are told.
pub(crate) const SHEETS: usize = 64;

/// How many rows are shown below the header.
pub(crate) const SAMPLE_ROWS: usize = 5;

/// How many columns are named and shown.
pub(crate) const SHOWN_COLUMNS: usize = 50;

/// How many characters of a value are shown.
pub(crate) const SHOWN_CHARS: usize = 100;

/// How many bytes of a value are looked at.
pub(crate) const VALUE_BYTES: usize = 4 << 10;

/// How many findings are told of one file.
pub(crate) const FINDINGS: usize = 500;

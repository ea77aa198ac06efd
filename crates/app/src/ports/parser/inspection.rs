//! What was found in a file.

use serde::{Deserialize, Serialize};
use vitrina_domain::finding::{Finding, pointer_segment};

/// What a file is and holds. The lists are bounded, and say how much they leave out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspection {
    /// What the file is.
    pub kind: FileKind,
    /// Its media type.
    pub media_type: String,
    /// How long it is.
    pub bytes: u64,
    /// How its text is written down, where it is text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<TextForm>,
    /// Its tables: the sheets of a workbook, or the one table of a CSV file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<Table>,
    /// What is packed into it, where it is an archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<Archive>,
    /// What its owner should know. Pointers lead into this inspection; `/tables/0/cells/B7` is a cell and
    /// `/tables/0/rows/12` a row of the first table, as people count them, and `/parts/…` a part of a workbook's package.
    pub findings: Vec<Finding>,
}

/// What a file is, by its own bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// Values with commas, semicolons or bars between them.
    Csv,
    /// Values with tabs between them.
    Tsv,
    /// A workbook of Office Open XML.
    Xlsx,
    /// A workbook in Microsoft's binary form inside a package.
    Xlsb,
    /// A workbook of old Microsoft Excel.
    Xls,
    /// A workbook of `OpenDocument`.
    Ods,
    /// An archive of files.
    Zip,
    /// One compressed file.
    Gzip,
    /// A document for printing.
    Pdf,
    /// A web page.
    Html,
    /// XML of any kind.
    Xml,
    /// JSON of any kind.
    Json,
    /// A picture.
    Image,
    /// Text without a form that is known.
    Text,
    /// A folder within an archive.
    Folder,
    /// Nothing that is known.
    Unknown,
}

impl FileKind {
    /// The word in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Xlsx => "xlsx",
            Self::Xlsb => "xlsb",
            Self::Xls => "xls",
            Self::Ods => "ods",
            Self::Zip => "zip",
            Self::Gzip => "gzip",
            Self::Pdf => "pdf",
            Self::Html => "html",
            Self::Xml => "xml",
            Self::Json => "json",
            Self::Image => "image",
            Self::Text => "text",
            Self::Folder => "folder",
            Self::Unknown => "unknown",
        }
    }
}

/// How text is written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextForm {
    /// The character encoding, by its name in the WHATWG standard.
    pub encoding: String,
    /// What stands between two values of a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separator: Option<char>,
    /// What stands around values of a table that hold a separator, where any value has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<char>,
}

/// A table: a sheet, or the content of a CSV file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The name of the sheet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether a reader of the workbook sees it.
    pub visibility: Visibility,
    /// The box around all cells that hold something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounds: Option<Bounds>,
    /// How many rows hold something, a header included.
    pub rows: u64,
    /// How many columns there are.
    pub columns: u64,
    /// The names of the columns, the first of them; nothing where the first row is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<Vec<String>>,
    /// The first rows below the header, their values shortened. What a spreadsheet would take for a formula has an
    /// apostrophe before it.
    pub sample: Vec<Vec<String>>,
}

/// Whether a reader of a workbook sees a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// It is seen.
    #[default]
    Visible,
    /// It can be made visible by the menu.
    Hidden,
    /// It can be made visible by a program only.
    VeryHidden,
}

/// A box of cells, from 1, as people count them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// The first row.
    pub first_row: u32,
    /// The first column.
    pub first_column: u32,
    /// The last row.
    pub last_row: u32,
    /// The last column.
    pub last_column: u32,
}

impl Bounds {
    /// How many cells the box holds.
    pub fn cells(&self) -> u64 {
        let side = |first: u32, last: u32| u64::from(last.saturating_sub(first)) + 1;
        side(self.first_row, self.last_row).saturating_mul(side(self.first_column, self.last_column))
    }
}

/// What is packed into an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archive {
    /// The entries, those of archives within it after the archive that holds them.
    pub entries: Vec<Entry>,
    /// How many bytes they have when they are unpacked, counted by unpacking them.
    pub unpacked_bytes: u64,
}

/// One entry of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name, as it is written there; the names of archives that hold it stand before it, with `!` between.
    pub name: String,
    /// What it is, by its own bytes.
    pub kind: FileKind,
    /// How many bytes it takes in the archive.
    pub packed_bytes: u64,
    /// How many bytes it has, counted by unpacking it; nothing for what is not unpacked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// How many archives it is in.
    pub depth: u8,
    /// The codes of the findings for which it would not be unpacked to a disk.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<String>,
}

/// The pointer to a cell of a table; row and column count from 0.
pub fn cell_pointer(table: usize, row: u32, column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or_default()));
        rest /= 26;
    }
    let letters: String = letters.iter().rev().collect();
    format!("/tables/{table}/cells/{letters}{}", u64::from(row) + 1)
}

/// The pointer to a part of a workbook's package.
pub fn part_pointer(name: &str) -> String {
    format!("/parts/{}", pointer_segment(name))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0, 0, "/tables/1/cells/A1")]
    #[case(6, 25, "/tables/1/cells/Z7")]
    #[case(6, 26, "/tables/1/cells/AA7")]
    #[case(1_048_575, 16_383, "/tables/1/cells/XFD1048576")]
    #[case(u32::MAX, u32::MAX, "/tables/1/cells/MWLQKWV4294967296")]
    fn cells_are_named_as_people_name_them(#[case] row: u32, #[case] column: u32, #[case] pointer: &str) {
        assert_eq!(cell_pointer(1, row, column), pointer);
    }

    #[test]
    fn a_box_counts_its_cells() {
        let corner = Bounds { first_row: 1, first_column: 1, last_row: 1_048_576, last_column: 16_384 };
        assert_eq!(corner.cells(), 17_179_869_184);
    }
}

//! What was found in a data file, for readers.

use serde::Serialize;
use serde_json::Value;
use vitrina_app::ports::parser::{Archive, Bounds, Entry, Inspection, Table, TextForm, Visibility};
use vitrina_domain::finding::Locale;

use super::findings;
use crate::openapi::component;

/// What a data file is and holds.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Inspection)]
pub(crate) struct InspectionView {
    /// What the file is, by its own bytes: csv, tsv, xlsx, xlsb, xls, ods, zip, gzip, pdf, html, xml, json, image, text or
    /// unknown.
    #[schema(example = "csv")]
    kind: &'static str,
    /// Its media type.
    #[schema(example = "text/csv")]
    media_type: String,
    /// How many bytes it has.
    bytes: u64,
    /// How its text is written down, where it is text.
    text: Option<TextView>,
    /// Its tables: the sheets of a workbook, or the one table of a CSV file.
    tables: Vec<TableView>,
    /// What is packed into it, where it is an archive.
    archive: Option<ArchiveView>,
    /// What its owner should know. Pointers lead into this document; besides, `/tables/0/cells/B7` is a cell and
    /// `/tables/0/rows/12` a row of the first table, as people count them, and `/parts/…` a part of a workbook.
    #[schema(value_type = Vec<component::Finding>)]
    findings: Value,
}

/// How text is written down.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = InspectionText)]
struct TextView {
    /// The character encoding.
    #[schema(example = "UTF-8")]
    encoding: String,
    /// What stands between two values of a table.
    #[schema(example = ",")]
    separator: Option<String>,
    /// What stands around values that hold a separator, where any value has it.
    #[schema(example = "\"")]
    quote: Option<String>,
}

/// A table.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = InspectionTable)]
struct TableView {
    /// The name of the sheet.
    name: Option<String>,
    /// Whether a reader of the workbook sees it: visible, hidden or `very_hidden`.
    #[schema(example = "visible")]
    visibility: &'static str,
    /// The box around all cells that hold something.
    bounds: Option<BoundsView>,
    /// How many rows hold something, a header included.
    rows: u64,
    /// How many columns there are.
    columns: u64,
    /// The names of the first columns; null where the first row names none.
    header: Option<Vec<String>>,
    /// The first rows below the header, with their first values, shortened. What a spreadsheet would take for a formula
    /// has an apostrophe before it.
    sample: Vec<Vec<String>>,
}

/// A box of cells, from 1.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = InspectionBounds)]
struct BoundsView {
    /// The first row.
    first_row: u32,
    /// The first column.
    first_column: u32,
    /// The last row.
    last_row: u32,
    /// The last column.
    last_column: u32,
}

/// What is packed into an archive.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = InspectionArchive)]
struct ArchiveView {
    /// How many bytes the entries have when they are unpacked.
    unpacked_bytes: u64,
    /// The entries, those of archives within it included.
    entries: Vec<EntryView>,
}

/// One entry of an archive.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = InspectionEntry)]
struct EntryView {
    /// Its name; the names of archives that hold it stand before it, with `!` between.
    name: String,
    /// What it is, by its own bytes; `folder` for a folder.
    #[schema(example = "csv")]
    kind: &'static str,
    /// How many bytes it takes in the archive.
    packed_bytes: u64,
    /// How many bytes it has; null for what was not unpacked.
    bytes: Option<u64>,
    /// How many archives of the file it is in, beside the file itself.
    depth: u8,
    /// The codes of the findings for which it should not be unpacked.
    refusals: Vec<String>,
}

impl InspectionView {
    /// The same for a reader.
    pub(crate) fn new(inspection: Inspection, locale: Locale) -> Self {
        let Inspection { kind, media_type, bytes, text, tables, archive, findings: found } = inspection;
        Self {
            kind: kind.as_str(),
            media_type,
            bytes,
            text: text.map(TextView::from),
            tables: tables.into_iter().map(TableView::from).collect(),
            archive: archive.map(ArchiveView::from),
            findings: findings(&found, locale),
        }
    }
}

impl From<TextForm> for TextView {
    fn from(text: TextForm) -> Self {
        let TextForm { encoding, separator, quote } = text;
        Self { encoding, separator: separator.map(String::from), quote: quote.map(String::from) }
    }
}

impl From<Table> for TableView {
    fn from(table: Table) -> Self {
        let Table { name, visibility, bounds, rows, columns, header, sample } = table;
        let visibility = match visibility {
            Visibility::Visible => "visible",
            Visibility::Hidden => "hidden",
            Visibility::VeryHidden => "very_hidden",
        };
        Self { name, visibility, bounds: bounds.map(BoundsView::from), rows, columns, header, sample }
    }
}

impl From<Bounds> for BoundsView {
    fn from(bounds: Bounds) -> Self {
        let Bounds { first_row, first_column, last_row, last_column } = bounds;
        Self { first_row, first_column, last_row, last_column }
    }
}

impl From<Archive> for ArchiveView {
    fn from(archive: Archive) -> Self {
        let Archive { entries, unpacked_bytes } = archive;
        Self { unpacked_bytes, entries: entries.into_iter().map(EntryView::from).collect() }
    }
}

impl From<Entry> for EntryView {
    fn from(entry: Entry) -> Self {
        let Entry { name, kind, packed_bytes, bytes, depth, refusals } = entry;
        Self { name, kind: kind.as_str(), packed_bytes, bytes, depth, refusals }
    }
}

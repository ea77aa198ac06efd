//! A table as its cells pass by: where they are, how many, the first of them, and what is odd about them.

use std::collections::BTreeMap;

use vitrina_app::ports::parser::{Bounds, Refusal, Table, Visibility, cell_pointer};
use vitrina_domain::finding::{Bilingual, Finding};

use crate::{cell, limit, warning};

/// A cell that passes; row and column count from 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell<'a> {
    pub(crate) row: u32,
    pub(crate) column: u32,
    pub(crate) text: &'a str,
    /// Whether it is text by its type, where cells have one.
    pub(crate) is_text: bool,
}

/// A value of one of the first rows.
#[derive(Debug, Clone)]
struct Kept {
    text: String,
    is_text: bool,
}

/// How often something was seen, and where first.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) count: u64,
    pub(crate) first: Option<(u32, u32)>,
}

impl Tally {
    pub(crate) fn add(&mut self, row: u32, column: u32) {
        self.count += 1;
        self.first.get_or_insert((row, column));
    }
}

/// What a table is bounded by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// The grid of spreadsheets; a sheet that extends far may say so in a few bytes.
    Sheet,
    /// The bytes of its file.
    File,
}

/// What is known of a table so far.
#[derive(Debug)]
pub(crate) struct Builder {
    extent: Extent,
    index: usize,
    name: Option<String>,
    visibility: Visibility,
    bounds: Option<Bounds>,
    rows: u64,
    last_row: Option<u32>,
    head: Vec<BTreeMap<u32, Kept>>,
    formula_starts: Tally,
}

impl Builder {
    /// A sheet without cells, at its place among the sheets.
    pub(crate) fn sheet(index: usize, name: String, visibility: Visibility) -> Self {
        Self { name: Some(name), ..Self::empty(Extent::Sheet, index, visibility) }
    }

    /// The one table of a text file.
    pub(crate) fn text() -> Self {
        Self::empty(Extent::File, 0, Visibility::Visible)
    }

    fn empty(extent: Extent, index: usize, visibility: Visibility) -> Self {
        Self {
            extent,
            index,
            name: None,
            visibility,
            bounds: None,
            rows: 0,
            last_row: None,
            head: Vec::new(),
            formula_starts: Tally::default(),
        }
    }

    /// Takes a cell that holds something, in the order of the file.
    pub(crate) fn take(&mut self, found: Cell<'_>) -> Result<(), Refusal> {
        let Cell { row, column, text, is_text } = found;
        self.widen(row, column)?;
        if self.last_row != Some(row) {
            self.last_row = Some(row);
            self.rows += 1;
            if self.head.len() <= limit::SAMPLE_ROWS {
                self.head.push(BTreeMap::new());
            }
        }
        if is_text && cell::is_formula(text) {
            self.formula_starts.add(row, column);
        }
        if self.rows <= u64::try_from(self.head.len()).unwrap_or(u64::MAX)
            && let Some(kept) = self.head.last_mut()
            && kept.len() < limit::SHOWN_COLUMNS
        {
            let text = text.chars().take(limit::VALUE_BYTES / 4).collect();
            kept.insert(column, Kept { text, is_text });
        }
        Ok(())
    }

    /// Takes the row again so many times, below itself.
    pub(crate) fn repeat_row(&mut self, row: u32, times: u32) -> Result<(), Refusal> {
        let column = self.bounds.map_or(0, |bounds| bounds.last_column - 1);
        self.rows = self.rows.saturating_add(u64::from(times));
        self.widen(row.saturating_add(times), column)
    }

    /// Widens the box to a cell.
    fn widen(&mut self, row: u32, column: u32) -> Result<(), Refusal> {
        let (rows, columns) = limit::GRID;
        if self.extent == Extent::Sheet && (row >= rows || column >= columns) {
            let message = Bilingual::new(
                format!("una celda fuera de la cuadrícula de {rows} filas y {columns} columnas"),
                format!("a cell outside of the grid of {rows} rows and {columns} columns"),
            );
            return Err(Refusal::unreadable("E-FILE-SHEET-GRID", self.pointer(row, column), message));
        }
        let (row, column) = (row.saturating_add(1), column.saturating_add(1));
        let bounds = self.bounds.get_or_insert(Bounds {
            first_row: row,
            first_column: column,
            last_row: row,
            last_column: column,
        });
        bounds.first_row = bounds.first_row.min(row);
        bounds.first_column = bounds.first_column.min(column);
        bounds.last_row = bounds.last_row.max(row);
        bounds.last_column = bounds.last_column.max(column);
        let cells = bounds.cells();
        if self.extent == Extent::Sheet && cells > limit::CELLS {
            let most = limit::CELLS;
            let message = Bilingual::new(
                format!("la hoja se extiende sobre {cells} celdas y el máximo es {most}"),
                format!("the sheet extends over {cells} cells, over the limit of {most}"),
            );
            return Err(Refusal::too_complex(
                "E-FILE-SHEET-SIZE",
                self.pointer(row - 1, column - 1),
                message,
            ));
        }
        Ok(())
    }

    /// The pointer to a cell of the table.
    pub(crate) fn pointer(&self, row: u32, column: u32) -> String {
        cell_pointer(self.index, row, column)
    }

    /// The table and what is odd about it.
    pub(crate) fn finish(self) -> (Table, Vec<Finding>) {
        let header = self.header();
        let mut findings = Vec::new();
        if let Some(header) = &header {
            findings.extend(header_findings(self.index, header));
        }
        if let Some((row, column)) = self.formula_starts.first {
            let count = self.formula_starts.count;
            findings.push(warning(
                "W-FILE-FORMULA-TEXT",
                self.pointer(row, column),
                format!("{count} textos empiezan como una fórmula: una hoja de cálculo los ejecutaría"),
                format!("{count} texts begin like a formula: a spreadsheet would run them"),
            ));
        }
        let columns = self.bounds.map_or(0, |bounds| u64::from(bounds.last_column - bounds.first_column) + 1);
        let sample = self.head.iter().skip(usize::from(header.is_some())).take(limit::SAMPLE_ROWS);
        let sample =
            sample.map(|row| self.line(row).iter().map(|text| cell::shown(text)).collect()).collect();
        let header = header.map(|names| names.iter().map(|name| cell::shown(name)).collect());
        let Self { name, visibility, bounds, rows, .. } = self;
        (Table { name, visibility, bounds, rows, columns, header, sample }, findings)
    }

    /// The values of a row from the first column on, as far as they are shown.
    fn line(&self, row: &BTreeMap<u32, Kept>) -> Vec<String> {
        let Some(bounds) = self.bounds else { return Vec::new() };
        let first = bounds.first_column - 1;
        let shown = u32::try_from(limit::SHOWN_COLUMNS).unwrap_or(u32::MAX);
        let end = bounds.last_column.min(first.saturating_add(shown));
        (first..end)
            .map(|column| row.get(&column).map_or_else(String::new, |kept| kept.text.clone()))
            .collect()
    }

    /// The first row, when it names what is below it: text in all of its values, and something below.
    fn header(&self) -> Option<Vec<String>> {
        let first = self.head.first()?;
        let names = |kept: &Kept| kept.is_text && !cell::is_number(&kept.text);
        let is_header = self.rows > 1 && !first.is_empty() && first.values().all(names);
        is_header.then(|| self.line(first))
    }
}

/// What is odd about the names of columns.
fn header_findings(table: usize, header: &[String]) -> Vec<Finding> {
    /// Names that programs keep for themselves.
    const RESERVED: [&str; 6] = ["__proto__", "constructor", "prototype", "rowid", "_id", "oid"];
    let mut findings = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut nameless = Tally::default();
    let pointer = |column: usize| format!("/tables/{table}/header/{column}");
    for (column, name) in header.iter().enumerate() {
        let folded = name.trim().to_lowercase();
        if folded.is_empty() {
            nameless.add(0, u32::try_from(column).unwrap_or(u32::MAX));
        } else if seen.insert(folded.clone(), column).is_some() {
            findings.push(warning(
                "W-FILE-HEADER-REPEATED",
                pointer(column),
                format!("dos columnas se llaman «{}»", cell::shown(name)),
                format!("two columns are called \"{}\"", cell::shown(name)),
            ));
        } else if RESERVED.contains(&folded.as_str()) {
            findings.push(warning(
                "W-FILE-HEADER-RESERVED",
                pointer(column),
                format!("«{folded}» es un nombre que los programas se reservan"),
                format!("\"{folded}\" is a name that programs keep for themselves"),
            ));
        }
        if name.chars().any(is_unseen) {
            findings.push(warning(
                "W-FILE-HEADER-UNSEEN",
                pointer(column),
                "el nombre de la columna lleva caracteres que no se ven",
                "the name of the column has characters that are not seen",
            ));
        }
    }
    if let Some((_, column)) = nameless.first {
        let count = nameless.count;
        findings.push(warning(
            "W-FILE-HEADER-EMPTY",
            format!("/tables/{table}/header/{column}"),
            format!("{count} columnas no tienen nombre"),
            format!("{count} columns have no name"),
        ));
    }
    findings
}

/// Control characters, marks of direction, and what has no width.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(rows: &[&[&str]]) -> (Table, Vec<Finding>) {
        let mut builder = Builder::text();
        for (row, values) in rows.iter().enumerate() {
            for (column, text) in values.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
                let (row, column) = (u32::try_from(row).unwrap(), u32::try_from(column).unwrap());
                builder.take(Cell { row, column, text, is_text: true }).unwrap();
            }
        }
        builder.finish()
    }

    fn codes(findings: &[Finding]) -> Vec<(&str, &str)> {
        findings.iter().map(|finding| (finding.code.as_str(), finding.pointer.as_str())).collect()
    }

    #[test]
    fn a_header_is_a_first_row_of_words() {
        let (table, findings) = built(&[&["clave", "total"], &["09", "1"], &["10", "2"]]);
        assert_eq!(table.header.unwrap(), ["clave", "total"]);
        assert_eq!(table.sample, [["09", "1"], ["10", "2"]]);
        assert_eq!((table.rows, table.columns), (3, 2));
        assert_eq!(findings, []);
        let (table, _) = built(&[&["1", "2"], &["3", "4"]]);
        assert_eq!((table.header, table.sample.len()), (None, 2));
    }

    #[test]
    fn odd_names_of_columns_are_told() {
        let (_, findings) = built(&[&["a", "", "A ", "__proto__", "x\u{202e}y"], &["1", "2", "3", "4", "5"]]);
        assert_eq!(
            codes(&findings),
            [
                ("W-FILE-HEADER-REPEATED", "/tables/0/header/2"),
                ("W-FILE-HEADER-RESERVED", "/tables/0/header/3"),
                ("W-FILE-HEADER-UNSEEN", "/tables/0/header/4"),
                ("W-FILE-HEADER-EMPTY", "/tables/0/header/1"),
            ]
        );
    }

    #[test]
    fn formulas_in_text_are_counted_and_shown_as_text() {
        let (table, findings) = built(&[&["a"], &["=1+1"], &["@x1"], &["-5"]]);
        assert_eq!(codes(&findings), [("W-FILE-FORMULA-TEXT", "/tables/0/cells/A2")]);
        assert_eq!(table.sample, [["'=1+1"], ["'@x1"], ["-5"]]);
    }

    #[test]
    fn a_box_of_too_many_cells_is_refused_at_the_cell_that_makes_it() {
        let mut builder = Builder::sheet(2, "Hoja".to_owned(), Visibility::Visible);
        let cell = |row, column| Cell { row, column, text: "x", is_text: true };
        builder.take(cell(0, 0)).unwrap();
        let refusal = builder.take(cell(1_048_575, 16_383)).unwrap_err();
        assert_eq!(refusal.finding.code, "E-FILE-SHEET-SIZE");
        assert_eq!(refusal.finding.pointer, "/tables/2/cells/XFD1048576");
        assert_eq!(builder.take(cell(1_048_576, 0)).unwrap_err().finding.code, "E-FILE-SHEET-GRID");
        assert_eq!(builder.take(cell(0, 16_384)).unwrap_err().finding.code, "E-FILE-SHEET-GRID");
    }

    #[test]
    fn only_the_first_rows_and_columns_are_kept() {
        let row: Vec<&str> = vec!["x"; 1_000];
        let (table, _) = built(&[row.as_slice(); 100]);
        assert_eq!((table.rows, table.columns), (100, 1_000));
        assert_eq!(table.header.unwrap().len(), limit::SHOWN_COLUMNS);
        assert_eq!(table.sample.len(), limit::SAMPLE_ROWS);
        assert!(table.sample.iter().all(|row| row.len() == limit::SHOWN_COLUMNS));
    }
}

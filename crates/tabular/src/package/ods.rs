//! Workbooks of `OpenDocument`, cell by cell.
//!
//! A few bytes can repeat a cell over a whole sheet, and the library for the other formats writes all of them out; here
//! what is repeated is counted.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Read, Seek},
};

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};
use vitrina_app::ports::parser::{Inspection, Visibility, part_pointer};
use zip::ZipArchive;

use crate::{
    error::{InspectError, damaged},
    limit,
    table::{Builder, Cell, Tally},
    told,
};

/// The part with the sheets.
const CONTENT: &str = "content.xml";

/// Reads the sheets of a workbook that was looked over.
pub(super) fn read<R: Read + Seek>(file: &mut R, inspection: &mut Inspection) -> Result<(), InspectError> {
    let pointer = part_pointer(CONTENT);
    let mut archive = ZipArchive::new(file).map_err(|error| damaged("", &error))?;
    let content = archive.by_name(CONTENT).map_err(|error| damaged(&pointer, &error))?;
    let mut sheets =
        Sheets { inspection, hidden_styles: BTreeSet::new(), style: String::new(), sheet: None, count: 0 };
    sheets.read(BufReader::new(content), &pointer)
}

/// What is known while the sheets pass.
struct Sheets<'a> {
    inspection: &'a mut Inspection,
    /// The styles by which a sheet is hidden, and the one that is being told.
    hidden_styles: BTreeSet<String>,
    style: String,
    sheet: Option<Passing>,
    count: usize,
}

/// The sheet that passes.
struct Passing {
    index: usize,
    builder: Builder,
    row: u32,
    row_repeats: u32,
    row_has_values: bool,
    column: u32,
    /// The cell that passes.
    value: Option<Value>,
    formulas: Tally,
    hidden_rows: u64,
    hidden_columns: u64,
}

struct Value {
    repeats: u32,
    /// The value that the cell tells; without one it is its text.
    told: Option<String>,
    text: String,
}

impl Sheets<'_> {
    fn read(&mut self, content: impl BufRead, pointer: &str) -> Result<(), InspectError> {
        let mut reader = Reader::from_reader(content);
        // Damage shows where a tag has no end; whether ends fit is nothing to us.
        reader.config_mut().check_end_names = false;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer).map_err(|error| damaged(pointer, &error))? {
                Event::Eof => {
                    self.inspection.findings.extend(told::left_out(self.count));
                    return Ok(());
                }
                Event::Start(tag) => self.begin(&tag),
                Event::Empty(tag) => {
                    self.begin(&tag);
                    self.end(tag.local_name().as_ref())?;
                }
                Event::End(tag) => self.end(tag.local_name().as_ref())?,
                Event::Text(text) => self.text(&text.xml10_content()),
                Event::CData(text) => self.text(&text.xml10_content()),
                Event::GeneralRef(reference) => self.text(&resolved(&reference)),
                _ => {}
            }
        }
    }

    fn begin(&mut self, tag: &BytesStart<'_>) {
        let says = |name: &str, value: &str| attribute(tag, name).is_some_and(|found| found == value);
        match (tag.local_name().as_ref(), &mut self.sheet) {
            ("style", None) => self.style = attribute(tag, "name").unwrap_or_default(),
            ("table-properties", None) if says("display", "false") => {
                self.hidden_styles.insert(self.style.clone());
            }
            ("table", None) => self.begin_sheet(tag),
            ("table-column", Some(sheet)) => {
                sheet.hidden_columns += u64::from(says("visibility", "collapse"));
            }
            ("table-row", Some(sheet)) => {
                sheet.hidden_rows += u64::from(says("visibility", "collapse"));
                sheet.row_repeats = repeats(tag, "number-rows-repeated");
                (sheet.column, sheet.row_has_values) = (0, false);
            }
            ("table-cell" | "covered-table-cell", Some(sheet)) => sheet.begin_cell(tag),
            _ => {}
        }
    }

    fn begin_sheet(&mut self, tag: &BytesStart<'_>) {
        let index = self.count;
        self.count += 1;
        if index >= limit::SHEETS {
            return;
        }
        let name = attribute(tag, "name").unwrap_or_default();
        let style = attribute(tag, "style-name").unwrap_or_default();
        let is_hidden = self.hidden_styles.contains(&style);
        let visibility = if is_hidden { Visibility::Hidden } else { Visibility::Visible };
        self.inspection.findings.extend(told::hidden(index, &name, visibility));
        self.sheet = Some(Passing {
            index,
            builder: Builder::sheet(index, name, visibility),
            row: 0,
            row_repeats: 1,
            row_has_values: false,
            column: 0,
            value: None,
            formulas: Tally::default(),
            hidden_rows: 0,
            hidden_columns: 0,
        });
    }

    fn text(&mut self, text: &str) {
        if let Some(value) = self.sheet.as_mut().and_then(|sheet| sheet.value.as_mut()) {
            let room = limit::VALUE_BYTES.saturating_sub(value.text.len());
            value.text.push_str(text.get(..text.floor_char_boundary(room)).unwrap_or_default());
        }
    }

    fn end(&mut self, name: &str) -> Result<(), InspectError> {
        let Some(sheet) = &mut self.sheet else { return Ok(()) };
        match name {
            "table-cell" | "covered-table-cell" => sheet.end_cell()?,
            "table-row" => sheet.end_row()?,
            "table" => {
                if let Some(sheet) = self.sheet.take() {
                    sheet.finish(self.inspection);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

impl Passing {
    fn begin_cell(&mut self, tag: &BytesStart<'_>) {
        if attribute(tag, "formula").is_some() {
            self.formulas.add(self.row, self.column);
        }
        let told = ["value", "date-value", "time-value", "boolean-value"];
        self.value = Some(Value {
            repeats: repeats(tag, "number-columns-repeated"),
            told: told.iter().find_map(|name| attribute(tag, name)),
            text: String::new(),
        });
    }

    fn end_cell(&mut self) -> Result<(), InspectError> {
        let Some(Value { repeats, told, text }) = self.value.take() else { return Ok(()) };
        let is_text = told.is_none();
        let text = told.unwrap_or(text);
        let after = self.column.saturating_add(repeats);
        if !text.is_empty() {
            self.row_has_values = true;
            let (row, text) = (self.row, text.as_str());
            for column in [self.column, after - 1].into_iter().take(if repeats > 1 { 2 } else { 1 }) {
                self.builder.take(Cell { row, column, text, is_text })?;
            }
        }
        self.column = after;
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), InspectError> {
        if self.row_has_values && self.row_repeats > 1 {
            self.builder.repeat_row(self.row, self.row_repeats - 1)?;
        }
        self.row = self.row.saturating_add(self.row_repeats);
        Ok(())
    }

    fn finish(self, inspection: &mut Inspection) {
        let Self { index, builder, formulas, hidden_rows, hidden_columns, .. } = self;
        if let Some((row, column)) = formulas.first {
            inspection.findings.push(told::formulas(&builder.pointer(row, column), formulas.count));
        }
        if hidden_rows + hidden_columns > 0 {
            inspection.findings.push(told::hidden_lines(index, hidden_rows, hidden_columns));
        }
        let (table, findings) = builder.finish();
        inspection.tables.push(table);
        inspection.findings.extend(findings);
    }
}

/// The value of an attribute, by its name without prefix.
fn attribute(tag: &BytesStart<'_>, wanted: &str) -> Option<String> {
    let found = tag.attributes().flatten().find(|found| found.key.local_name().as_ref() == wanted)?;
    Some(found.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned())
}

/// How often something is repeated.
fn repeats(tag: &BytesStart<'_>, name: &str) -> u32 {
    attribute(tag, name).and_then(|text| text.parse().ok()).unwrap_or(1).max(1)
}

/// What an entity or a character reference stands for.
fn resolved(reference: &quick_xml::events::BytesRef<'_>) -> String {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return character.to_string();
    }
    let name = reference.xml10_content();
    quick_xml::escape::resolve_predefined_entity(&name).unwrap_or_default().to_owned()
}

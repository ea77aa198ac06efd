//! Workbooks of Office Open XML, cell by cell.
//!
//! Never as a range: a sheet with a value in its first and in its last cell is a range of seventeen thousand million.

use std::io::{Read, Seek};

use calamine::{Data, DataRef, DataType as _, Reader as _, Sheet, SheetType, SheetVisible, Xlsx, XlsxError};
use vitrina_app::ports::parser::{Inspection, Visibility, cell_pointer};
use vitrina_domain::finding::Finding;

use super::seen::{Seen, SheetSeen};
use crate::{
    error::{InspectError, damaged},
    limit,
    table::{Builder, Cell},
    told,
};

/// Reads the sheets of a workbook that was looked over.
pub(super) fn read<R: Read + Seek>(
    file: &mut R,
    seen: &Seen,
    inspection: &mut Inspection,
) -> Result<(), InspectError> {
    let mut workbook = Xlsx::new(file).map_err(|error| unreadable("", &error))?;
    let sheets = workbook.sheets_metadata().to_vec();
    inspection.findings.extend(told::left_out(sheets.len()));
    for (index, sheet) in sheets.into_iter().enumerate().take(limit::SHEETS) {
        let Sheet { name, typ, visible } = sheet;
        let visibility = visibility(visible);
        inspection.findings.extend(told::hidden(index, &name, visibility));
        let mut builder = Builder::sheet(index, name.clone(), visibility);
        if typ == SheetType::WorkSheet {
            read_sheet(&mut workbook, &name, index, &mut builder)?;
        }
        if let Some(seen) = seen.sheet(index) {
            inspection.findings.extend(unshown(index, seen));
        }
        let (table, findings) = builder.finish();
        inspection.tables.push(table);
        inspection.findings.extend(findings);
    }
    Ok(())
}

fn read_sheet<R: Read + Seek>(
    workbook: &mut Xlsx<R>,
    name: &str,
    index: usize,
    builder: &mut Builder,
) -> Result<(), InspectError> {
    let pointer = format!("/tables/{index}");
    let mut cells = workbook.worksheet_cells_reader(name).map_err(|error| unreadable(&pointer, &error))?;
    while let Some(found) = cells.next_cell().map_err(|error| unreadable(&pointer, &error))? {
        let (row, column) = found.get_position();
        let value = found.get_value();
        let is_text = value.is_string();
        let taken = match value {
            DataRef::Empty => Ok(()),
            DataRef::String(text) => builder.take(Cell { row, column, text, is_text }),
            DataRef::SharedString(text) => builder.take(Cell { row, column, text, is_text }),
            other => {
                builder.take(Cell { row, column, text: &Data::from(other.clone()).to_string(), is_text })
            }
        };
        taken?;
    }
    Ok(())
}

fn unreadable(pointer: &str, error: &XlsxError) -> InspectError {
    damaged(pointer, error)
}

fn visibility(visible: SheetVisible) -> Visibility {
    match visible {
        SheetVisible::Visible => Visibility::Visible,
        SheetVisible::Hidden => Visibility::Hidden,
        SheetVisible::VeryHidden => Visibility::VeryHidden,
    }
}

/// What a sheet holds that nobody sees who looks at it.
fn unshown(index: usize, seen: &SheetSeen) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some((row, column)) = seen.formulas.first {
        findings.push(told::formulas(&cell_pointer(index, row, column), seen.formulas.count));
    }
    let hidden = seen.hidden_rows + seen.hidden_columns;
    findings.extend((hidden > 0).then(|| told::hidden_lines(index, seen.hidden_rows, seen.hidden_columns)));
    findings
}

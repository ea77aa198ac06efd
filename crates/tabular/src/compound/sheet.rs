//! A sheet as its records pass.

use vitrina_app::ports::parser::{Refusal, Table, Visibility};
use vitrina_domain::finding::{Bilingual, Finding};

use super::{
    record::{Data, kind},
    strings::{self, Strings},
};
use crate::{
    error::{InspectError, damage},
    table::{Builder, Cell, Tally},
    told,
};

/// How many columns such a sheet has.
const COLUMNS: u32 = 256;

/// A sheet that passes.
pub(super) struct Sheet {
    index: usize,
    builder: Builder,
    formulas: Tally,
    hidden_rows: u64,
    hidden_columns: u64,
    /// The cell whose text follows its formula.
    awaited: Option<(u32, u32)>,
}

impl Sheet {
    pub(super) fn new(index: usize, name: String, visibility: Visibility) -> Self {
        Self {
            index,
            builder: Builder::sheet(index, name, visibility),
            formulas: Tally::default(),
            hidden_rows: 0,
            hidden_columns: 0,
            awaited: None,
        }
    }

    /// Takes the next record.
    pub(super) fn take(&mut self, kind: u16, data: Data<'_>, shared: &Strings) -> Result<(), InspectError> {
        match kind {
            kind::NUMBER => self.number(data, data.real(6)?)?,
            kind::PACKED => self.number(data, unpacked(data.long(6)?))?,
            kind::SEVERAL => self.several(data)?,
            kind::SHARED_TEXT => {
                let text = shared.get(data.long(6)?).ok_or_else(|| damage(&self.pointer()))?;
                self.cell(place(data)?, text, true)?;
            }
            kind::TEXT | kind::RICH_TEXT => {
                let text = strings::text(data, usize::from(data.short(6)?), 8)?;
                self.cell(place(data)?, &text, true)?;
            }
            kind::TRUTH => {
                let text = if data.byte(7)? == 0 { truth(data.byte(6)?) } else { mistake(data.byte(6)?) };
                self.cell(place(data)?, text, false)?;
            }
            kind::FORMULA => self.formula(data)?,
            kind::FORMULA_TEXT => {
                if let Some(place) = self.awaited.take() {
                    let text = strings::text(data, usize::from(data.short(0)?), 2)?;
                    self.cell(place, &text, true)?;
                }
            }
            kind::ROW => self.hidden_rows += u64::from(data.short(12)? & 0x20 != 0),
            kind::COLUMN_INFO => self.hidden_columns += u64::from(data.short(8)? & 1 != 0),
            _ => {}
        }
        Ok(())
    }

    fn pointer(&self) -> String {
        format!("/tables/{}", self.index)
    }

    fn cell(&mut self, (row, column): (u32, u32), text: &str, is_text: bool) -> Result<(), Refusal> {
        if column >= COLUMNS {
            let message = Bilingual::new(
                format!("una celda fuera de la cuadrícula de {COLUMNS} columnas"),
                format!("a cell outside of the grid of {COLUMNS} columns"),
            );
            let pointer = self.builder.pointer(row, column);
            return Err(Refusal::unreadable("E-FILE-SHEET-GRID", pointer, message));
        }
        if text.is_empty() { Ok(()) } else { self.builder.take(Cell { row, column, text, is_text }) }
    }

    fn number(&mut self, data: Data<'_>, number: f64) -> Result<(), Refusal> {
        self.cell(place(data)?, &number.to_string(), false)
    }

    /// Numbers beside each other.
    fn several(&mut self, data: Data<'_>) -> Result<(), Refusal> {
        let (row, first) = place(data)?;
        // Row and first column before them, the last column behind them.
        let cells = data.0.len().saturating_sub(6) / 6;
        for (column, at) in (first..).zip((0..cells).map(|cell| 4 + 6 * cell)) {
            self.cell((row, column), &unpacked(data.long(at + 2)?).to_string(), false)?;
        }
        Ok(())
    }

    fn formula(&mut self, data: Data<'_>) -> Result<(), Refusal> {
        let (row, column) = place(data)?;
        self.formulas.add(row, column);
        // A value that is no number says so by what no number ends with.
        if data.short(12)? != 0xffff {
            return self.number(data, data.real(6)?);
        }
        match data.byte(6)? {
            0 => self.awaited = Some((row, column)),
            1 => self.cell((row, column), truth(data.byte(8)?), false)?,
            2 => self.cell((row, column), mistake(data.byte(8)?), false)?,
            _ => {}
        }
        Ok(())
    }

    /// The table and what is odd about it.
    pub(super) fn finish(self) -> (Table, Vec<Finding>) {
        let Self { index, builder, formulas, hidden_rows, hidden_columns, awaited: _ } = self;
        let mut findings = Vec::new();
        if let Some((row, column)) = formulas.first {
            findings.push(told::formulas(&builder.pointer(row, column), formulas.count));
        }
        if hidden_rows + hidden_columns > 0 {
            findings.push(told::hidden_lines(index, hidden_rows, hidden_columns));
        }
        let (table, found) = builder.finish();
        findings.extend(found);
        (table, findings)
    }
}

/// Row and column of a cell.
fn place(data: Data<'_>) -> Result<(u32, u32), Refusal> {
    Ok((data.short(0)?.into(), data.short(2)?.into()))
}

/// A number of four bytes: a whole one or the beginning of another, perhaps a hundred times as large.
fn unpacked(packed: u32) -> f64 {
    let number = if packed & 2 == 0 {
        f64::from_bits(u64::from(packed & !3) << 32)
    } else {
        f64::from(packed.cast_signed() >> 2)
    };
    if packed & 1 == 0 { number } else { number / 100.0 }
}

const fn truth(byte: u8) -> &'static str {
    if byte == 0 { "false" } else { "true" }
}

const fn mistake(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0f => "#VALUE!",
        0x17 => "#REF!",
        0x1d => "#NAME?",
        0x24 => "#NUM!",
        0x2a => "#N/A",
        _ => "#ERROR!",
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0x3ff0_0000, 1.0)]
    #[case(0x3ff0_0001, 0.01)]
    #[case(12 << 2 | 2, 12.0)]
    #[case(1_234 << 2 | 3, 12.34)]
    #[case((-5_i32 << 2 | 2).cast_unsigned(), -5.0)]
    fn numbers_are_unpacked(#[case] packed: u32, #[case] expected: f64) {
        assert!((unpacked(packed) - expected).abs() < 1e-12, "{}", unpacked(packed));
    }
}

//! Workbooks of old Microsoft Excel, record by record.

use std::{collections::BTreeMap, io::Read};

use vitrina_app::ports::parser::{Inspection, Table, Visibility};
use vitrina_domain::finding::Finding;

use super::{
    record::{Data, Records, kind},
    sheet::Sheet,
    strings::{self, Strings},
};
use crate::{
    error::{InspectError, damage},
    limit, package,
    told::{self, Sign},
};

/// The version of records since Excel 97.
const VERSION: u16 = 0x0600;

/// What a sheet is, as the workbook says.
const WORKSHEET: u8 = 0;
const MACRO_SHEET: u8 = 1;
const PROGRAM: u8 = 6;

/// Links of the workbook to itself and to functions that were added: no other file.
const OWN: u16 = 0x0401;
const ADDED: u16 = 0x3a01;

/// Reads the sheets of a workbook; gives what it carries.
pub(super) fn read(stream: impl Read, inspection: &mut Inspection) -> Result<Vec<Sign>, InspectError> {
    let mut records = Records::of(stream);
    let begin = records.next()?.ok_or_else(|| damage(""))?;
    if begin.kind != kind::BEGIN {
        return Err(damage("").into());
    }
    if records.data().short(0)? != VERSION {
        // Older than 1997: text in one of many encodings, other records.
        inspection.findings.push(package::unread());
        return Ok(Vec::new());
    }
    let mut book = Book::default();
    book.globals(&mut records)?;
    inspection.findings.extend(told::left_out(book.sheets.len()));
    for (index, sheet) in book.sheets.iter().enumerate().take(limit::SHEETS) {
        inspection.findings.extend(told::hidden(index, &sheet.name, sheet.visibility));
    }
    book.rest(&mut records)?;
    for ((index, told), found) in book.sheets.into_iter().enumerate().zip(book.found) {
        let (table, findings) = match found {
            Some(found) => found,
            None if told.kind == WORKSHEET => return Err(damage(&format!("/tables/{index}")).into()),
            // What is no table need not be there.
            None => Sheet::new(index, told.name, told.visibility).finish(),
        };
        inspection.tables.push(table);
        inspection.findings.extend(findings);
    }
    Ok(book.signs)
}

/// What the workbook says of a sheet.
struct Told {
    name: String,
    visibility: Visibility,
    kind: u8,
}

/// What is known of a workbook.
#[derive(Default)]
struct Book {
    sheets: Vec<Told>,
    /// By the place where it begins: the sheet.
    places: BTreeMap<u64, usize>,
    strings: Strings,
    signs: Vec<Sign>,
    /// By sheet: its table and what is odd about it.
    found: Vec<Option<(Table, Vec<Finding>)>>,
}

impl Book {
    /// Reads what is said of the workbook as a whole.
    fn globals<S: Read>(&mut self, records: &mut Records<S>) -> Result<(), InspectError> {
        while let Some(record) = records.next()? {
            match record.kind {
                kind::END => {
                    self.found.resize_with(self.sheets.len().min(limit::SHEETS), || None);
                    return Ok(());
                }
                kind::LOCK => return Err(package::locked().into()),
                kind::SHEET => self.sheet(records.data())?,
                kind::TEXTS => self.strings = Strings::read(records)?,
                kind::BOOK if !matches!(records.data().short(2)?, OWN | ADDED) => {
                    self.sign(Sign::EXTERNAL_LINKS);
                }
                kind::CONNECTION => self.sign(Sign::CONNECTIONS),
                _ => {}
            }
        }
        Err(damage("").into())
    }

    fn sheet(&mut self, data: Data<'_>) -> Result<(), InspectError> {
        let visibility = match data.byte(4)? & 3 {
            0 => Visibility::Visible,
            1 => Visibility::Hidden,
            _ => Visibility::VeryHidden,
        };
        let kind = data.byte(5)?;
        if matches!(kind, MACRO_SHEET | PROGRAM) {
            self.sign(Sign::MACROS);
        }
        let name = strings::text(data, usize::from(data.byte(6)?), 7)?;
        // Two sheets at one place would be one of them to one program and the other to another.
        if self.places.insert(data.long(0)?.into(), self.sheets.len()).is_some() {
            return Err(damage("/tables").into());
        }
        self.sheets.push(Told { name, visibility, kind });
        Ok(())
    }

    fn sign(&mut self, sign: Sign) {
        if !self.signs.contains(&sign) {
            self.signs.push(sign);
        }
    }

    /// Reads the sheets, which follow in any order.
    fn rest<S: Read>(&mut self, records: &mut Records<S>) -> Result<(), InspectError> {
        while let Some(record) = records.next()? {
            if record.kind != kind::BEGIN {
                continue;
            }
            let index = self.places.get(&record.position).copied();
            let told = index.and_then(|index| Some((index, self.sheets.get(index)?)));
            let sheet = told.filter(|(index, _)| *index < limit::SHEETS).map(|(index, told)| {
                let is_read = told.kind == WORKSHEET;
                (index, is_read, Sheet::new(index, told.name.clone(), told.visibility))
            });
            match sheet {
                Some((index, is_read, mut sheet)) => {
                    self.pass(records, is_read.then_some(&mut sheet))?;
                    if let Some(found) = self.found.get_mut(index) {
                        *found = Some(sheet.finish());
                    }
                }
                None => self.pass(records, None)?,
            }
        }
        Ok(())
    }

    /// Passes over what was begun, to its end. Charts stand within sheets as sheets of their own.
    fn pass<S: Read>(
        &mut self,
        records: &mut Records<S>,
        mut sheet: Option<&mut Sheet>,
    ) -> Result<(), InspectError> {
        let mut depth: u32 = 0;
        while let Some(record) = records.next()? {
            match record.kind {
                kind::BEGIN => depth += 1,
                kind::END if depth == 0 => return Ok(()),
                kind::END => depth -= 1,
                kind::NOTE => self.sign(Sign::COMMENTS),
                kind::QUERY | kind::QUERY_TABLE | kind::CONNECTION => self.sign(Sign::CONNECTIONS),
                kind if depth == 0 => {
                    if let Some(sheet) = &mut sheet {
                        sheet.take(kind, records.data(), &self.strings)?;
                    }
                }
                _ => {}
            }
        }
        Err(damage("").into())
    }
}

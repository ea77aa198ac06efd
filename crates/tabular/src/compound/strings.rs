//! Text in records: that of cells, and the table of texts that cells share.

use std::io::Read;

use super::record::{Data, Records};
use crate::{
    error::{InspectError, damage},
    limit,
};

/// How many characters of a text are kept.
const KEPT: usize = limit::VALUE_BYTES / 4;

/// The flags of a text: letters of two bytes; what follows the text.
const WIDE: u8 = 1;
const EXTENDED: u8 = 4;
const RICH: u8 = 8;

/// Texts that cells share, their beginnings.
#[derive(Debug, Default)]
pub(super) struct Strings {
    text: String,
    /// Where each ends.
    ends: Vec<u32>,
}

impl Strings {
    /// Reads the table that begins with the record that was read last.
    pub(super) fn read<S: Read>(records: &mut Records<S>) -> Result<Self, InspectError> {
        let mut strings = Self::default();
        let mut pieces = Pieces { records, at: 4 };
        let count = pieces.long()?;
        for _ in 0..count {
            // A table that holds less than it says lacks what a cell may refer to.
            if pieces.is_at_end()? {
                break;
            }
            strings.push(&pieces.text()?)?;
        }
        Ok(strings)
    }

    fn push(&mut self, text: &str) -> Result<(), InspectError> {
        self.text.push_str(text);
        self.ends.push(u32::try_from(self.text.len()).map_err(|_long| damage(""))?);
        Ok(())
    }

    /// A text by its number.
    pub(super) fn get(&self, number: u32) -> Option<&str> {
        let number = usize::try_from(number).ok()?;
        let place = |end: &u32| usize::try_from(*end).ok();
        let start = number.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).and_then(place))?;
        self.text.get(start..place(self.ends.get(number)?)?)
    }
}

/// Text whose length stands before it in one byte or two: as much of it as the record holds.
pub(super) fn text(data: Data<'_>, length: usize, flags: usize) -> Result<String, InspectError> {
    let is_wide = data.byte(flags)? & WIDE != 0;
    Ok(decoded(data.from(flags + 1).0, length, is_wide))
}

fn decoded(bytes: &[u8], length: usize, is_wide: bool) -> String {
    let length = length.min(KEPT);
    if is_wide {
        let units: Vec<u16> =
            bytes.as_chunks::<2>().0.iter().take(length).map(|unit| u16::from_le_bytes(*unit)).collect();
        return String::from_utf16_lossy(&units);
    }
    // One byte for each character, the first 256 of Unicode.
    bytes.iter().take(length).map(|byte| char::from(*byte)).collect()
}

/// A record and what goes on with it.
struct Pieces<'a, S> {
    records: &'a mut Records<S>,
    at: usize,
}

impl<S: Read> Pieces<'_, S> {
    /// The bytes that are left of this piece; of the next one when there are none.
    fn rest(&mut self) -> Result<Data<'_>, InspectError> {
        if self.is_at_end()? {
            return Err(damage("").into());
        }
        Ok(self.records.data().from(self.at))
    }

    fn is_at_end(&mut self) -> Result<bool, InspectError> {
        while self.records.data().from(self.at).0.is_empty() {
            if !self.records.go_on()? {
                return Ok(true);
            }
            self.at = 0;
        }
        Ok(false)
    }

    fn byte(&mut self) -> Result<u8, InspectError> {
        let byte = self.rest()?.byte(0)?;
        self.at += 1;
        Ok(byte)
    }

    fn short(&mut self) -> Result<u16, InspectError> {
        Ok(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    fn long(&mut self) -> Result<u32, InspectError> {
        Ok(u32::from_le_bytes([self.byte()?, self.byte()?, self.byte()?, self.byte()?]))
    }

    fn skip(&mut self, mut bytes: usize) -> Result<(), InspectError> {
        while bytes > 0 {
            let some = self.rest()?.0.len().min(bytes);
            self.at += some;
            bytes -= some;
        }
        Ok(())
    }

    /// The next text of the table.
    fn text(&mut self) -> Result<String, InspectError> {
        let mut left = usize::from(self.short()?);
        let flags = self.byte()?;
        let runs = if flags & RICH != 0 { usize::from(self.short()?) * 4 } else { 0 };
        let extension = if flags & EXTENDED != 0 { self.long()? } else { 0 };
        let mut is_wide = flags & WIDE != 0;
        let mut text = String::new();
        let mut kept = 0;
        while left > 0 {
            if self.records.data().from(self.at).0.is_empty() {
                // What goes on in another record says anew how wide its letters are.
                is_wide = self.byte()? & WIDE != 0;
            }
            let rest = self.rest()?;
            let width = if is_wide { 2 } else { 1 };
            let some = (rest.0.len() / width).min(left);
            if some == 0 {
                return Err(damage("").into());
            }
            let part = decoded(rest.0, some.min(KEPT - kept), is_wide);
            text.push_str(&part);
            kept += some.min(KEPT - kept);
            self.at += some * width;
            left -= some;
        }
        self.skip(runs)?;
        self.skip(usize::try_from(extension).unwrap_or(usize::MAX))?;
        Ok(text)
    }
}

//! Records: a kind, a length, and so many bytes.

use std::io::{ErrorKind, Read};

use vitrina_app::ports::parser::Refusal;

use crate::error::{InspectError, damage, damaged};

/// The kinds that are looked at, by their numbers in MS-XLS.
pub(super) mod kind {
    pub(crate) const FORMULA: u16 = 0x0006;
    pub(crate) const END: u16 = 0x000a;
    pub(crate) const NOTE: u16 = 0x001c;
    pub(crate) const LOCK: u16 = 0x002f;
    /// What goes on with the record before it.
    pub(crate) const CONTINUE: u16 = 0x003c;
    pub(crate) const COLUMN_INFO: u16 = 0x007d;
    pub(crate) const SHEET: u16 = 0x0085;
    pub(crate) const SEVERAL: u16 = 0x00bd;
    pub(crate) const RICH_TEXT: u16 = 0x00d6;
    pub(crate) const QUERY: u16 = 0x00dc;
    pub(crate) const TEXTS: u16 = 0x00fc;
    pub(crate) const SHARED_TEXT: u16 = 0x00fd;
    pub(crate) const QUERY_TABLE: u16 = 0x01ad;
    pub(crate) const BOOK: u16 = 0x01ae;
    pub(crate) const NUMBER: u16 = 0x0203;
    pub(crate) const TEXT: u16 = 0x0204;
    pub(crate) const TRUTH: u16 = 0x0205;
    pub(crate) const FORMULA_TEXT: u16 = 0x0207;
    pub(crate) const ROW: u16 = 0x0208;
    pub(crate) const PACKED: u16 = 0x027e;
    pub(crate) const BEGIN: u16 = 0x0809;
    pub(crate) const CONNECTION: u16 = 0x0876;
}

/// The records of a stream.
#[derive(Debug)]
pub(super) struct Records<S> {
    stream: S,
    position: u64,
    /// Kind and length of a record whose bytes were not read yet.
    begun: Option<(u16, u16)>,
    data: Vec<u8>,
}

/// A record; its bytes are with the reader.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    pub(super) kind: u16,
    /// Where it begins in the stream.
    pub(super) position: u64,
}

impl<S: Read> Records<S> {
    pub(super) fn of(stream: S) -> Self {
        Self { stream, position: 0, begun: None, data: Vec::new() }
    }

    /// The next record; nothing at the end.
    pub(super) fn next(&mut self) -> Result<Option<Record>, InspectError> {
        let position = self.position;
        let Some((kind, length)) = self.header()? else { return Ok(None) };
        self.data.resize(usize::from(length), 0);
        self.stream.read_exact(&mut self.data).map_err(|error| damaged("", &error))?;
        self.begun = None;
        self.position += 4 + u64::from(length);
        Ok(Some(Record { kind, position }))
    }

    /// Goes on with the record that was read last, where it goes on.
    pub(super) fn go_on(&mut self) -> Result<bool, InspectError> {
        if self.header()?.is_some_and(|(found, _)| found == kind::CONTINUE) {
            return Ok(self.next()?.is_some());
        }
        Ok(false)
    }

    /// The bytes of the record.
    pub(super) fn data(&self) -> Data<'_> {
        Data(&self.data)
    }

    fn header(&mut self) -> Result<Option<(u16, u16)>, InspectError> {
        if self.begun.is_none() {
            let mut header = [0; 4];
            match self.stream.read_exact(&mut header) {
                Ok(()) => {}
                // What is left is too little for a record.
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
                Err(error) => return Err(damaged("", &error)),
            }
            let header = Data(&header);
            self.begun = Some((header.short(0)?, header.short(2)?));
        }
        Ok(self.begun)
    }
}

/// Bytes that are read by their places.
#[derive(Debug, Clone, Copy)]
pub(super) struct Data<'a>(pub(super) &'a [u8]);

impl Data<'_> {
    fn at<const N: usize>(self, place: usize) -> Result<[u8; N], Refusal> {
        self.0.get(place..).and_then(|rest| rest.first_chunk()).copied().ok_or_else(|| damage(""))
    }

    pub(super) fn byte(self, place: usize) -> Result<u8, Refusal> {
        self.at(place).map(u8::from_le_bytes)
    }

    pub(super) fn short(self, place: usize) -> Result<u16, Refusal> {
        self.at(place).map(u16::from_le_bytes)
    }

    pub(super) fn long(self, place: usize) -> Result<u32, Refusal> {
        self.at(place).map(u32::from_le_bytes)
    }

    pub(super) fn real(self, place: usize) -> Result<f64, Refusal> {
        self.at(place).map(f64::from_le_bytes)
    }

    /// What stands from a place on.
    pub(super) fn from(self, place: usize) -> Self {
        Self(self.0.get(place..).unwrap_or_default())
    }
}

//! NDJSON: one record a line, each on its own, so that a broken line spoils nothing else.

use std::io::{BufRead, BufReader, Read};

use super::{
    ItemError, ReadError,
    extent::{Extent, Flaw, Progress},
    position::length_of,
};

const BUFFER: usize = 1 << 16;

/// A line with something in it.
#[derive(Debug)]
pub(super) struct Line {
    /// Its number, from 1.
    pub(super) number: u64,
    /// The bytes before it.
    pub(super) offset: u64,
    /// The line, or nothing when it is too long.
    pub(super) text: Option<Vec<u8>>,
}

/// The lines of a document.
#[derive(Debug)]
pub(super) struct Lines<R> {
    reader: BufReader<R>,
    number: u64,
    offset: u64,
    longest: usize,
}

impl<R: Read> Lines<R> {
    /// The lines of a document of UTF-8, none longer than `longest` kept.
    pub(super) fn new(reader: R, longest: usize) -> Self {
        Self { reader: BufReader::with_capacity(BUFFER, reader), number: 0, offset: 0, longest }
    }

    /// The next line that is not blank.
    pub(super) fn next_line(&mut self) -> Result<Option<Line>, ReadError> {
        loop {
            let offset = self.offset;
            let (length, text) = self.read_line()?;
            if length == 0 {
                return Ok(None);
            }
            self.number += 1;
            let Some(mut text) = text else {
                return Ok(Some(Line { number: self.number, offset, text: None }));
            };
            while text.last().is_some_and(u8::is_ascii_whitespace) {
                text.pop();
            }
            let blanks = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            text.drain(..blanks);
            if !text.is_empty() {
                let offset = offset.saturating_add(length_of(blanks));
                return Ok(Some(Line { number: self.number, offset, text: Some(text) }));
            }
        }
    }

    /// The length of the next line, and its bytes unless it is too long.
    fn read_line(&mut self) -> Result<(usize, Option<Vec<u8>>), ReadError> {
        let mut text = Vec::new();
        let mut length = 0_usize;
        loop {
            let chunk = self.reader.fill_buf()?;
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(chunk.len(), |at| at + 1);
            length = length.saturating_add(taken);
            if length <= self.longest.saturating_add(2) {
                text.extend_from_slice(chunk.get(..taken).unwrap_or_default());
            }
            self.reader.consume(taken);
            if end.is_some() || taken == 0 {
                break;
            }
        }
        self.offset = self.offset.saturating_add(length_of(length));
        Ok((length, (length <= self.longest.saturating_add(2)).then_some(text)))
    }
}

/// Whether a line is one JSON object, as far as its brackets and strings tell.
pub(super) fn check(line: &[u8], depth: usize) -> Result<(), ItemError> {
    let broken = |reason: String, at: usize| Err(ItemError::Json { reason, offset: length_of(at) });
    if !line.starts_with(b"{") {
        return broken("expected an object in each line".to_owned(), 0);
    }
    match Extent::new(depth).feed(line) {
        Ok(Progress::Ends(end)) if end == line.len() => Ok(()),
        Ok(Progress::Ends(end)) => broken("something follows the end of the record".to_owned(), end),
        Ok(Progress::Unfinished) => broken("the line ends before the record does".to_owned(), line.len()),
        Err((at, Flaw::Mismatch)) => broken("a bracket closes what was not opened".to_owned(), at),
        Err((at, Flaw::TooDeep)) => broken(format!("nested deeper than {depth} levels"), at),
    }
}

/// How many lines there are, and how many of them are whole objects.
#[derive(Debug, Default)]
pub(super) struct Count {
    pub(super) lines: u64,
    pub(super) whole: u64,
    /// Whether the first line is a whole object.
    pub(super) first: bool,
    /// A few of the objects, to recognise the rest by.
    pub(super) samples: Vec<serde_json::Value>,
}

const SAMPLES: usize = 8;
const SAMPLE_BYTES: usize = 1 << 20;

impl Count {
    /// Whether the lines rather than the whole are the records.
    pub(super) fn is_ndjson(&self) -> bool {
        self.lines > 1 && (self.first || self.whole.saturating_mul(2) >= self.lines)
    }
}

/// Counts the lines of a document.
pub(super) fn count(document: impl Read, longest: usize, depth: usize) -> Result<Count, ReadError> {
    let mut lines = Lines::new(document, longest);
    let mut count = Count::default();
    while let Some(line) = lines.next_line()? {
        let whole = line.text.as_ref().is_none_or(|text| check(text, depth).is_ok());
        if let Some(text) = line.text
            && count.samples.len() < SAMPLES
            && text.len() <= SAMPLE_BYTES
            && whole
        {
            count.samples.extend(serde_json::from_slice::<serde_json::Value>(&text));
        }
        count.first |= count.lines == 0 && whole;
        count.lines += 1;
        count.whole += u64::from(whole);
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_are_skipped_and_counted() {
        let mut lines = Lines::new("\n {\"a\":1} \r\n\n{\"b\":2}".as_bytes(), 100);
        let mut seen = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            seen.push((line.number, line.offset, String::from_utf8(line.text.unwrap()).unwrap()));
        }
        assert_eq!(seen, [(2, 2, "{\"a\":1}".to_owned()), (4, 13, "{\"b\":2}".to_owned())]);
    }

    #[test]
    fn a_long_line_is_passed_over() {
        let text = format!("{{\"a\":\"{}\"}}\n{{}}\n", "x".repeat(200_000));
        let mut lines = Lines::new(text.as_bytes(), 1000);
        assert!(lines.next_line().unwrap().unwrap().text.is_none());
        assert_eq!(lines.next_line().unwrap().unwrap().text.unwrap(), b"{}");
        assert!(lines.next_line().unwrap().is_none());
    }

    #[test]
    fn lines_that_are_no_objects_are_told() {
        for (line, expected) in
            [("[1]", false), ("{}", true), ("{} {}", false), ("{\"a\":[}", false), ("{\"a\"", false)]
        {
            assert_eq!(check(line.as_bytes(), 8).is_ok(), expected, "{line}");
        }
    }
}

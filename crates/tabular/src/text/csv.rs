//! A CSV file from end to end, in constant memory.

use std::{collections::BTreeMap, io::Read};

use csv_core::{ReadFieldResult, Reader};
use vitrina_app::ports::parser::{Refusal, Table};
use vitrina_domain::finding::Finding;

use super::{
    fill,
    separator::{self, Separated},
};
use crate::{
    error::InspectError,
    limit,
    table::{Builder, Cell, Tally},
    warning,
};

/// How many bytes are read at a time.
const CHUNK: usize = 64 << 10;

/// A value that is longer is most likely several, whose closing quotation mark is missing.
const LONG_VALUE: u64 = 64 << 10;

/// How many different numbers of values in a row are told apart.
const WIDTHS: usize = 64;

/// What a CSV file holds.
#[derive(Debug)]
pub(super) struct Profile {
    pub(super) table: Table,
    pub(super) has_quotes: bool,
    pub(super) findings: Vec<Finding>,
}

/// Passes over text in UTF-8 once.
pub(super) fn profile(mut text: impl Read, separated: Separated) -> Result<Profile, InspectError> {
    let mut pass = Pass::new(separator::reader(separated.separator));
    let mut skip = separated.skip;
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = fill(&mut text, &mut chunk)?;
        let bytes = chunk.get(..read).unwrap_or_default();
        if bytes.is_empty() {
            pass.feed(bytes)?;
            return Ok(pass.finish());
        }
        let (skipped, bytes) = bytes.split_at(skip.min(bytes.len()));
        skip -= skipped.len();
        if !bytes.is_empty() {
            pass.feed(bytes)?;
        }
    }
}

/// What was seen so far.
struct Pass {
    reader: Reader,
    builder: Builder,
    output: Vec<u8>,
    /// The beginning of the value that is read, and how long it is.
    value: Vec<u8>,
    value_bytes: u64,
    rows: u64,
    column: u64,
    /// By number of values: how many rows have it, and the first of them.
    widths: BTreeMap<u64, (u64, u64)>,
    quotes: u64,
    nuls: u64,
    controls: u64,
    long_values: Tally,
}

impl Pass {
    fn new(reader: Reader) -> Self {
        Self {
            reader,
            builder: Builder::text(),
            output: vec![0; limit::VALUE_BYTES],
            value: Vec::new(),
            value_bytes: 0,
            rows: 0,
            column: 0,
            widths: BTreeMap::new(),
            quotes: 0,
            nuls: 0,
            controls: 0,
            long_values: Tally::default(),
        }
    }

    /// Takes the next bytes; none at the end.
    fn feed(&mut self, mut input: &[u8]) -> Result<(), Refusal> {
        self.count(input);
        let is_end = input.is_empty();
        // To the reader no bytes are the end.
        while is_end || !input.is_empty() {
            let (result, read, written) = self.reader.read_field(input, &mut self.output);
            input = input.get(read..).unwrap_or_default();
            self.extend(written);
            match result {
                ReadFieldResult::Field { record_end } => {
                    self.end_value()?;
                    if record_end {
                        self.end_row();
                    }
                }
                ReadFieldResult::End => break,
                ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => {}
            }
        }
        Ok(())
    }

    fn count(&mut self, input: &[u8]) {
        for byte in input {
            match byte {
                b'"' => self.quotes += 1,
                0 => self.nuls += 1,
                1..=8 | 11 | 12 | 14..=31 | 127 => self.controls += 1,
                _ => {}
            }
        }
    }

    /// Takes what was written of a value: its beginning is kept, and all of it counted.
    fn extend(&mut self, written: usize) {
        let room = limit::VALUE_BYTES.saturating_sub(self.value.len());
        let kept = self.output.get(..written.min(room)).unwrap_or_default();
        self.value.extend_from_slice(kept);
        self.value_bytes = self.value_bytes.saturating_add(u64::try_from(written).unwrap_or(u64::MAX));
    }

    fn end_value(&mut self) -> Result<(), Refusal> {
        let whole = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let (row, column) = (whole(self.rows), whole(self.column));
        if self.value_bytes > LONG_VALUE {
            self.long_values.add(row, column);
        }
        if !self.value.is_empty() {
            let text = String::from_utf8_lossy(&self.value);
            self.builder.take(Cell { row, column, text: &text, is_text: true })?;
        }
        self.value.clear();
        self.value_bytes = 0;
        self.column += 1;
        Ok(())
    }

    fn end_row(&mut self) {
        self.rows += 1;
        // Beyond so many widths, it no longer matters which.
        let width = if self.widths.len() < WIDTHS || self.widths.contains_key(&self.column) {
            self.column
        } else {
            0
        };
        self.widths.entry(width).or_insert((0, self.rows)).0 += 1;
        self.column = 0;
    }

    fn finish(self) -> Profile {
        let width = self.widths.iter().max_by_key(|(_, (count, _))| *count).map_or(0, |(width, _)| *width);
        let mut findings = self.findings(width);
        let (mut table, found) = self.builder.finish();
        findings.extend(found);
        findings.truncate(limit::FINDINGS);
        table.rows = self.rows;
        table.columns = table.columns.max(width);
        Profile { table, has_quotes: self.quotes > 0, findings }
    }

    fn findings(&self, width: u64) -> Vec<Finding> {
        let mut findings = Vec::new();
        findings.extend(self.ragged(width));
        if let Some((row, column)) = self.long_values.first {
            findings.push(warning(
                "W-FILE-VALUE-LONG",
                self.builder.pointer(row, column),
                "un valor muy largo: ¿falta una comilla que lo cierre?",
                "a very long value: is the quotation mark missing that closes it?",
            ));
        }
        if self.quotes % 2 == 1 {
            findings.push(warning(
                "W-FILE-QUOTES",
                "/text/quote",
                "el número de comillas es impar: una no se cierra",
                "the number of quotation marks is odd: one of them is not closed",
            ));
        }
        let counted = [
            (self.nuls, "W-FILE-NUL", "caracteres nulos", "null characters"),
            (self.controls, "W-FILE-CONTROL", "caracteres de control", "control characters"),
        ];
        for (count, code, es, en) in counted {
            if count > 0 {
                let (es, en) = (format!("el texto lleva {count} {es}"), format!("the text has {count} {en}"));
                findings.push(warning(code, "/text", es, en));
            }
        }
        findings
    }

    /// The finding of rows that have another number of values than most.
    fn ragged(&self, width: u64) -> Option<Finding> {
        let others = || self.widths.iter().filter(|(other, _)| **other != width).map(|(_, seen)| seen);
        let first = others().map(|(_, first)| *first).min()?;
        let count: u64 = others().map(|(count, _)| count).sum();
        Some(warning(
            "W-FILE-RAGGED",
            format!("/tables/0/rows/{first}"),
            format!("{count} filas no tienen {width} valores como las demás"),
            format!("{count} rows do not have {width} values like the others"),
        ))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn profiled(text: impl AsRef<[u8]>) -> Profile {
        profile(text.as_ref(), Separated { separator: b',', skip: 0 }).unwrap()
    }

    fn codes(profile: &Profile) -> Vec<&str> {
        profile.findings.iter().map(|finding| finding.code.as_str()).collect()
    }

    #[test]
    fn keys_keep_their_zeros() {
        let profile = profiled("cve_ent,nombre\n09,\"Ciudad, de México\"\n19,Nuevo León\n");
        assert_eq!(profile.table.header.as_deref().unwrap(), ["cve_ent", "nombre"]);
        assert_eq!(profile.table.sample, [["09", "Ciudad, de México"], ["19", "Nuevo León"]]);
        assert_eq!((profile.table.rows, profile.table.columns), (3, 2));
        assert!(profile.has_quotes && profile.findings.is_empty(), "{:?}", profile.findings);
    }

    #[rstest]
    #[case::ragged("a,b\n1,2\n1,2,3\n1,2\n", &["W-FILE-RAGGED", "W-FILE-HEADER-EMPTY"])]
    #[case::nul("a,b\n1,\u{0}2\n", &["W-FILE-NUL"])]
    #[case::escape("a,b\n1,\u{1b}[2J\n", &["W-FILE-CONTROL"])]
    #[case::unclosed("a,b\n1,\"2\n3,4\n", &["W-FILE-QUOTES"])]
    #[case::repeated("a,A\n1,2\n", &["W-FILE-HEADER-REPEATED"])]
    #[case::formula("a,b\n1,=cmd|'/C calc'!A0\n", &["W-FILE-FORMULA-TEXT"])]
    fn what_is_odd_is_told(#[case] text: &str, #[case] expected: &[&str]) {
        assert_eq!(codes(&profiled(text)), expected);
    }

    #[test]
    fn a_value_of_any_length_takes_no_memory() {
        let profile = profiled(format!("a,b\n1,\"{}", "x,\n".repeat(1 << 20)));
        assert_eq!(codes(&profile), ["W-FILE-VALUE-LONG", "W-FILE-QUOTES"]);
        assert!(profile.table.sample[0][1].chars().count() <= limit::SHOWN_CHARS + 1);
    }

    #[test]
    fn a_hundred_thousand_columns_are_counted_and_the_first_shown() {
        let row = vec!["x"; 100_000].join(",");
        let profile = profiled(format!("{row}\n{row}\n"));
        assert_eq!((profile.table.rows, profile.table.columns), (2, 100_000));
        assert_eq!(profile.table.sample[0].len(), limit::SHOWN_COLUMNS);
        assert!(profile.findings.len() <= limit::FINDINGS);
    }

    #[test]
    fn rows_of_every_width_are_told_apart_up_to_a_number() {
        let rows = (1..1_000).map(|width| vec!["x"; width].join(","));
        let text = rows.collect::<Vec<_>>().join("\n");
        assert!(codes(&profiled(text)).contains(&"W-FILE-RAGGED"));
    }
}

//! What stands between the values of a table, told from its first lines.

use std::collections::BTreeMap;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// What is tried, the most common first.
const SEPARATORS: [u8; 4] = *b",;\t|";

/// How many records are looked at.
const RECORDS: usize = 200;

/// Of so many records, one may have another number of values.
const ODD_ONE_OF: usize = 4;

/// How the values of a table are separated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Separated {
    /// What stands between two values.
    pub(super) separator: u8,
    /// How many bytes of UTF-8 stand before the table: a line that tells the separator.
    pub(super) skip: usize,
}

/// A reader of records with this separator.
pub(super) fn reader(separator: u8) -> Reader {
    ReaderBuilder::new().delimiter(separator).build()
}

/// Finds the separator of a text that may be a table; nothing when it is no table. A name that says that it is one is
/// believed: a table may have one column.
pub(super) fn find(head: &str, is_whole: bool, extension: Option<&str>) -> Option<Separated> {
    if let Some(told) = told(head) {
        return Some(told);
    }
    let lines = if is_whole { head } else { head.rsplit_once('\n').map_or(head, |(whole, _cut)| whole) };
    let found =
        SEPARATORS.into_iter().filter_map(|separator| Some((agreement(lines, separator)?, separator)));
    // Of two that agree equally the first one is the more common.
    let best = found.reduce(|best, next| if next.0 > best.0 { next } else { best });
    let by_name = match extension {
        Some("csv") => Some(b','),
        Some("tsv" | "tab") => Some(b'\t'),
        _ => None,
    };
    let separator = best.map(|(_, separator)| separator).or(by_name)?;
    Some(Separated { separator, skip: 0 })
}

/// The separator that a first line tells as Excel does: `sep=;`.
fn told(head: &str) -> Option<Separated> {
    let line = head.split_inclusive('\n').next()?;
    let separator = line.trim_end().strip_prefix("sep=")?;
    match separator.as_bytes() {
        [separator] if separator.is_ascii_punctuation() && *separator != b'"' => {
            Some(Separated { separator: *separator, skip: line.len() })
        }
        // The tab was trimmed.
        [] if line.starts_with("sep=\t") => Some(Separated { separator: b'\t', skip: line.len() }),
        _ => None,
    }
}

/// How well lines agree on a number of values above one: their share in percent, then that number.
fn agreement(lines: &str, separator: u8) -> Option<(usize, usize)> {
    let widths = widths(lines, separator);
    let records: usize = widths.values().sum();
    let (width, count) = widths.into_iter().max_by_key(|(width, count)| (*count, *width))?;
    let agrees = count.saturating_mul(ODD_ONE_OF) >= records.saturating_mul(ODD_ONE_OF - 1);
    // Prose has commas, too: one line alone proves nothing unless it has several.
    let proves = width > 1 && (records > 1 || width > 2);
    (agrees && proves).then(|| (count * 100 / records, width))
}

/// How many records have how many values.
fn widths(lines: &str, separator: u8) -> BTreeMap<usize, usize> {
    let mut reader = reader(separator);
    let (mut input, mut widths) = (lines.as_bytes(), BTreeMap::new());
    let (mut output, mut ends) = (vec![0; 64 << 10], vec![0; 4 << 10]);
    let mut width = 0;
    for _ in 0..RECORDS.saturating_mul(4) {
        let (result, read, _, ended) = reader.read_record(input, &mut output, &mut ends);
        input = input.get(read..).unwrap_or_default();
        width += ended;
        match result {
            ReadRecordResult::Record => {
                *widths.entry(std::mem::take(&mut width)).or_default() += 1;
                if widths.values().sum::<usize>() >= RECORDS {
                    break;
                }
            }
            ReadRecordResult::End => break,
            ReadRecordResult::InputEmpty
            | ReadRecordResult::OutputFull
            | ReadRecordResult::OutputEndsFull => {}
        }
    }
    widths
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("a,b\n1,2\n", Some(b','))]
    #[case("a;b\n1,5;2\n2,5;3\n", Some(b';'))]
    #[case("a\tb\n1\t2\n", Some(b'\t'))]
    #[case("a|b|c\n", Some(b'|'))]
    #[case("\"a;b\",\"c\"\n\"d;e;f\",g\n", Some(b','))]
    #[case("año;población\n2026;1,5\n2027;1,6\n2028;2\n", Some(b';'))]
    #[case("sep=;\na,b;c\n", Some(b';'))]
    #[case("sep=\t\na,b\tc\n", Some(b'\t'))]
    #[case("Hola, mundo.\nEsto no es una tabla.\nY esto, menos, todavía.\n", None)]
    #[case("una columna\nsola\n", None)]
    fn lines_tell_their_separator(#[case] head: &str, #[case] expected: Option<u8>) {
        assert_eq!(find(head, true, None).map(|found| found.separator), expected);
    }

    #[test]
    fn a_name_is_believed_where_the_lines_say_nothing() {
        let found = find("clave\n09\n", true, Some("csv"));
        assert_eq!(found, Some(Separated { separator: b',', skip: 0 }));
        assert_eq!(find("clave\n09\n", true, Some("md")), None);
    }

    #[test]
    fn the_line_that_tells_the_separator_is_no_row() {
        assert_eq!(find("sep=;\r\na;b\n", true, None), Some(Separated { separator: b';', skip: 7 }));
    }
}

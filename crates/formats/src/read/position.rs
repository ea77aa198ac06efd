//! Places in a document, for people who must find what is broken.

use super::{ItemError, ReadError};

/// A place in a document decoded to UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    /// Line, from 1.
    pub(super) line: u64,
    /// Column, from 1, in bytes.
    pub(super) column: u64,
    /// Bytes before it.
    pub(super) offset: u64,
}

impl Position {
    /// The first byte of a document.
    pub(super) const START: Self = Self { line: 1, column: 1, offset: 0 };

    /// The place after these bytes have passed.
    pub(super) fn after(self, bytes: &[u8]) -> Self {
        let offset = self.offset.saturating_add(length(bytes));
        match bytes.iter().rposition(|byte| *byte == b'\n') {
            None => Self { column: self.column.saturating_add(length(bytes)), offset, ..self },
            Some(last) => Self {
                line: bytes
                    .iter()
                    .fold(self.line, |line, byte| line.saturating_add(u64::from(*byte == b'\n'))),
                column: length_of(bytes.len().saturating_sub(last)),
                offset,
            },
        }
    }

    /// Broken JSON at this place.
    pub(super) fn broken(self, reason: impl Into<String>) -> ReadError {
        ReadError::Json { reason: reason.into(), line: self.line, column: self.column, offset: self.offset }
    }
}

/// A length as the documents' unit of measure.
pub(super) fn length_of(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn length(bytes: &[u8]) -> u64 {
    length_of(bytes.len())
}

/// The number of bytes before the place that the JSON reader complains about.
fn error_index(json: &[u8], error: &serde_json::Error) -> usize {
    let lines_before = error.line().saturating_sub(1);
    let line_start: usize =
        json.split_inclusive(|byte| *byte == b'\n').take(lines_before).map(<[u8]>::len).sum();
    line_start.saturating_add(error.column().saturating_sub(1)).min(json.len())
}

/// What the JSON reader says, without the place, which is told apart from it.
fn reason(error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "the value is not complete".to_owned();
    }
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        Some((reason, _)) => reason.to_owned(),
        None => text,
    }
}

/// Broken JSON inside a value that begins at `start`.
pub(super) fn broken_document(json: &[u8], error: &serde_json::Error, start: Position) -> ReadError {
    start.after(json.get(..error_index(json, error)).unwrap_or_default()).broken(reason(error))
}

/// Broken JSON inside a record; the place is counted from the record's first byte.
pub(super) fn broken_item(json: &[u8], error: &serde_json::Error) -> ItemError {
    ItemError::Json { reason: reason(error), offset: length_of(error_index(json, error)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_are_counted_in_bytes() {
        let there = Position::START.after("{\n  \"ñ\":".as_bytes());
        assert_eq!(there, Position { line: 2, column: 8, offset: 9 });
        assert_eq!(there.after(b"1"), Position { line: 2, column: 9, offset: 10 });
    }

    #[test]
    fn broken_json_is_found_inside_its_value() {
        let json = b"{\n \"a\": ,\n}";
        let error = serde_json::from_slice::<serde_json::Value>(json).unwrap_err();
        let start = Position { line: 5, column: 3, offset: 100 };
        assert!(matches!(
            broken_document(json, &error, start),
            ReadError::Json { line: 6, column: 7, offset: 108, .. }
        ));
        assert_eq!(
            broken_item(json, &error),
            ItemError::Json { reason: "expected value".to_owned(), offset: 8 }
        );
    }
}

//! The bytes of a document, read ahead in pieces, with the place of the next one.

use std::io::Read;

use super::{ReadError, position::Position};

const BUFFER: usize = 1 << 16;

/// Bytes read ahead, with the place of the next one.
#[derive(Debug)]
pub(super) struct Source<R> {
    reader: R,
    buffer: Vec<u8>,
    filled: usize,
    next: usize,
    counted: usize,
    position: Position,
}

impl<R: Read> Source<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, buffer: vec![0; BUFFER], filled: 0, next: 0, counted: 0, position: Position::START }
    }

    /// The bytes read ahead; none at the end.
    pub(super) fn chunk(&mut self) -> Result<&[u8], ReadError> {
        if self.next == self.filled {
            self.settle();
            (self.next, self.counted) = (0, 0);
            self.filled = loop {
                match self.reader.read(&mut self.buffer) {
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                    outcome => break outcome?,
                }
            };
        }
        Ok(self.buffer.get(self.next..self.filled).unwrap_or_default())
    }

    pub(super) fn peek(&mut self) -> Result<Option<u8>, ReadError> {
        Ok(self.chunk()?.first().copied())
    }

    pub(super) fn consume(&mut self, count: usize) {
        self.next = self.next.saturating_add(count).min(self.filled);
    }

    fn settle(&mut self) {
        self.position = self.position.after(self.buffer.get(self.counted..self.next).unwrap_or_default());
        self.counted = self.next;
    }

    /// The place of the next byte.
    pub(super) fn position(&mut self) -> Position {
        self.settle();
        self.position
    }

    /// The next byte that is no blank.
    pub(super) fn token(&mut self) -> Result<Option<u8>, ReadError> {
        loop {
            let chunk = self.chunk()?;
            let (length, blanks) = (
                chunk.len(),
                chunk.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count(),
            );
            self.consume(blanks);
            if blanks < length || length == 0 {
                return self.peek();
            }
        }
    }
}

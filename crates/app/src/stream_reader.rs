//! A stream of bytes as a reader, for parsers that know no streams.

use std::{
    io::{self, Read},
    pin::Pin,
};

use bytes::{Buf as _, Bytes};
use futures_util::{Stream, StreamExt as _};
use tokio::runtime::Handle;
use vitrina_store::StoreError;

/// Reads a stream on a thread that may wait: one of `spawn_blocking`.
pub(crate) struct StreamReader {
    stream: Pin<Box<dyn Stream<Item = Result<Bytes, StoreError>> + Send>>,
    runtime: Handle,
    piece: Bytes,
}

impl StreamReader {
    /// A reader of the stream, made within the runtime that drives it.
    pub(crate) fn new(stream: impl Stream<Item = Result<Bytes, StoreError>> + Send + 'static) -> Self {
        Self { stream: Box::pin(stream), runtime: Handle::current(), piece: Bytes::new() }
    }
}

impl Read for StreamReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.runtime.block_on(self.stream.next()) {
                Some(piece) => self.piece = piece.map_err(io::Error::other)?,
                None => return Ok(0),
            }
        }
        let length = buffer.len().min(self.piece.len());
        self.piece.split_to(length).copy_to_slice(buffer.get_mut(..length).unwrap_or_default());
        Ok(length)
    }
}

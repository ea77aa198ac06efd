//! A connection's bytes, with the times that `hyper` does not watch: headers, idling and slow readers.

use std::{
    future::Future as _,
    io,
    mem::MaybeUninit,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    time::{Instant, Sleep, sleep_until},
};

use super::{Limits, progress::Progress, refusal};

/// What a connection is doing, shared by its bytes, its service and its answers.
#[derive(Debug, Clone, Default)]
pub(super) struct Phase(Arc<AtomicU8>);

const HEAD: u8 = 0;
const BUSY: u8 = 1;
const IDLE: u8 = 2;

impl Phase {
    /// A request was read and is being answered.
    pub(super) fn busy(&self) {
        self.0.store(BUSY, Ordering::Release);
    }

    /// The answer is out; the next request may come.
    fn idle(&self) {
        self.0.store(IDLE, Ordering::Release);
    }

    fn get(&self) -> u8 {
        self.0.load(Ordering::Acquire)
    }

    /// The first byte of a request came.
    fn begin_head(&self) -> bool {
        self.0.compare_exchange(IDLE, HEAD, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

/// An answer that is on its way; when it is gone the connection is idle.
#[derive(Debug)]
pub(super) struct Answering(pub(super) Phase);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.idle();
    }
}

/// The bytes of one connection.
#[derive(Debug)]
pub(super) struct Stream {
    inner: TokioIo<TcpStream>,
    phase: Phase,
    header_read: Duration,
    idle: Duration,
    waiting: Option<(u8, Pin<Box<Sleep>>)>,
    written: Progress,
    /// What is left of a refusal that is sent instead of `hyper`'s.
    refusal: Option<Vec<u8>>,
}

impl Stream {
    pub(super) fn new(tcp: TcpStream, phase: Phase, limits: &Limits) -> Self {
        Self {
            inner: TokioIo::new(tcp),
            phase,
            header_read: limits.header_read,
            idle: limits.idle,
            waiting: None,
            written: Progress::new(limits.progress_window, limits.progress_bytes),
            refusal: None,
        }
    }

    /// Ready when the client has taken too long for what it is doing.
    fn poll_overdue(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let phase = self.phase.get();
        let allowed = match phase {
            HEAD => self.header_read,
            IDLE => self.idle,
            _ => {
                self.waiting = None;
                return Poll::Pending;
            }
        };
        if self.waiting.as_ref().is_none_or(|(of, _)| *of != phase) {
            self.waiting = Some((phase, Box::pin(sleep_until(Instant::now() + allowed))));
        }
        match self.waiting.as_mut() {
            Some((_, sleep)) => sleep.as_mut().poll(cx),
            None => Poll::Pending,
        }
    }

    /// Ready once a refusal of ours went out in the place of one that `hyper` wrote before there was a request.
    fn poll_refuse(&mut self, cx: &mut Context<'_>, written: &[u8]) -> Option<Poll<io::Result<()>>> {
        if self.refusal.is_none() && self.phase.get() == HEAD {
            self.refusal = refusal::instead_of(written);
        }
        let mut left = self.refusal.take()?;
        while !left.is_empty() {
            match Pin::new(&mut self.inner).poll_write(cx, &left) {
                Poll::Ready(Ok(moved)) => {
                    self.written.advance(moved);
                    left.drain(..moved.min(left.len()));
                }
                Poll::Ready(Err(error)) => return Some(Poll::Ready(Err(error))),
                Poll::Pending => {
                    self.refusal = Some(left);
                    return Some(self.poll_stalled(cx));
                }
            }
        }
        Some(Poll::Ready(Ok(())))
    }

    fn poll_stalled<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        ready!(self.written.poll_stalled(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client reads too slowly")))
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        // `hyper` hands the cursor over by value, which hides how much was read; a buffer of our own tells.
        let mut chunk = [MaybeUninit::uninit(); READ_CHUNK];
        let room = buf.remaining().min(READ_CHUNK);
        let mut part = ReadBuf::uninit(chunk.get_mut(..room).unwrap_or_default());
        match Pin::new(&mut self.inner).poll_read(cx, part.unfilled()) {
            Poll::Ready(Ok(())) => {
                let filled = part.filled();
                buf.put_slice(filled);
                if !filled.is_empty() && self.phase.begin_head() {
                    self.waiting = None;
                }
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                ready!(self.poll_overdue(cx));
                Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client sends nothing")))
            }
        }
    }
}

/// How many bytes are read at once.
const READ_CHUNK: usize = 8 * 1024;

impl Write for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if let Some(refused) = self.poll_refuse(cx, buf) {
            return refused.map_ok(|()| buf.len());
        }
        match Pin::new(&mut self.inner).poll_write(cx, buf) {
            Poll::Pending => self.poll_stalled(cx),
            Poll::Ready(moved) => Poll::Ready(moved.inspect(|bytes| self.written.advance(*bytes))),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let first: &[u8] = bufs.iter().find(|buf| !buf.is_empty()).map_or(&[], |buf| buf);
        if let Some(refused) = self.poll_refuse(cx, first) {
            return refused.map_ok(|()| bufs.iter().map(|buf| buf.len()).sum());
        }
        match Pin::new(&mut self.inner).poll_write_vectored(cx, bufs) {
            Poll::Pending => self.poll_stalled(cx),
            Poll::Ready(moved) => Poll::Ready(moved.inspect(|bytes| self.written.advance(*bytes))),
        }
    }
}

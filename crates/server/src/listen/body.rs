//! Bodies of requests, which must make progress.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};

use super::{Limits, progress::Progress};

/// A request's body; a client that is too slow ends it with [`io::ErrorKind::TimedOut`].
#[derive(Debug)]
pub(super) struct Watched {
    inner: Incoming,
    progress: Progress,
}

impl Watched {
    pub(super) fn new(inner: Incoming, limits: &Limits) -> Self {
        Self { inner, progress: Progress::new(limits.progress_window, limits.progress_bytes) }
    }
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match Pin::new(&mut self.inner).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                self.progress.advance(frame.data_ref().map_or(0, Bytes::len));
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => self.progress.poll_stalled(cx).map(|()| {
                Some(Err(io::Error::new(io::ErrorKind::TimedOut, "the body comes too slowly").into()))
            }),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

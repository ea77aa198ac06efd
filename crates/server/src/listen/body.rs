//! Bodies of requests, which must make progress.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};

use super::{Limits, progress::Progress};

/// Whether a request waits for its client: for more of its body, which was asked for and does not come.
///
/// It goes with the request, so that whoever gives up on an answer can tell whose fault that is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Awaited(Arc<AtomicBool>);

impl Awaited {
    pub(crate) fn is_waiting(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    fn set<T>(&self, polled: &Poll<T>) {
        self.0.store(polled.is_pending(), Ordering::Release);
    }
}

/// A request's body; a client that is too slow ends it with [`io::ErrorKind::TimedOut`].
#[derive(Debug)]
pub(super) struct Watched {
    inner: Incoming,
    progress: Progress,
    awaited: Awaited,
}

impl Watched {
    pub(super) fn new(inner: Incoming, limits: &Limits) -> Self {
        let progress = Progress::new(limits.progress_window, limits.progress_bytes);
        Self { inner, progress, awaited: Awaited::default() }
    }

    /// What tells whether this body is waited for.
    pub(super) fn awaited(&self) -> Awaited {
        self.awaited.clone()
    }
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(cx);
        self.awaited.set(&polled);
        match polled {
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

//! The threads on which connections are read and answered.
//!
//! Each has a runtime of its own, and a connection stays on its thread: what wakes it up wakes that thread and no other.
//! A runtime of several threads wakes a second one to look for more work whenever the first has found some, which costs
//! more than a small answer.

use std::{
    io,
    num::NonZeroUsize,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use tokio::runtime::{self, Handle};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Threads for connections; they end when this is dropped.
#[derive(Debug)]
pub(super) struct Front {
    first: Handle,
    others: Vec<Handle>,
    turn: AtomicUsize,
    _end: DropGuard,
}

impl Front {
    pub(super) fn start(threads: NonZeroUsize) -> io::Result<Self> {
        let end = CancellationToken::new();
        let first = start(end.clone())?;
        let others = (1..threads.get()).map(|_| start(end.clone())).collect::<io::Result<_>>()?;
        Ok(Self { first, others, turn: AtomicUsize::new(0), _end: end.drop_guard() })
    }

    /// The thread of the next connection: they take turns.
    pub(super) fn next(&self) -> &Handle {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % (self.others.len() + 1);
        self.others.get(turn).unwrap_or(&self.first)
    }
}

/// Starts a thread that ends with the token. What was cut off may still be on it then; nobody waits for it.
fn start(end: CancellationToken) -> io::Result<Handle> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    thread::Builder::new().name("front".to_owned()).spawn(move || runtime.block_on(end.cancelled_owned()))?;
    Ok(handle)
}

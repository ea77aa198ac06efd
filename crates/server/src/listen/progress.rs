//! Whether a stream moves at least so many bytes in every window of time.

use std::{
    future::Future as _,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

/// Watches one direction of one stream. Time counts only while the other side keeps us waiting.
#[derive(Debug)]
pub(super) struct Progress {
    window: Duration,
    least: u64,
    moved: u64,
    deadline: Option<Pin<Box<Sleep>>>,
}

impl Progress {
    pub(super) fn new(window: Duration, least: u64) -> Self {
        Self { window, least, moved: 0, deadline: None }
    }

    /// Notes bytes that moved.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.moved = self.moved.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
    }

    /// To be polled while nothing moves: ready once a whole window moved too little.
    pub(super) fn poll_stalled(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let now = Instant::now();
        let stale = self.deadline.as_ref().is_none_or(|sleep| sleep.deadline() + self.window < now);
        if stale {
            // Nobody waited for a long time: that was our own pause, not the other side's.
            self.restart(now);
        }
        while let Some(sleep) = self.deadline.as_mut() {
            if sleep.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            if self.moved < self.least {
                return Poll::Ready(());
            }
            self.restart(now);
        }
        Poll::Pending
    }

    fn restart(&mut self, now: Instant) {
        self.moved = 0;
        let end = now + self.window;
        match self.deadline.as_mut() {
            Some(sleep) => sleep.as_mut().reset(end),
            None => self.deadline = Some(Box::pin(sleep_until(end))),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, task::Poll};

    use tokio::time::{advance, pause};

    use super::*;

    async fn is_stalled(progress: &mut Progress) -> bool {
        poll_fn(|cx| Poll::Ready(progress.poll_stalled(cx).is_ready())).await
    }

    #[tokio::test]
    async fn a_trickle_is_stalled_and_a_stream_is_not() {
        pause();
        let mut trickle = Progress::new(Duration::from_secs(30), 30_000);
        let mut stream = Progress::new(Duration::from_secs(30), 30_000);
        assert!(!is_stalled(&mut trickle).await && !is_stalled(&mut stream).await);
        for _ in 0..31 {
            advance(Duration::from_secs(1)).await;
            trickle.advance(10);
            stream.advance(1_100);
        }
        assert!(is_stalled(&mut trickle).await);
        assert!(!is_stalled(&mut stream).await);
    }

    #[tokio::test]
    async fn our_own_pause_is_not_held_against_the_client() {
        pause();
        let mut progress = Progress::new(Duration::from_secs(30), 1_000);
        assert!(!is_stalled(&mut progress).await);
        advance(Duration::from_mins(5)).await;
        assert!(!is_stalled(&mut progress).await);
    }
}

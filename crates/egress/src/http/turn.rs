//! Turns at a host: so many connections, so much time between requests, and silence when it asks for it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, sleep_until, timeout_at},
};
use vitrina_app::ports::{FetchError, Pace, Rule};

/// From how many hosts on those that are at rest are forgotten.
const MANY: usize = 1_024;

/// The longest time that a host is left alone because it asked for it.
const MAX_HOLD: Duration = Duration::from_hours(1);

/// The hosts that are being asked, or were a moment ago.
#[derive(Debug, Default)]
pub(super) struct Hosts(Mutex<HashMap<String, Arc<Host>>>);

#[derive(Debug, Default)]
struct Host {
    state: Mutex<State>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct State {
    active: usize,
    /// When the next request may begin.
    next: Option<Instant>,
    /// Until when the host wants to be left alone.
    held: Option<Instant>,
}

/// A turn at a host. Dropping it lets the next one in.
#[derive(Debug)]
pub(super) struct Turn(Arc<Host>);

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.active = state.active.saturating_sub(1);
        drop(state);
        self.0.freed.notify_waiters();
    }
}

impl Hosts {
    /// Waits for a turn, `patience` at most.
    pub(super) async fn enter(&self, name: &str, pace: Pace, patience: Duration) -> Result<Turn, FetchError> {
        let host = self.host(name);
        let until = Instant::now() + patience;
        let begin = timeout_at(until, host.take(pace, until)).await;
        let begin = begin.unwrap_or_else(|_elapsed| {
            Err(later(Rule::Busy, "no connection became free", Some(pace.interval)))
        });
        let (turn, begin) = begin.map(|begin| (Turn(Arc::clone(&host)), begin)).map_err(|mut error| {
            error.detail = format!("{name}: {}", error.detail);
            error
        })?;
        sleep_until(begin).await;
        Ok(turn)
    }

    /// Leaves a host alone for a while.
    pub(super) fn hold(&self, name: &str, time: Duration) {
        self.host(name).state().held = Some(Instant::now() + time.min(MAX_HOLD));
    }

    fn host(&self, name: &str) -> Arc<Host> {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= MANY {
            let now = Instant::now();
            hosts.retain(|_, host| Arc::strong_count(host) > 1 || host.state().is_waiting(now));
        }
        Arc::clone(hosts.entry(name.to_owned()).or_default())
    }
}

impl Host {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a connection as soon as one is free, and tells when the request may begin.
    async fn take(&self, pace: Pace, until: Instant) -> Result<Instant, FetchError> {
        loop {
            let mut freed = std::pin::pin!(self.freed.notified());
            // Whoever leaves between the look and the wait must be heard.
            freed.as_mut().enable();
            if let Some(begin) = self.state().begin(pace, until) {
                return begin;
            }
            freed.await;
        }
    }
}

impl State {
    /// Takes a connection, when one is free.
    fn begin(&mut self, pace: Pace, until: Instant) -> Option<Result<Instant, FetchError>> {
        let now = Instant::now();
        if let Some(held) = self.held.filter(|held| *held > until) {
            return Some(Err(later(Rule::Held, "it asked to be left alone", Some(held - now))));
        }
        if self.active >= pace.connections.max(1) {
            return None;
        }
        let begin = [self.next, self.held].into_iter().flatten().fold(now, Instant::max);
        if begin > until {
            return Some(Err(later(Rule::Busy, "others wait already", Some(begin - now))));
        }
        self.active += 1;
        self.next = Some(begin + pace.interval);
        Some(Ok(begin))
    }

    fn is_waiting(&self, now: Instant) -> bool {
        self.active > 0 || [self.next, self.held].into_iter().flatten().any(|until| until > now)
    }
}

fn later(rule: Rule, detail: &str, after: Option<Duration>) -> FetchError {
    FetchError { after, ..FetchError::new(rule, detail) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_millis(200);
    const FREE: Pace = Pace { connections: 1, interval: Duration::ZERO };

    #[tokio::test]
    async fn only_so_many_are_at_a_host_at_once() {
        let hosts = Hosts::default();
        let turn = hosts.enter("a", FREE, PATIENCE).await.unwrap();
        assert_eq!(hosts.enter("a", FREE, PATIENCE).await.unwrap_err().rule, Rule::Busy);
        assert!(hosts.enter("b", FREE, PATIENCE).await.is_ok(), "another host is not concerned");
        let (next, ()) = tokio::join!(hosts.enter("a", FREE, PATIENCE), async { drop(turn) });
        assert!(next.is_ok());
    }

    #[tokio::test]
    async fn requests_keep_their_distance() {
        let hosts = Hosts::default();
        let pace = Pace { connections: 4, interval: Duration::from_millis(50) };
        let start = Instant::now();
        for _ in 0..4 {
            hosts.enter("a", pace, PATIENCE).await.unwrap();
        }
        assert!(start.elapsed() >= Duration::from_millis(150));
    }

    #[tokio::test]
    async fn who_would_wait_too_long_is_told_at_once() {
        let hosts = Hosts::default();
        let pace = Pace { connections: 1, interval: Duration::from_secs(10) };
        drop(hosts.enter("a", pace, PATIENCE).await.unwrap());
        let error = hosts.enter("a", pace, PATIENCE).await.unwrap_err();
        assert_eq!(error.rule, Rule::Busy);
        assert!(error.after.unwrap() > Duration::from_secs(9));
    }

    #[tokio::test]
    async fn a_host_that_asks_for_it_is_left_alone() {
        let hosts = Hosts::default();
        hosts.hold("a", Duration::from_secs(100_000));
        let error = hosts.enter("a", FREE, PATIENCE).await.unwrap_err();
        assert_eq!(error.rule, Rule::Held);
        assert!(error.after.unwrap() <= MAX_HOLD);
    }

    #[tokio::test]
    async fn hosts_at_rest_are_forgotten() {
        let hosts = Hosts::default();
        for number in 0..3 * MANY {
            drop(hosts.enter(&number.to_string(), FREE, PATIENCE).await.unwrap());
        }
        assert!(hosts.0.lock().unwrap().len() <= MANY);
    }
}

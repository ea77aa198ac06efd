//! The budget of one class of routes: so many at once, a short queue behind them, and a quick no for the rest.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use metrics::{Counter, Gauge, counter, gauge};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout},
};

use super::allowance::Budget;

/// How much one request weighs in the remembered time: an eighth.
const WEIGHT: u64 = 8;

/// The longest wait there ever is.
const MOST_WAIT: Duration = Duration::from_secs(10);

/// The places of a class, and who waits for one.
#[derive(Debug)]
pub(super) struct Lane {
    budget: Budget,
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
    /// How long a place was held lately, in microseconds.
    held: AtomicU64,
    measures: Measures,
}

/// What the operator sees of a class; looking a measure up would cost more than all it measures.
#[derive(Debug)]
struct Measures {
    admitted: Counter,
    in_flight: Gauge,
    waiting: Gauge,
}

impl Measures {
    fn of(class: &'static str) -> Self {
        Self {
            admitted: counter!("vitrina_admitted_total", "class" => class),
            in_flight: gauge!("vitrina_in_flight", "class" => class),
            waiting: gauge!("vitrina_waiting", "class" => class),
        }
    }
}

/// The class is busy and the wait would be too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shed;

impl Lane {
    pub(super) fn new(name: &'static str, budget: Budget) -> Self {
        Self {
            places: Arc::new(Semaphore::new(budget.concurrent)),
            budget,
            waiting: AtomicUsize::default(),
            held: AtomicU64::default(),
            measures: Measures::of(name),
        }
    }

    /// A place, at once or after a short wait.
    ///
    /// Whoever cannot expect one in time is told at once, rather than after waiting in vain: a refusal that comes
    /// late has cost a connection and helped nobody.
    pub(super) async fn enter(self: &Arc<Self>) -> Result<Turn, Shed> {
        let permit = match Arc::clone(&self.places).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_busy) => self.queue().await?,
        };
        self.measures.admitted.increment(1);
        self.measures.in_flight.increment(1);
        Ok(Turn { _permit: permit, lane: Arc::clone(self), begun: Instant::now() })
    }

    async fn queue(&self) -> Result<OwnedSemaphorePermit, Shed> {
        let waiter = Waiter::new(self);
        if waiter.ahead >= self.budget.queue || self.expected(waiter.ahead) > self.budget.patience() {
            return Err(Shed);
        }
        // The expectation can be wrong: whoever has begun to wait is answered late rather than refused late, unless
        // all who hold a place hang.
        match timeout(MOST_WAIT, Arc::clone(&self.places).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(Shed),
        }
    }

    /// How long a newcomer would wait behind so many others.
    fn expected(&self, ahead: usize) -> Duration {
        let whole = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let turns = whole(ahead).saturating_add(1);
        let micros = self.held.load(Ordering::Relaxed).saturating_mul(turns);
        Duration::from_micros(micros / whole(self.budget.concurrent).max(1))
    }

    fn remember(&self, held: Duration) {
        let sample = u64::try_from(held.as_micros()).unwrap_or(u64::MAX) / WEIGHT;
        let mix = |mean: u64| Some((mean - mean / WEIGHT).saturating_add(sample));
        // The closure always gives a value, so the update cannot fail.
        let _always = self.held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, mix);
    }
}

/// Someone in the queue; leaves it when dropped, served or not.
struct Waiter<'a> {
    lane: &'a Lane,
    ahead: usize,
}

impl<'a> Waiter<'a> {
    fn new(lane: &'a Lane) -> Self {
        let ahead = lane.waiting.fetch_add(1, Ordering::Relaxed);
        lane.measures.waiting.increment(1);
        Self { lane, ahead }
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.lane.waiting.fetch_sub(1, Ordering::Relaxed);
        self.lane.measures.waiting.decrement(1);
    }
}

/// A request's place; dropping it lets the next one in.
#[derive(Debug)]
pub(super) struct Turn {
    _permit: OwnedSemaphorePermit,
    lane: Arc<Lane>,
    begun: Instant,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.lane.remember(self.begun.elapsed());
        self.lane.measures.in_flight.decrement(1);
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{advance, sleep};

    use super::*;

    fn lane(concurrent: usize, queue: usize, queue_milliseconds: u64) -> Arc<Lane> {
        Arc::new(Lane::new("test", Budget { concurrent, queue, queue_milliseconds }))
    }

    #[tokio::test(start_paused = true)]
    async fn the_next_one_in_the_queue_gets_the_place_that_comes_free() {
        let lane = lane(1, 1, 500);
        let turn = lane.enter().await.unwrap();
        let next = tokio::spawn({
            let lane = Arc::clone(&lane);
            async move { lane.enter().await.is_ok() }
        });
        sleep(Duration::from_millis(100)).await;
        drop(turn);
        assert!(next.await.unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_queue_sheds_at_once() {
        let lane = lane(1, 1, 500);
        let _turn = lane.enter().await.unwrap();
        let waiter = tokio::spawn({
            let lane = Arc::clone(&lane);
            async move { lane.enter().await.is_ok() }
        });
        tokio::task::yield_now().await;
        let begun = Instant::now();
        assert_eq!(lane.enter().await.unwrap_err(), Shed);
        assert_eq!(begun.elapsed(), Duration::ZERO);
        assert!(!waiter.await.unwrap(), "nobody waits without end");
        assert_eq!(begun.elapsed(), MOST_WAIT);
        assert_eq!(lane.waiting.load(Ordering::Relaxed), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_would_be_too_long_is_not_begun() {
        let lane = lane(2, 1_000, 500);
        for _ in 0..50 {
            let turn = lane.enter().await.unwrap();
            advance(Duration::from_millis(100)).await;
            drop(turn);
        }
        // Two places of a tenth of a second each: ten people wait half a second.
        let expected = |ahead| lane.expected(ahead).as_millis();
        assert!((450..=500).contains(&expected(9)), "{}", expected(9));
        let _turns = (lane.enter().await.unwrap(), lane.enter().await.unwrap());
        let waiting: Vec<_> = (0..20)
            .map(|_| {
                let lane = Arc::clone(&lane);
                tokio::spawn(async move {
                    let begun = Instant::now();
                    let _shed = lane.enter().await;
                    begun.elapsed()
                })
            })
            .collect();
        let mut at_once = 0;
        for waiter in waiting {
            at_once += usize::from(waiter.await.unwrap().is_zero());
        }
        assert_eq!(at_once, 10);
    }

    #[tokio::test(start_paused = true)]
    async fn one_slow_request_does_not_shut_the_lane() {
        let lane = lane(1, 8, 100);
        let turn = lane.enter().await.unwrap();
        advance(Duration::from_mins(1)).await;
        drop(turn);
        assert!(lane.expected(0) > Duration::from_secs(1));
        assert!(lane.enter().await.is_ok(), "a free place is given whatever is expected");
    }

    #[tokio::test]
    async fn whoever_stops_waiting_leaves_the_queue() {
        let lane = lane(1, 8, 60_000);
        let _turn = lane.enter().await.unwrap();
        let waiter = tokio::spawn({
            let lane = Arc::clone(&lane);
            async move { lane.enter().await.is_ok() }
        });
        while lane.waiting.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        waiter.abort();
        assert!(waiter.await.unwrap_err().is_cancelled());
        assert_eq!(lane.waiting.load(Ordering::Relaxed), 0);
    }
}

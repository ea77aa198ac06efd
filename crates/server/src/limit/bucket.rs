//! Token buckets: so many requests at once, then so many a second.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde::Serialize;
use tokio::time::Instant;

/// A rate: `burst` requests at once, refilled at `per_second`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Rate {
    /// How many requests a second are allowed in the long run.
    pub per_second: u32,
    /// How many requests are allowed at once.
    pub burst: u32,
}

/// The most keys that are remembered; full buckets are forgotten first.
const MAX_KEYS: usize = 100_000;

/// Whether a request may go on, and how it stands with the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) is_admitted: bool,
    /// How many more requests would be admitted now.
    pub(super) remaining: u32,
    /// How long until one more is admitted (when refused) or the bucket is full again.
    pub(super) wait: Duration,
}

/// One bucket for each key.
#[derive(Debug)]
pub(super) struct Buckets<K> {
    rate: Rate,
    levels: Mutex<HashMap<K, Level>>,
}

#[derive(Debug, Clone, Copy)]
struct Level {
    tokens: f64,
    at: Instant,
}

impl<K: Eq + Hash + Copy> Buckets<K> {
    pub(super) fn new(rate: Rate) -> Self {
        Self { rate, levels: Mutex::default() }
    }

    /// Takes a token for a key at a time.
    pub(super) fn take(&self, key: K, now: Instant) -> Verdict {
        let (burst, per_second) = (f64::from(self.rate.burst), f64::from(self.rate.per_second));
        let mut levels = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        if levels.len() >= MAX_KEYS && !levels.contains_key(&key) {
            levels.retain(|_, level| level.at(now, burst, per_second) < burst);
            if levels.len() >= MAX_KEYS {
                // A flood from more addresses than we remember: the budgets of the route classes hold it.
                levels.clear();
            }
        }
        let level = levels.entry(key).or_insert(Level { tokens: burst, at: now });
        let tokens = level.at(now, burst, per_second);
        let is_admitted = tokens >= 1.0;
        let left = if is_admitted { tokens - 1.0 } else { tokens };
        *level = Level { tokens: left, at: now };
        let missing = if is_admitted { burst - left } else { 1.0 - left };
        Verdict {
            is_admitted,
            remaining: whole(left),
            wait: Duration::from_secs_f64(missing / per_second.max(0.001)),
        }
    }
}

impl Level {
    fn at(&self, now: Instant, burst: f64, per_second: f64) -> f64 {
        (self.tokens + now.duration_since(self.at).as_secs_f64() * per_second).min(burst)
    }
}

/// The whole part of a small number that is not negative.
fn whole(tokens: f64) -> u32 {
    let mut count = 0_u32;
    while f64::from(count) + 1.0 <= tokens {
        count += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_a_steady_rate() {
        let buckets = Buckets::new(Rate { per_second: 5, burst: 50 });
        let start = Instant::now();
        let admitted = (0..80).filter(|_| buckets.take(1, start).is_admitted).count();
        assert_eq!(admitted, 50);
        let refused = buckets.take(1, start);
        assert_eq!((refused.remaining, refused.wait), (0, Duration::from_millis(200)));
        let later = start + Duration::from_secs(2);
        assert_eq!((0..80).filter(|_| buckets.take(1, later).is_admitted).count(), 10);
        assert_eq!(
            buckets.take(2, later),
            Verdict { is_admitted: true, remaining: 49, wait: Duration::from_millis(200) }
        );
    }

    #[test]
    fn memory_is_bounded() {
        let buckets = Buckets::new(Rate { per_second: 1, burst: 1 });
        let now = Instant::now();
        for key in 0..(MAX_KEYS + 10) {
            buckets.take(key, now);
        }
        assert!(buckets.levels.lock().unwrap().len() <= MAX_KEYS);
    }
}

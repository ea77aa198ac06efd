//! Chance that can be had again: the same seed gives the same choices.

use std::time::Duration;

use fastrand::Rng;

use crate::told;

/// A generator of choices.
#[derive(Debug, Clone)]
pub struct Random(Rng);

impl Random {
    /// A generator from a seed.
    pub fn new(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }

    /// From `VITRINA_SEED`, else by chance; says on the standard error which one it is.
    #[expect(clippy::print_stderr, reason = "a failing test is repeated with the seed that it says")]
    pub fn told_or_new(what: &str) -> Self {
        let told = told("VITRINA_SEED").and_then(|seed| seed.parse().ok());
        let seed = told.unwrap_or_else(|| fastrand::u64(..));
        eprintln!("{what}: VITRINA_SEED={seed}");
        Self::new(seed)
    }

    /// A generator of its own for somebody who chooses at the same time.
    #[must_use]
    pub fn fork(&mut self) -> Self {
        Self(self.0.fork())
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0.u64(..)
    }

    /// A number below another; zero where there is none.
    pub fn below(&mut self, end: usize) -> usize {
        self.0.usize(..end.max(1))
    }

    /// One of these; nothing of none.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }

    /// A time between two, more often a short one.
    pub fn moment(&mut self, least: Duration, most: Duration) -> Duration {
        let range = most.saturating_sub(least).as_micros();
        let part = u128::from(self.number() % 1_000);
        let micros = range * part * part / 1_000_000;
        least + Duration::from_micros(u64::try_from(micros).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_chooses_the_same_and_another_does_not() {
        let choices = |seed| {
            let mut random = Random::new(seed);
            std::array::from_fn::<usize, 20, _>(|_| random.below(1_000))
        };
        assert_eq!(choices(7), choices(7));
        assert_ne!(choices(7), choices(8));
        let mut random = Random::new(1);
        let (least, most) = (Duration::from_millis(20), Duration::from_secs(2));
        assert!(
            (0..1_000).map(|_| random.moment(least, most)).all(|moment| moment >= least && moment < most)
        );
    }
}

//! Chance that can be had again: the same seed gives the same choices.

use std::{
    hash::{BuildHasher as _, Hasher as _, RandomState},
    time::Duration,
};

use crate::told;

/// A generator of choices (`SplitMix64`: every seed is as good as another).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A generator from a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// From `VITRINA_SEED`, else by chance; says on the standard error which one it is.
    #[expect(clippy::print_stderr, reason = "a failing test is repeated with the seed that it says")]
    pub fn told_or_new(what: &str) -> Self {
        let chance = || RandomState::new().build_hasher().finish();
        let seed = told("VITRINA_SEED").and_then(|seed| seed.parse().ok()).unwrap_or_else(chance);
        eprintln!("{what}: VITRINA_SEED={seed}");
        Self(seed)
    }

    /// A generator of its own for somebody who chooses at the same time.
    #[must_use]
    pub fn fork(&mut self) -> Self {
        Self(self.number())
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below another; zero below zero.
    pub fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.number() % end).unwrap_or_default()
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

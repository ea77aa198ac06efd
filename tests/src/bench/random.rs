//! Numbers that look random and are the same in every run.

/// A generator that a seed determines (`SplitMix64`).
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, and without, `end`; 0 when there is none.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % end).unwrap_or(0)
    }

    /// Whether something happens that happens `percent` times in a hundred.
    pub(super) fn happens(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of several.
    pub(super) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> Option<&'a T> {
        from.get(self.below(from.len())).copied()
    }

    /// A place in a list by weights.
    pub(super) fn weighted(&mut self, weights: &[usize]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (place, weight) in weights.iter().enumerate() {
            if left < *weight {
                return place;
            }
            left -= weight;
        }
        0
    }

    /// A place in a list whose first members are much more frequent than its last.
    pub(super) fn skewed(&mut self, len: usize) -> usize {
        // The smaller of two draws over a triangle, twice: the first tenth gets about a third.
        let first = self.below(len).min(self.below(len));
        first.min(self.below(len))
    }

    /// A number that is distributed as these quantiles are.
    pub(super) fn like(&mut self, shape: &Quantiles) -> usize {
        let mille = self.below(1000);
        let mut low = (0, 0);
        for high in shape.0 {
            if mille < high.0 {
                let (from, to) = (low.1, high.1.max(low.1));
                return from + (to - from) * (mille - low.0) / (high.0 - low.0).max(1);
            }
            low = high;
        }
        low.1
    }
}

/// The quantiles of a distribution: per mille, and the value that so many stay below.
#[derive(Debug)]
pub(super) struct Quantiles(pub(super) [(usize, usize); 7]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_numbers_again() {
        let draw = |seed| {
            let mut random = Random::new(seed);
            [random.next(), random.next(), random.next()]
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn numbers_follow_their_quantiles() {
        let shape = Quantiles([(50, 2), (250, 4), (500, 10), (750, 20), (900, 40), (990, 80), (1000, 90)]);
        let mut random = Random::new(1);
        let mut drawn: Vec<usize> = (0..10_000).map(|_| random.like(&shape)).collect();
        drawn.sort_unstable();
        assert!((9..=11).contains(&drawn[5_000]) && (37..=43).contains(&drawn[9_000]), "{}", drawn[5_000]);
        assert!(drawn[9_999] < 90);
    }
}

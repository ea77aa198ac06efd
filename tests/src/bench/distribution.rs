//! Chance with a shape: how often, and how large, as in the catalogs that are out there.

use crate::Random;

impl Random {
    /// Whether something happens that happens `percent` times in a hundred.
    pub(super) fn happens(&mut self, percent: usize) -> bool {
        self.below(100) < percent
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
    fn numbers_follow_their_quantiles() {
        let shape = Quantiles([(50, 2), (250, 4), (500, 10), (750, 20), (900, 40), (990, 80), (1000, 90)]);
        let mut random = Random::new(1);
        let mut drawn: Vec<usize> = (0..10_000).map(|_| random.like(&shape)).collect();
        drawn.sort_unstable();
        assert!((9..=11).contains(&drawn[5_000]) && (37..=43).contains(&drawn[9_000]), "{}", drawn[5_000]);
        assert!(drawn[9_999] < 90);
    }
}

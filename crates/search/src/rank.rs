//! Orders: what a hit is sorted by, and where a page begins.

use std::cmp::Ordering;

use tantivy::{SegmentReader, columnar::Column, columnar::StrColumn};
use vitrina_domain::query::{Direction, Sort, SortKey};

use crate::{
    answer::{After, AfterKey},
    error::SearchError,
    schema,
};

/// The place of a record in an order; the smaller comes first.
///
/// Records without a value come last in either direction, and the creation sequence breaks ties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    missing: bool,
    /// The value, turned round for descending orders.
    key: i64,
    created_seq: i64,
}

impl Rank {
    pub(crate) fn new(key: Option<i64>, created_seq: i64) -> Self {
        Self { missing: key.is_none(), key: key.unwrap_or_default(), created_seq }
    }

    /// Whether a record with this key comes later whatever its creation sequence is.
    pub(crate) fn is_before_key(self, key: Option<i64>) -> bool {
        (self.missing, self.key) < (key.is_none(), key.unwrap_or_default())
    }

    /// Whether a record with this key comes earlier whatever its creation sequence is.
    pub(crate) fn is_after_key(self, key: Option<i64>) -> bool {
        (self.missing, self.key) > (key.is_none(), key.unwrap_or_default())
    }

    pub(crate) fn created_seq(self) -> i64 {
        self.created_seq
    }

    /// The key as it stood before it was turned.
    pub(crate) fn turned(self, direction: Direction) -> Option<i64> {
        (!self.missing).then(|| turn(self.key, direction))
    }
}

/// Turns a value round for descending orders; bitwise, so that no value overflows.
pub(crate) const fn turn(value: i64, direction: Direction) -> i64 {
    match direction {
        Direction::Ascending => value,
        Direction::Descending => !value,
    }
}

/// A score as a number of the same order.
pub(crate) fn score_key(score: f32) -> i64 {
    let bits = i32::from_ne_bytes(score.to_ne_bytes());
    // IEEE 754 floats sort as integers, the negative ones in reverse.
    i64::from(if bits < 0 { bits ^ i32::MAX } else { bits })
}

/// The score that a number stands for.
pub(crate) fn key_score(key: i64) -> f32 {
    let bits = i32::try_from(key).unwrap_or_default();
    f32::from_ne_bytes((if bits < 0 { bits ^ i32::MAX } else { bits }).to_ne_bytes())
}

/// Where an order finds its keys in a segment.
pub(crate) enum Keys {
    Score,
    Number(Column<i64>),
    Title(Option<StrColumn>),
}

impl Keys {
    pub(crate) fn of(key: SortKey, segment: &SegmentReader) -> tantivy::Result<Self> {
        Ok(match (key, schema::order_column(key)) {
            (_, Some(column)) => Self::Number(segment.fast_fields().i64(column)?),
            (SortKey::Title, None) => Self::Title(segment.fast_fields().str(schema::column::TITLE_ORDER)?),
            (_, None) => Self::Score,
        })
    }

    pub(crate) fn key(&self, doc: u32, score: f32) -> Option<i64> {
        match self {
            Self::Score => Some(score_key(score)),
            Self::Number(column) => column.first(doc),
            Self::Title(column) => {
                let ordinal = column.as_ref()?.ords().first(doc)?;
                i64::try_from(ordinal).ok()
            }
        }
    }

    /// The rank of the last record of the page before, in the numbers of this segment.
    pub(crate) fn bound(&self, sort: Sort, after: &After) -> Result<Rank, SearchError> {
        let turned = |value| turn(value, sort.direction);
        let key = match (self, &after.key) {
            (Self::Score, AfterKey::Score(score)) => Some(turned(score_key(*score))),
            (Self::Number(_), AfterKey::Number(Some(value))) => Some(turned(*value)),
            (Self::Number(_) | Self::Title(_), AfterKey::Number(None)) if sort.key != SortKey::Created => {
                None
            }
            (Self::Title(column), AfterKey::Text(text)) => {
                return title_bound(column.as_ref(), sort, text, after);
            }
            _ => return Err(SearchError::CursorMismatch),
        };
        Ok(Rank::new(key, after.created_seq))
    }
}

/// A title that the segment lacks stands between two of its ordinals.
fn title_bound(
    column: Option<&StrColumn>,
    sort: Sort,
    text: &str,
    after: &After,
) -> Result<Rank, SearchError> {
    let Some(column) = column else { return Ok(Rank::new(Some(0), after.created_seq)) };
    let ordinal = |found: u64| i64::try_from(found).unwrap_or(i64::MAX);
    if let Some(found) = column.dictionary().term_ord(text).map_err(SearchError::engine)? {
        return Ok(Rank::new(Some(turn(ordinal(found), sort.direction)), after.created_seq));
    }
    let next = ordinal(first_from(column, text)?);
    // Everything up to the gap was on earlier pages, so the bound is the last place before it.
    let key = match sort.direction {
        Direction::Ascending => next - 1,
        Direction::Descending => turn(next, sort.direction),
    };
    Ok(Rank::new(Some(key), i64::MAX))
}

/// The first ordinal whose text is not before this one; the number of texts where there is none.
pub(crate) fn first_from(column: &StrColumn, text: &str) -> Result<u64, SearchError> {
    let end = u64::try_from(column.num_terms()).unwrap_or(u64::MAX);
    let range = (std::ops::Bound::Included(text), std::ops::Bound::<&str>::Unbounded);
    let (from, _) = column.dictionary().term_bounds_to_ord(range.0, range.1).map_err(SearchError::engine)?;
    Ok(match from {
        std::ops::Bound::Included(ordinal) => ordinal.min(end),
        std::ops::Bound::Excluded(ordinal) => ordinal.saturating_add(1).min(end),
        std::ops::Bound::Unbounded => 0,
    })
}

/// Compares two places whose keys are told in full.
pub(crate) fn compare(left: &After, right: &After, direction: Direction) -> Ordering {
    let turned = |order: Ordering| if direction == Direction::Descending { order.reverse() } else { order };
    let by_key = match (&left.key, &right.key) {
        (AfterKey::Number(Some(left)), AfterKey::Number(Some(right))) => turned(left.cmp(right)),
        (AfterKey::Text(left), AfterKey::Text(right)) => turned(left.cmp(right)),
        (AfterKey::Score(left), AfterKey::Score(right)) => turned(left.total_cmp(right)),
        (left, right) => {
            let missing = |key: &AfterKey| *key == AfterKey::Number(None);
            missing(left).cmp(&missing(right))
        }
    };
    by_key.then(left.created_seq.cmp(&right.created_seq))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_keep_their_order_as_numbers() {
        let scores = [-1.5, -0.0, 0.0, f32::MIN_POSITIVE, 0.5, 11_000.25, f32::MAX];
        assert!(scores.map(score_key).is_sorted());
        for score in scores {
            assert_eq!(key_score(score_key(score)).to_bits(), score.to_bits());
        }
    }

    #[test]
    fn missing_values_come_last_both_ways_and_ties_go_by_creation() {
        for direction in [Direction::Ascending, Direction::Descending] {
            let rank = |value: Option<i64>, seq| Rank::new(value.map(|value| turn(value, direction)), seq);
            assert!(rank(Some(i64::MAX), 9) < rank(None, 1) && rank(Some(i64::MIN), 9) < rank(None, 1));
            assert!(rank(Some(7), 1) < rank(Some(7), 2));
            assert_eq!(rank(Some(i64::MIN), 1).turned(direction), Some(i64::MIN));
        }
        assert!(
            Rank::new(Some(turn(2, Direction::Descending)), 0)
                < Rank::new(Some(turn(1, Direction::Descending)), 0)
        );
    }
}

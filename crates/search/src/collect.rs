//! One pass over the records that match: the best of a page, their number, and who they are.

use std::{cmp::Reverse, collections::BinaryHeap};

use tantivy::{
    DocAddress, DocId, Score, SegmentOrdinal, SegmentReader, TantivyError,
    collector::{Collector, SegmentCollector},
    columnar::Column,
};
use vitrina_domain::query::{Sort, SortKey};

use crate::{
    answer::{After, AfterKey},
    error::SearchError,
    rank::{self, Keys, Rank},
    schema,
};

/// Whether the records that match are remembered, for facets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Memory {
    Forget,
    Remember,
}

/// Asks for one page of an order.
pub(crate) struct PageCollector {
    pub sort: Sort,
    pub after: Option<After>,
    /// One more than is shown, to know whether there is more.
    pub limit: usize,
    pub memory: Memory,
}

/// The records that match, by segment.
pub(crate) type Matches = Vec<(SegmentOrdinal, Vec<DocId>)>;

/// What a pass found.
#[derive(Default)]
pub(crate) struct Collected {
    /// The best of the page with their places, in order.
    pub best: Vec<(After, DocAddress)>,
    pub total: u64,
    pub matches: Matches,
}

/// What a pass found in one segment.
pub(crate) struct SegmentCollected {
    best: Vec<(After, DocAddress)>,
    total: u64,
    matches: (SegmentOrdinal, Vec<DocId>),
}

impl Collector for PageCollector {
    type Fruit = Collected;
    type Child = SegmentPage;

    fn for_segment(&self, ordinal: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<SegmentPage> {
        let keys = Keys::of(self.sort.key, segment)?;
        let bound = self.after.as_ref().map(|after| keys.bound(self.sort, after)).transpose();
        // Cursors are checked before the pass starts, so only the engine fails here.
        let bound = bound.map_err(|error| TantivyError::InternalError(error.to_string()))?;
        Ok(SegmentPage {
            ordinal,
            sort: self.sort,
            keys,
            bound,
            created_seq: segment.fast_fields().i64(schema::column::CREATED_SEQ)?,
            limit: self.limit,
            best: BinaryHeap::with_capacity(self.limit.min(1_024) + 1),
            worst: None,
            total: 0,
            memory: self.memory,
            matches: Vec::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        self.sort.key == SortKey::Relevance && self.limit > 0
    }

    fn merge_fruits(&self, segments: Vec<SegmentCollected>) -> tantivy::Result<Collected> {
        let mut collected = Collected::default();
        for segment in segments {
            collected.total += segment.total;
            collected.best.extend(segment.best);
            collected.matches.push(segment.matches);
        }
        collected.best.sort_by(|(left, _), (right, _)| rank::compare(left, right, self.sort.direction));
        collected.best.truncate(self.limit);
        Ok(collected)
    }
}

/// Refuses a cursor that was made for another order.
pub(crate) fn check(sort: Sort, after: &After) -> Result<(), SearchError> {
    let fits = match (&after.key, sort.key) {
        (AfterKey::Score(score), SortKey::Relevance) => score.is_finite(),
        (AfterKey::Number(Some(_)), SortKey::Created) | (AfterKey::Text(_), SortKey::Title) => true,
        (AfterKey::Number(Some(_)), key) => schema::order_column(key).is_some(),
        (AfterKey::Number(None), key) => !matches!(key, SortKey::Relevance | SortKey::Created),
        _ => false,
    };
    if fits { Ok(()) } else { Err(SearchError::CursorMismatch) }
}

pub(crate) struct SegmentPage {
    ordinal: SegmentOrdinal,
    sort: Sort,
    keys: Keys,
    bound: Option<Rank>,
    created_seq: Column<i64>,
    limit: usize,
    best: BinaryHeap<(Rank, Reverse<DocId>)>,
    /// The last of the best, once there are as many as asked.
    worst: Option<Rank>,
    total: u64,
    memory: Memory,
    matches: Vec<DocId>,
}

impl SegmentPage {
    /// Keeps a record if it belongs to the page; its creation sequence is only read where it decides.
    fn offer(&mut self, doc: DocId, score: Score) {
        let key = self.keys.key(doc, score).map(|key| rank::turn(key, self.sort.direction));
        if self.bound.is_some_and(|bound| bound.is_after_key(key)) {
            return;
        }
        if self.worst.is_some_and(|worst| worst.is_before_key(key)) {
            return;
        }
        let rank = Rank::new(key, self.created_seq.first(doc).unwrap_or_default());
        if self.bound.is_some_and(|bound| rank <= bound) || self.worst.is_some_and(|worst| rank > worst) {
            return;
        }
        self.best.push((rank, Reverse(doc)));
        if self.best.len() > self.limit {
            self.best.pop();
        }
        if self.best.len() == self.limit {
            self.worst = self.best.peek().map(|(rank, _)| *rank);
        }
    }

    fn place(&self, rank: Rank) -> After {
        let key = rank.turned(self.sort.direction);
        let key = match (&self.keys, key) {
            (Keys::Score, key) => AfterKey::Score(rank::key_score(key.unwrap_or_default())),
            (Keys::Number(_), key) => AfterKey::Number(key),
            (Keys::Title(Some(column)), Some(ordinal)) => {
                let mut text = String::new();
                let ordinal = u64::try_from(ordinal).unwrap_or_default();
                // The ordinal was read from this column, so it has a text; an unreadable block sorts as missing.
                match column.ord_to_str(ordinal, &mut text) {
                    Ok(true) => AfterKey::Text(text),
                    Ok(false) | Err(_) => AfterKey::Number(None),
                }
            }
            (Keys::Title(_), _) => AfterKey::Number(None),
        };
        After { key, created_seq: rank.created_seq() }
    }
}

impl SegmentCollector for SegmentPage {
    type Fruit = SegmentCollected;

    fn collect(&mut self, doc: DocId, score: Score) {
        self.total += 1;
        if self.memory == Memory::Remember {
            self.matches.push(doc);
        }
        if self.limit > 0 {
            self.offer(doc, score);
        }
    }

    fn harvest(mut self) -> SegmentCollected {
        let best = std::mem::take(&mut self.best);
        let placed = best
            .into_iter()
            .map(|(rank, Reverse(doc))| (self.place(rank), DocAddress::new(self.ordinal, doc)))
            .collect();
        SegmentCollected { best: placed, total: self.total, matches: (self.ordinal, self.matches) }
    }
}

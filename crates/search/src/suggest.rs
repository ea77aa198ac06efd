//! Titles offered while someone types.

use tantivy::{
    DocAddress, DocId, SegmentOrdinal, SegmentReader, Term,
    collector::{Collector, SegmentCollector},
    columnar::StrColumn,
    query::{BooleanQuery, ConstScoreQuery, Query, TermQuery},
    schema::IndexRecordOption,
};
use vitrina_domain::query::Field;

use crate::{analysis, fact, fold, rank, schema, schema::Fields};

/// The shortest beginning that is looked for inside titles; shorter ones only at their beginning.
const MIN_INSIDE: usize = 2;

/// The titles that a beginning asks for, or nothing where it holds no word.
pub(crate) fn query(fields: &Fields, typed: &str) -> Option<Box<dyn Query>> {
    let mut words = analysis::whole_words(typed);
    let line = words.join(" ");
    let last = words.pop()?;
    let mut parts: Vec<Box<dyn Query>> = Vec::new();
    if words.is_empty() && last.chars().count() < MIN_INSIDE {
        parts.push(fact::prefix_query(fields.fact, &fact::text_beginning(Field::Title, &line)));
    } else {
        parts.push(fact::prefix_query(fields.title_words, &last));
    }
    for word in &words {
        let term = Term::from_field_text(fields.title_words, word);
        parts.push(Box::new(TermQuery::new(term, IndexRecordOption::Basic)));
    }
    Some(Box::new(ConstScoreQuery::new(Box::new(BooleanQuery::intersection(parts)), 0.0)))
}

/// One record for each title, those that begin with what was typed first.
pub(crate) struct TitleCollector {
    beginning: String,
    limit: usize,
}

/// A title with a record that has it; the order of the fields is the order of suggestions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Title {
    inside: bool,
    key: String,
    pub address: DocAddress,
}

impl TitleCollector {
    pub(crate) fn new(typed: &str, limit: usize) -> Self {
        Self { beginning: fold::collation(&analysis::line(typed)), limit }
    }
}

impl Collector for TitleCollector {
    type Fruit = Vec<Title>;
    type Child = SegmentTitles;

    fn for_segment(
        &self,
        ordinal: SegmentOrdinal,
        segment: &SegmentReader,
    ) -> tantivy::Result<SegmentTitles> {
        let column = segment.fast_fields().str(schema::column::TITLE_ORDER)?;
        let bounds = column.as_ref().map(|column| -> Result<_, crate::SearchError> {
            let end = format!("{}\u{10ffff}", self.beginning);
            Ok((rank::first_from(column, &self.beginning)?, rank::first_from(column, &end)?))
        });
        let bounds =
            bounds.transpose().map_err(|error| tantivy::TantivyError::InternalError(error.to_string()))?;
        let titles = column.as_ref().map_or(0, |column| column.num_terms());
        Ok(SegmentTitles {
            ordinal,
            column,
            bounds: bounds.unwrap_or_default(),
            first: vec![DocId::MAX; titles],
            limit: self.limit,
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<Vec<Title>>) -> tantivy::Result<Vec<Title>> {
        let mut titles: Vec<Title> = segments.into_iter().flatten().collect();
        titles.sort();
        titles.dedup_by(|later, first| later.key == first.key);
        titles.truncate(self.limit);
        Ok(titles)
    }
}

pub(crate) struct SegmentTitles {
    ordinal: SegmentOrdinal,
    column: Option<StrColumn>,
    /// The numbers of the titles that begin with what was typed.
    bounds: (u64, u64),
    /// The first record with each title.
    first: Vec<DocId>,
    limit: usize,
}

impl SegmentTitles {
    fn titles(&self, column: &StrColumn, wanted: impl Fn(u64) -> bool, inside: bool) -> Vec<Title> {
        let held = (0_u64..).zip(&self.first).filter(|(number, doc)| **doc != DocId::MAX && wanted(*number));
        held.take(self.limit)
            .filter_map(|(number, doc)| {
                let mut key = String::new();
                column.ord_to_str(number, &mut key).ok()?;
                Some(Title { inside, key, address: DocAddress::new(self.ordinal, *doc) })
            })
            .collect()
    }
}

impl SegmentCollector for SegmentTitles {
    type Fruit = Vec<Title>;

    fn collect(&mut self, doc: DocId, _score: f32) {
        let number = self.column.as_ref().and_then(|column| column.ords().first(doc));
        let first = number.and_then(|number| self.first.get_mut(usize::try_from(number).ok()?));
        if let Some(first) = first {
            *first = doc.min(*first);
        }
    }

    fn harvest(self) -> Vec<Title> {
        let Some(column) = &self.column else { return Vec::new() };
        let (from, to) = self.bounds;
        let begins = |number: u64| (from..to).contains(&number);
        let mut titles = self.titles(column, begins, false);
        titles.extend(self.titles(column, |number| !begins(number), true));
        titles
    }
}

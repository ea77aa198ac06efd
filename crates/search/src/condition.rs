//! How a selection becomes a query object; user text is never parsed here.

use std::ops::Bound as Limit;

use tantivy::{
    Term,
    query::{AllQuery, BooleanQuery, ConstScoreQuery, EmptyQuery, Occur, Query, RangeQuery},
};
use vitrina_domain::{
    date::{Date, Precision},
    query::{Bound, Field, FieldType, Query as Condition, Range, Selection, Test},
    scope::Scope,
};

use crate::{
    code::Codes,
    fact,
    schema::{self, Fields},
    words::{Purpose, StopWords, Words},
};

/// Trees deeper than any front end builds match nothing, so that the stack never runs out.
const MAX_DEPTH: usize = 2 * vitrina_domain::query::MAX_DEPTH + 8;

/// Builds queries from conditions.
#[derive(Clone, Copy)]
pub(crate) struct Compiler<'a> {
    pub fields: &'a Fields,
    pub codes: &'a Codes,
}

impl Compiler<'_> {
    /// The records of a selection that a scope shows.
    pub(crate) fn compile(&self, selection: &Selection, scope: &Scope, purpose: Purpose) -> Box<dyn Query> {
        let stops = StopWords::of(&selection.query);
        let words = Words { fields: self.fields, purpose, stops };
        let asked = self.condition(&selection.query, words, 0).unwrap_or_else(all);
        let mut parts = vec![(Occur::Must, asked)];
        parts.extend(self.scope(scope).map(|scope| (Occur::Must, silent(scope))));
        parts.extend(self.kinds(selection).map(|kinds| (Occur::Must, silent(kinds))));
        if purpose == Purpose::Rank {
            parts.extend(words.title_bonus(&selection.query).into_iter().map(|bonus| (Occur::Should, bonus)));
        }
        Box::new(BooleanQuery::new(parts))
    }

    /// What a scope leaves out of everything.
    pub(crate) fn scope(&self, scope: &Scope) -> Option<Box<dyn Query>> {
        let public = self.fact(fact::PUBLIC);
        match scope {
            Scope::All => None,
            Scope::Public => Some(public),
            Scope::Organizations(ids) => {
                let own = ids.iter().map(|id| self.fact(&fact::owner(*id)));
                Some(any(own.chain([public]).collect()))
            }
        }
    }

    fn kinds(&self, selection: &Selection) -> Option<Box<dyn Query>> {
        let kinds: Vec<_> = selection.kinds.iter().map(|kind| self.fact(&fact::kind(*kind))).collect();
        (!kinds.is_empty()).then(|| any(kinds))
    }

    fn fact(&self, fact: &str) -> Box<dyn Query> {
        fact::query(self.fields.fact, fact)
    }

    /// The query of a condition, or nothing where it holds no word to ask for.
    fn condition(&self, condition: &Condition, words: Words<'_>, depth: usize) -> Option<Box<dyn Query>> {
        if depth > MAX_DEPTH {
            return Some(none());
        }
        match condition {
            Condition::All => Some(all()),
            Condition::And(parts) => self.and(parts, words, depth),
            Condition::Or(parts) => {
                let known: Vec<_> =
                    parts.iter().filter_map(|part| self.condition(part, words, depth + 1)).collect();
                (parts.is_empty() || !known.is_empty()).then(|| any(known))
            }
            Condition::Not(part) => self.condition(part, words, depth + 1).map(not),
            Condition::Word(text) => words.word(text),
            Condition::Phrase(text) => words.phrase(text),
            Condition::Prefix(text) => words.prefix(text),
            Condition::Field(field, test) => self.test(*field, test, words),
        }
    }

    fn and(&self, parts: &[Condition], words: Words<'_>, depth: usize) -> Option<Box<dyn Query>> {
        if parts.is_empty() {
            return Some(all());
        }
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for part in parts {
            match part {
                Condition::Not(excluded) => {
                    let excluded = self.condition(excluded, words, depth + 1);
                    clauses.extend(excluded.map(|query| (Occur::MustNot, query)));
                }
                part => {
                    clauses.extend(self.condition(part, words, depth + 1).map(|query| (Occur::Must, query)));
                }
            }
        }
        if clauses.iter().all(|(occur, _)| *occur == Occur::MustNot) && !clauses.is_empty() {
            clauses.push((Occur::Must, all()));
        }
        (!clauses.is_empty()).then(|| Box::new(BooleanQuery::new(clauses)) as Box<dyn Query>)
    }

    fn test(&self, field: Field, test: &Test, words: Words<'_>) -> Option<Box<dyn Query>> {
        if let Test::Exists(wanted) = test {
            let present = silent(self.fact(&fact::present(field)));
            return Some(if *wanted { present } else { not(present) });
        }
        match field.field_type() {
            FieldType::Text => self.text_test(field, test, words),
            FieldType::Keyword => self.keyword_test(field, test).map(silent),
            FieldType::Date | FieldType::Number => Some(silent(self.number_test(field, test))),
        }
    }

    fn text_test(&self, field: Field, test: &Test, words: Words<'_>) -> Option<Box<dyn Query>> {
        let all_in = |text: &String| schema::tier(field).and_then(|tier| words.all_in(tier, text));
        match test {
            Test::AnyOf(texts) => {
                let known: Vec<_> = texts.iter().filter_map(all_in).collect();
                (texts.is_empty() || !known.is_empty()).then(|| any(known))
            }
            Test::Contains(text) => all_in(text),
            Test::StartsWith(text) => {
                Some(silent(fact::prefix_query(self.fields.fact, &fact::text_beginning(field, text))))
            }
            Test::Range(_) | Test::Exists(_) => Some(none()),
        }
    }

    fn keyword_test(&self, field: Field, test: &Test) -> Option<Box<dyn Query>> {
        match test {
            Test::AnyOf(values) => {
                // A value is also found under the code that it is another spelling of.
                let spellings = values.iter().flat_map(|value| {
                    let codes = self.codes.resolve(field, value);
                    codes.into_iter().chain([value.clone()])
                });
                Some(any(spellings.map(|value| self.fact(&fact::value(field, &value))).collect()))
            }
            Test::Contains(text) => {
                let words = crate::analysis::whole_words(text);
                let words: Vec<_> = words.iter().map(|word| self.fact(&fact::word(field, word))).collect();
                (!words.is_empty()).then(|| Box::new(BooleanQuery::intersection(words)) as Box<dyn Query>)
            }
            Test::StartsWith(text) => {
                Some(fact::prefix_query(self.fields.fact, &fact::beginning(field, text)))
            }
            Test::Range(_) | Test::Exists(_) => Some(none()),
        }
    }

    fn number_test(&self, field: Field, test: &Test) -> Box<dyn Query> {
        match test {
            Test::Range(range) => self.range(field, range),
            Test::AnyOf(values) => {
                let ranges = values.iter().filter_map(|value| covered(field, value));
                any(ranges.map(|range| self.range(field, &range)).collect())
            }
            Test::Contains(value) | Test::StartsWith(value) => {
                covered(field, value).map_or_else(none, |range| self.range(field, &range))
            }
            Test::Exists(_) => none(),
        }
    }

    fn range(&self, field: Field, range: &Range) -> Box<dyn Query> {
        let Some(column) = self.fields.number(field) else { return none() };
        let limit = |bound: Option<Bound>| match bound {
            Some(Bound { value, inclusive: true }) => Limit::Included(Term::from_field_i64(column, value)),
            Some(Bound { value, inclusive: false }) => Limit::Excluded(Term::from_field_i64(column, value)),
            None => Limit::Unbounded,
        };
        match (limit(range.from), limit(range.to)) {
            (Limit::Unbounded, Limit::Unbounded) => self.fact(&fact::present(field)),
            (from, to) => Box::new(RangeQuery::new(from, to)),
        }
    }
}

/// The stretch that a written date or number covers: `2024` is the whole year.
fn covered(field: Field, text: &str) -> Option<Range> {
    if field.field_type() == FieldType::Number {
        let value = text.trim().parse().ok()?;
        let bound = Some(Bound { value, inclusive: true });
        return Some(Range { from: bound, to: bound });
    }
    let date: Date = text.parse().ok()?;
    let from = date.start().micros();
    let written = date.as_str();
    let next = match date.precision() {
        Precision::Year => format!("{:04}", written.parse::<u32>().ok()? + 1),
        Precision::Month => next_month(written)?,
        Precision::Day => return Some(stretch(from, date.start().plus_seconds(86_400).micros())),
        Precision::Instant => {
            let bound = Some(Bound { value: from, inclusive: true });
            return Some(Range { from: bound, to: bound });
        }
    };
    Some(stretch(from, next.parse::<Date>().ok()?.start().micros()))
}

fn next_month(written: &str) -> Option<String> {
    let (year, month) = written.split_once('-')?;
    let (year, month): (u32, u32) = (year.parse().ok()?, month.parse().ok()?);
    Some(if month == 12 { format!("{:04}-01", year + 1) } else { format!("{year:04}-{:02}", month + 1) })
}

fn stretch(from: i64, to: i64) -> Range {
    Range {
        from: Some(Bound { value: from, inclusive: true }),
        to: Some(Bound { value: to, inclusive: false }),
    }
}

/// A query that matches without adding to the score.
fn silent(query: Box<dyn Query>) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, 0.0))
}

fn all() -> Box<dyn Query> {
    silent(Box::new(AllQuery))
}

fn none() -> Box<dyn Query> {
    Box::new(EmptyQuery)
}

fn not(query: Box<dyn Query>) -> Box<dyn Query> {
    Box::new(BooleanQuery::new(vec![(Occur::Must, all()), (Occur::MustNot, query)]))
}

fn any(mut queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    match queries.len() {
        0 => none(),
        1 => queries.pop().unwrap_or_else(none),
        _ => Box::new(BooleanQuery::union(queries)),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("2024", "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z")]
    #[case("2023-12", "2023-12-01T00:00:00Z", "2024-01-01T00:00:00Z")]
    #[case("2024-02", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z")]
    #[case("2024-02-29", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z")]
    fn a_written_date_covers_its_stretch(#[case] text: &str, #[case] from: &str, #[case] to: &str) {
        let micros = |text: &str| text.parse::<Date>().unwrap().start().micros();
        assert_eq!(covered(Field::Issued, text), Some(stretch(micros(from), micros(to))));
    }

    #[test]
    fn what_is_no_date_or_number_covers_nothing() {
        assert_eq!(covered(Field::Issued, "ayer"), None);
        assert_eq!(covered(Field::Distributions, "tres"), None);
        let three = Some(Bound { value: 3, inclusive: true });
        assert_eq!(covered(Field::Distributions, " 3 "), Some(Range { from: three, to: three }));
    }
}

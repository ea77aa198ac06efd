//! Facts: everything about a record that is compared whole, as terms of one field.
//!
//! `theme=heal` is a value, `publisher~salud` a word of a value, `license?` says that there is a value,
//! and facts that begin with `#` say who may see the record and what it is.

use std::ops::Bound;

use tantivy::{
    Term,
    query::{InvertedIndexRangeQuery, Query, TermQuery},
    schema::{Field as Column, IndexRecordOption},
};
use vitrina_domain::{id::RecordId, query::Field, record::Kind};

use crate::{analysis, fold};

/// The longest value that is told apart, in characters.
const MAX_VALUE: usize = 400;
/// As much of a text as counts for "begins so".
const MAX_BEGINNING: usize = 80;

/// The fact of every record that everyone may see.
pub(crate) const PUBLIC: &str = "#public";

/// The fact of the records of a kind.
pub(crate) fn kind(kind: Kind) -> String {
    format!("#kind={kind}")
}

/// The fact of the records of an organization.
pub(crate) fn owner(organization: RecordId) -> String {
    format!("#owner={organization}")
}

/// The fact that a field has a value.
pub(crate) fn present(field: Field) -> String {
    format!("{}?", field.as_str())
}

/// The beginning of the facts for values of a field that begin so.
pub(crate) fn beginning(field: Field, text: &str) -> String {
    format!("{}={}", field.as_str(), cut(&fold::value(text), MAX_VALUE))
}

/// The beginning of the facts for texts of a field that begin so.
pub(crate) fn text_beginning(field: Field, text: &str) -> String {
    format!("{}={}", field.as_str(), analysis::beginning(text, MAX_BEGINNING))
}

/// The fact that a field has this value.
pub(crate) fn value(field: Field, text: &str) -> String {
    beginning(field, text)
}

/// The fact that this word occurs in a value of a field.
pub(crate) fn word(field: Field, word: &str) -> String {
    format!("{}~{word}", field.as_str())
}

/// Every fact that a value gives rise to.
pub(crate) fn of_value(field: Field, text: &str) -> Vec<String> {
    let mut facts: Vec<String> = fold::with_plain(value(field, text)).collect();
    let words = analysis::whole_words(text);
    facts.extend(words.into_iter().flat_map(fold::with_plain).map(|one| word(field, &one)));
    facts
}

/// Every fact that a text gives rise to: how it begins.
pub(crate) fn of_text(field: Field, text: &str) -> Vec<String> {
    fold::with_plain(text_beginning(field, text)).collect()
}

/// The records with a fact; they all match alike.
pub(crate) fn query(column: Column, fact: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(column, fact), IndexRecordOption::Basic))
}

/// The records with a term that begins so.
pub(crate) fn prefix_query(column: Column, beginning: &str) -> Box<dyn Query> {
    // No character sorts after U+10FFFF, so every continuation lies between the two.
    let end = format!("{beginning}\u{10ffff}");
    Box::new(InvertedIndexRangeQuery::new(
        Bound::Included(Term::from_field_text(column, beginning)),
        Bound::Included(Term::from_field_text(column, &end)),
    ))
}

fn cut(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_whole_and_by_its_words() {
        assert_eq!(
            of_value(Field::Publisher, "Secretaría  de Señales"),
            [
                "publisher=secretaria de señales",
                "publisher=secretaria de senales",
                "publisher~secretaria",
                "publisher~de",
                "publisher~señales",
                "publisher~senales",
            ]
        );
    }

    #[test]
    fn long_values_are_cut_alike() {
        let long = "x".repeat(1_000);
        assert_eq!(of_value(Field::Identifier, &long).first(), Some(&value(Field::Identifier, &long)));
        assert_eq!(value(Field::Identifier, &long), value(Field::Identifier, &"x".repeat(500)));
    }
}

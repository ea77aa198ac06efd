//! Columns of data dictionaries.

use std::collections::HashSet;

use serde_json::Value;

use super::{Observation, Subject};
use crate::message::{self, Details};

/// Most words of a column's name.
const MOST_WORDS: usize = 5;

/// E-DD-1: no column is described twice.
pub(super) fn not_repeated(subject: &Subject<'_>, observed: &mut Vec<Observation>) {
    for (place, columns) in subject.of_distributions("field") {
        let mut seen = HashSet::new();
        for (index, name) in names(columns) {
            if !seen.insert(name) {
                observed.push(Observation::new("E-DD-1", format!("{place}/{index}/title"), quoted(name)));
            }
        }
    }
}

/// W-DD-1: names of columns are short and hold no accents or ñ.
pub(super) fn plain_name(subject: &Subject<'_>, observed: &mut Vec<Observation>) {
    for (place, columns) in subject.of_distributions("field") {
        for (index, name) in names(columns) {
            let words = name.split(['_', ' ']).filter(|word| !word.is_empty()).count();
            if !name.is_ascii() || words > MOST_WORDS {
                observed.push(Observation::new("W-DD-1", format!("{place}/{index}/title"), quoted(name)));
            }
        }
    }
}

fn names(columns: &Value) -> impl Iterator<Item = (usize, &str)> {
    let list = columns.as_array().into_iter().flatten().enumerate();
    list.filter_map(|(index, column)| Some((index, column.get("title")?.as_str()?)))
}

fn quoted(name: &str) -> Details {
    Details::default().with_both("value", message::excerpt(&name.into()))
}

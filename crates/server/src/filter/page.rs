//! How a page looks: its length, order, counting, members and what it embeds.

use vitrina_domain::{
    finding::Bilingual,
    query::{Direction, Sort, SortKey},
};

use super::{
    Parameter, Spec,
    refusal::{invalid, not_in_list},
};
use crate::problem::Problem;

/// How a list is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Count {
    /// Every match.
    #[default]
    Exact,
    /// As well as can be told at once.
    Estimate,
    /// Not at all.
    None,
}

/// The most members that `fields` names.
const MAX_FIELDS: usize = 50;

pub(super) fn limit(spec: &Spec, text: Option<&String>, has_fields: bool) -> Result<u64, Problem> {
    let most = if has_fields { spec.page.most_with_fields } else { spec.page.most };
    let Some(text) = text else { return Ok(spec.page.default) };
    text.parse::<u64>().ok().filter(|limit| (1..=most).contains(limit)).ok_or_else(|| {
        let text = Bilingual::new(
            format!("se esperaba un número entero de 1 a {most}"),
            format!("a whole number from 1 to {most} was expected"),
        );
        invalid(Parameter::Limit, text)
    })
}

pub(super) fn sort(spec: &Spec, text: &str) -> Result<Sort, Problem> {
    if text.contains(',') {
        let text = Bilingual::new(
            "se ordena por una sola clave; los empates siguen siempre el orden de creación",
            "lists are ordered by one key; ties always follow the order of creation",
        );
        return Err(invalid(Parameter::Sort, text));
    }
    let (direction, word) = match text.strip_prefix('-') {
        Some(word) => (Direction::Descending, word),
        None => (Direction::Ascending, text),
    };
    let key = spec.sorts.iter().copied().find(|key| key.as_str() == word).ok_or_else(|| {
        let names = || spec.sorts.iter().map(|key| key.as_str());
        not_in_list(Parameter::Sort, word, names())
    })?;
    // The best answers come first, however the key was written.
    let direction = if key == SortKey::Relevance { Direction::Descending } else { direction };
    Ok(Sort { key, direction })
}

pub(super) fn count(text: &str) -> Result<Count, Problem> {
    match text {
        "exact" => Ok(Count::Exact),
        "estimate" => Ok(Count::Estimate),
        "none" => Ok(Count::None),
        _ => Err(not_in_list(Parameter::Count, text, ["exact", "estimate", "none"].into_iter())),
    }
}

pub(super) fn fields(text: &str) -> Result<Vec<Vec<String>>, Problem> {
    let wrong = || {
        let text = Bilingual::new(
            format!("se esperaban hasta {MAX_FIELDS} nombres separados por comas"),
            format!("up to {MAX_FIELDS} names separated by commas were expected"),
        );
        invalid(Parameter::Fields, text)
    };
    let paths: Vec<Vec<String>> = text
        .split(',')
        .take(MAX_FIELDS + 1)
        .map(|path| path.trim().split('.').map(str::to_owned).collect())
        .collect();
    let is_odd = |path: &Vec<String>| path.len() > 8 || path.iter().any(String::is_empty);
    if paths.len() > MAX_FIELDS || paths.iter().any(is_odd) {
        return Err(wrong());
    }
    Ok(paths)
}

pub(super) fn expand(spec: &Spec, text: &str) -> Result<Vec<String>, Problem> {
    text.split(',')
        .map(|word| {
            let word = word.trim();
            if spec.expansions.contains(&word) {
                return Ok(word.to_owned());
            }
            Err(not_in_list(Parameter::Expand, word, spec.expansions.iter().copied()))
        })
        .collect()
}

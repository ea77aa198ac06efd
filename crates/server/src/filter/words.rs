//! Free text to a query tree: words, `"phrases"`, `-not`, `OR`, parentheses, `field:value`, `agu*`.
//!
//! Two loops over a bounded list of tokens and an explicit stack: a parser that recursed over user text could be
//! made to end the process with a few hundred parentheses.

use vitrina_domain::{
    finding::Bilingual,
    query::{MAX_DEPTH, MAX_QUERY_CHARS, MAX_TERMS, Query, Test},
};

use super::{
    lexer::{Mistake, tokens},
    tree::Parser,
};
use crate::problem::{Code, Problem};

/// Reads the text of `q`.
pub fn parse(text: &str) -> Result<Query, Problem> {
    check_size(text)?;
    tokens(text).and_then(|tokens| Parser::default().run(tokens)).map_err(|Mistake { at, message }| {
        let message = Bilingual::new(
            format!("carácter {at}: {}", message.es),
            format!("character {at}: {}", message.en),
        );
        Problem::parameter(Code::InvalidQuery, "q", message)
    })
}

/// The limits, before anything else looks at the text.
fn check_size(text: &str) -> Result<(), Problem> {
    let over =
        |es: String, en: String| Err(Problem::parameter(Code::QueryTooComplex, "q", Bilingual::new(es, en)));
    if text.chars().nth(MAX_QUERY_CHARS).is_some() {
        return over(
            format!("la consulta pasa de {MAX_QUERY_CHARS} caracteres"),
            format!("the query is longer than {MAX_QUERY_CHARS} characters"),
        );
    }
    let mut depth = 0_usize;
    let mut deepest = 0;
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    if deepest > MAX_DEPTH {
        return over(
            format!("la consulta anida más de {MAX_DEPTH} paréntesis"),
            format!("the query nests more than {MAX_DEPTH} parentheses"),
        );
    }
    if text.split_whitespace().count() > 4 * MAX_TERMS {
        return Err(too_many_terms());
    }
    Ok(())
}

/// The problem of a query with more conditions than are answered.
pub(super) fn too_many_terms() -> Problem {
    let text = Bilingual::new(
        format!("la consulta pasa de {MAX_TERMS} términos"),
        format!("the query has more than {MAX_TERMS} terms"),
    );
    Problem::parameter(Code::QueryTooComplex, "q", text)
}

/// How many conditions a tree holds.
pub(super) fn count_terms(query: &Query) -> usize {
    let mut pending = vec![query];
    let mut count = 0;
    while let Some(query) = pending.pop() {
        match query {
            Query::And(parts) | Query::Or(parts) => pending.extend(parts),
            Query::Not(inner) => pending.push(inner),
            Query::Field(_, Test::AnyOf(values)) => count += values.len(),
            Query::All => {}
            Query::Word(_) | Query::Phrase(_) | Query::Prefix(_) | Query::Field(..) => count += 1,
        }
    }
    count
}

#[cfg(test)]
mod tests;

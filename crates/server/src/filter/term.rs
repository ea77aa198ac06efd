//! A condition on one field as free text writes it: `theme:SOCI`, `title:agu*`, `issued:[2024 TO *]`.

use vitrina_domain::{
    finding::Bilingual,
    query::{Field, FieldType, Query, Range, Test},
};

use super::{
    field::{Comparison, Operator, condition, dates, numbers},
    lexer::{Mistake, Token},
};
use crate::nearest::nearest;

/// The field before the colon.
pub(super) fn known_field(at: usize, name: &str) -> Result<Field, Mistake> {
    if let Some(field) = Field::from_word(name) {
        return Ok(field);
    }
    let (hint_es, hint_en) = nearest(name, Field::ALL.iter().map(|field| field.as_str()))
        .map(|near| (format!("; ¿quiso decir «{near}»?"), format!("; did you mean \"{near}\"?")))
        .unwrap_or_default();
    Err(Mistake::new(
        at,
        format!("no hay ningún campo «{name}»{hint_es} (entre comillas se busca tal cual)"),
        format!("there is no field \"{name}\"{hint_en} (in quotes it is searched as it is)"),
    ))
}

/// The condition after `field:`.
pub(super) fn value(at: usize, field: Field, token: Token) -> Result<Query, Mistake> {
    let wrong = |message: Bilingual| Mistake { at, message };
    let equal = Operator::Compare(Comparison::Equal);
    match token {
        Token::Phrase(text) => condition(field, equal, vec![text]).map_err(wrong),
        Token::Between(from, to) => between(field, &from, &to).map_err(wrong),
        Token::Word(text) if text == "*" => Ok(Query::Field(field, Test::Exists(true))),
        Token::Word(text) => {
            let (comparison, bound) = comparison(&text);
            if comparison != Comparison::Equal {
                let operator = Operator::Compare(comparison);
                if !operator.fits(field) {
                    return Err(Mistake::new(
                        at,
                        "sólo las fechas y los números se comparan",
                        "only dates and numbers can be compared",
                    ));
                }
                return condition(field, operator, vec![bound.to_owned()]).map_err(wrong);
            }
            let stem = text.strip_suffix('*').filter(|_| Operator::StartsWith.fits(field));
            match stem {
                Some(stem) => condition(field, Operator::StartsWith, vec![stem.to_owned()]).map_err(wrong),
                None => condition(field, equal, vec![text]).map_err(wrong),
            }
        }
        _ => Err(Mistake::new(at, "se esperaba un valor", "a value was expected")),
    }
}

fn comparison(text: &str) -> (Comparison, &str) {
    let signs = [
        (">=", Comparison::AtLeast),
        ("<=", Comparison::AtMost),
        (">", Comparison::After),
        ("<", Comparison::Before),
    ];
    signs
        .into_iter()
        .find_map(|(sign, comparison)| Some((comparison, text.strip_prefix(sign)?)))
        .unwrap_or((Comparison::Equal, text))
}

fn between(field: Field, from: &str, to: &str) -> Result<Query, Bilingual> {
    let side = |text: &str, comparison: Comparison| match (text, field.field_type()) {
        ("*", _) => Ok(Range::default()),
        (_, FieldType::Date) => dates(text, comparison),
        (_, FieldType::Number) => numbers(text, comparison),
        (_, FieldType::Text | FieldType::Keyword) => Err(Bilingual::new(
            "sólo las fechas y los números tienen intervalos",
            "only dates and numbers have ranges",
        )),
    };
    let from = side(from, Comparison::AtLeast)?.from;
    let to = side(to, Comparison::AtMost)?.to;
    if from.is_none() && to.is_none() {
        return Ok(Query::Field(field, Test::Exists(true)));
    }
    Ok(Query::Field(field, Test::Range(Range { from, to })))
}

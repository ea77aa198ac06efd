//! Free text to a query tree: words, `"phrases"`, `-not`, `OR`, parentheses, `field:value`, `agu*`.
//!
//! Two loops over a bounded list of tokens and an explicit stack: a parser that recursed over user text could be
//! made to end the process with a few hundred parentheses.

use vitrina_domain::{
    finding::Bilingual,
    query::{Field, FieldType, MAX_DEPTH, MAX_QUERY_CHARS, MAX_TERMS, Query, Range, Test},
};

use super::{
    field::{Comparison, Operator, condition, dates, numbers},
    lexer::{Mistake, Placed, Token, tokens},
};
use crate::{
    nearest::nearest,
    problem::{Code, Problem},
};

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

/// What stands between two parentheses.
#[derive(Default)]
struct Group {
    /// Finished sides of `OR`.
    sides: Vec<Query>,
    /// The conditions of the side being read.
    side: Vec<Query>,
    /// Whether the whole group is negated.
    is_negated: bool,
    /// Where its parenthesis stands.
    at: usize,
    /// Where the last `OR` stands, while its right side is missing.
    dangling_or: Option<usize>,
}

impl Group {
    fn add(&mut self, query: Query) {
        self.dangling_or = None;
        self.side.push(query);
    }

    fn end_side(&mut self) {
        self.sides.push(all_of(std::mem::take(&mut self.side)));
    }

    fn finish(mut self) -> Result<Option<Query>, Mistake> {
        if let Some(at) = self.dangling_or {
            return Err(Mistake::new(at, "falta algo después de OR", "something is missing after OR"));
        }
        if self.side.is_empty() && self.sides.is_empty() {
            return Ok(None);
        }
        self.end_side();
        let query = match self.sides.len() {
            1 => self.sides.pop().unwrap_or(Query::All),
            _ => Query::Or(self.sides),
        };
        Ok(Some(if self.is_negated { Query::Not(Box::new(query)) } else { query }))
    }
}

fn all_of(mut parts: Vec<Query>) -> Query {
    match (parts.pop(), parts.is_empty()) {
        (None, _) => Query::All,
        (Some(only), true) => only,
        (Some(last), false) => {
            parts.push(last);
            Query::And(parts)
        }
    }
}

#[derive(Default)]
struct Parser {
    outer: Vec<Group>,
    group: Group,
    negation: Option<usize>,
    name: Option<(usize, Field)>,
    terms: usize,
}

impl Parser {
    fn run(mut self, tokens: Vec<Placed>) -> Result<Query, Mistake> {
        for Placed { at, token } in tokens {
            if let Some((_, field)) = self.name.take() {
                let query = value(at, field, token)?;
                self.term(at, query)?;
                continue;
            }
            self.step(at, token)?;
        }
        if let Some(at) = self.negation {
            return Err(Mistake::new(
                at,
                "falta algo después de la negación",
                "something is missing after the negation",
            ));
        }
        if !self.outer.is_empty() {
            return Err(Mistake::new(
                self.group.at,
                "el paréntesis no se cierra",
                "the parenthesis is not closed",
            ));
        }
        Ok(self.group.finish()?.unwrap_or(Query::All))
    }

    fn step(&mut self, at: usize, token: Token) -> Result<(), Mistake> {
        match token {
            Token::Open => {
                let inner = Group { is_negated: self.negation.take().is_some(), at, ..Group::default() };
                self.outer.push(std::mem::replace(&mut self.group, inner));
                Ok(())
            }
            Token::Close => self.close(at),
            Token::Or if self.group.side.is_empty() => {
                Err(Mistake::new(at, "falta algo antes de OR", "something is missing before OR"))
            }
            Token::Or => {
                self.group.end_side();
                self.group.dangling_or = Some(at);
                Ok(())
            }
            Token::Not => {
                // Two negations in a row cancel each other.
                self.negation = if self.negation.is_some() { None } else { Some(at) };
                Ok(())
            }
            Token::Word(word) => self.word(at, word),
            Token::Phrase(text) if text.trim().is_empty() => Ok(()),
            Token::Phrase(text) => self.term(at, Query::Phrase(text)),
            Token::Name(name) => {
                self.name = Some((at, known_field(at, &name)?));
                Ok(())
            }
            // Words written together belong together anyway; a range without a name cannot come out of the lexer.
            Token::And | Token::Between(..) => Ok(()),
        }
    }

    fn close(&mut self, at: usize) -> Result<(), Mistake> {
        if let Some(at) = self.negation {
            return Err(Mistake::new(
                at,
                "falta algo después de la negación",
                "something is missing after the negation",
            ));
        }
        let Some(outer) = self.outer.pop() else {
            return Err(Mistake::new(at, "este paréntesis no se abrió", "this parenthesis was not opened"));
        };
        if let Some(query) = std::mem::replace(&mut self.group, outer).finish()? {
            self.group.add(query);
        }
        Ok(())
    }

    fn word(&mut self, at: usize, word: String) -> Result<(), Mistake> {
        match word.strip_suffix('*') {
            Some("") => self.term(at, Query::All),
            Some(stem) if !stem.contains('*') => self.term(at, Query::Prefix(stem.to_owned())),
            None if !word.contains('*') => self.term(at, Query::Word(word)),
            _ => Err(Mistake::new(
                at,
                "el asterisco sólo vale al final de una palabra",
                "an asterisk works only at the end of a word",
            )),
        }
    }

    fn term(&mut self, at: usize, query: Query) -> Result<(), Mistake> {
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(Mistake::new(
                at,
                format!("la consulta pasa de {MAX_TERMS} términos"),
                format!("the query has more than {MAX_TERMS} terms"),
            ));
        }
        let query = if self.negation.take().is_some() { Query::Not(Box::new(query)) } else { query };
        self.group.add(query);
        Ok(())
    }
}

fn known_field(at: usize, name: &str) -> Result<Field, Mistake> {
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
fn value(at: usize, field: Field, token: Token) -> Result<Query, Mistake> {
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

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// A tree in one line: `&(…)`, `|(…)`, `!…`, words as they are, phrases in quotes.
    fn show(query: &Query) -> String {
        let list = |sign: &str, parts: &[Query]| {
            format!("{sign}({})", parts.iter().map(show).collect::<Vec<_>>().join(" "))
        };
        match query {
            Query::All => "all".to_owned(),
            Query::And(parts) => list("&", parts),
            Query::Or(parts) => list("|", parts),
            Query::Not(inner) => format!("!{}", show(inner)),
            Query::Word(word) => word.clone(),
            Query::Phrase(text) => format!("{text:?}"),
            Query::Prefix(stem) => format!("{stem}*"),
            Query::Field(field, Test::AnyOf(values)) => format!("{}={}", field.as_str(), values.join(",")),
            Query::Field(field, Test::Contains(text)) => format!("{}~{text}", field.as_str()),
            Query::Field(field, Test::StartsWith(stem)) => format!("{}^{stem}", field.as_str()),
            Query::Field(field, Test::Exists(exists)) => format!("{}?{exists}", field.as_str()),
            Query::Field(field, Test::Range(range)) => {
                let bound = |b: Option<vitrina_domain::query::Bound>| {
                    b.map(|b| b.value.to_string()).unwrap_or_default()
                };
                format!("{}:{}..{}", field.as_str(), bound(range.from), bound(range.to))
            }
        }
    }

    #[rstest]
    #[case("", "all")]
    #[case("   ", "all")]
    #[case("()", "all")]
    #[case("*", "all")]
    #[case("a", "a")]
    #[case("agua potable", "&(agua potable)")]
    #[case("agua AND potable", "&(agua potable)")]
    #[case("\"agua potable\" agu*", "&(\"agua potable\" agu*)")]
    #[case("«agua potable» “gasto público”", "&(\"agua potable\" \"gasto público\")")]
    #[case("agua -drenaje", "&(agua !drenaje)")]
    #[case("NOT drenaje", "!drenaje")]
    #[case("--agua", "agua")]
    #[case("covid-19", "covid-19")]
    #[case("agua - drenaje", "&(agua - drenaje)")]
    #[case("a OR b c", "|(a &(b c))")]
    #[case("(a OR b) c", "&(|(a b) c)")]
    #[case("-(a b) c", "&(!&(a b) c)")]
    #[case("((((((((a))))))))", "a")]
    #[case("theme:SOCI", "theme=SOCI")]
    #[case("-theme:SOCI", "!theme=SOCI")]
    #[case("publisher:\"Secretaría de Salud\"", "publisher=Secretaría de Salud")]
    #[case("title:agua", "title~agua")]
    #[case("title:agu*", "title^agu")]
    #[case("license:*", "license?true")]
    #[case("distributions:>=3", "distributions:3..")]
    #[case("distributions:[2 TO 5]", "distributions:2..5")]
    #[case("issued:[* TO 1970-01-02]", "issued:..172800000000")]
    #[case("issued:1970", "issued:0..31536000000000")]
    #[case("https://example.org/x", "https://example.org/x")]
    #[case("Nota: gasto", "&(Nota: gasto)")]
    #[case("12:30", "12:30")]
    #[case("or and not", "&(or and not)")]
    #[case("'; DROP TABLE x; --", "&('; DROP TABLE x; !-)")]
    fn reads(#[case] text: &str, #[case] tree: &str) {
        assert_eq!(show(&parse(text).unwrap()), tree);
    }

    #[rstest]
    #[case("agua \"potable", 6, "no se cierran")]
    #[case("(agua", 1, "no se cierra")]
    #[case("agua)", 5, "no se abrió")]
    #[case("OR agua", 1, "antes de OR")]
    #[case("agua OR", 6, "después de OR")]
    #[case("(a OR)", 4, "después de OR")]
    #[case("a OR OR b", 6, "antes de OR")]
    #[case("NOT", 1, "después de la negación")]
    #[case("(a NOT)", 4, "después de la negación")]
    #[case("a*b", 1, "asterisco")]
    #[case("ñu themes:SOCI", 4, "«theme»")]
    #[case("theme:(a)", 7, "un valor")]
    #[case("issued:ayer", 8, "una fecha")]
    #[case("distributions:1.5", 15, "número entero")]
    #[case("distributions:99999999999999999999", 15, "número entero")]
    #[case("title:>a", 7, "se comparan")]
    #[case("issued:[2024 2025]", 8, "intervalo")]
    #[case("theme:[a TO b]", 7, "intervalos")]
    fn points_at_the_mistake(#[case] text: &str, #[case] at: usize, #[case] says: &str) {
        let problem = parse(text).unwrap_err();
        assert_eq!(problem.code(), Code::InvalidQuery);
        let detail = problem.detail().unwrap();
        assert!(detail.es.starts_with(&format!("carácter {at}: ")), "{}", detail.es);
        assert!(detail.es.contains(says), "{}", detail.es);
        assert_eq!(problem.errors()[0].pointer, "?q");
    }

    #[rstest]
    #[case::parentheses("(".repeat(800))]
    #[case::nine("(((((((((a)))))))))".to_owned())]
    #[case::eleven_kilobytes("(a AND ".repeat(1_600))]
    #[case::long("a".repeat(64 * 1024))]
    #[case::one_over("a".repeat(513))]
    #[case::negations("- ".repeat(250))]
    fn limits_hold_before_anything_is_parsed(#[case] text: String) {
        assert_eq!(parse(&text).unwrap_err().code(), Code::QueryTooComplex);
    }

    #[test]
    fn thirty_two_terms_pass_and_thirty_three_do_not() {
        assert!(parse(&"a ".repeat(32)).is_ok());
        assert!(parse(&"a ".repeat(33)).is_err());
        assert_eq!(count_terms(&parse("a \"b c\" -(d OR theme:x)").unwrap()), 4);
    }

    #[test]
    fn five_hundred_and_twelve_characters_pass() {
        assert!(parse(&"ñ".repeat(512)).is_ok());
    }
}

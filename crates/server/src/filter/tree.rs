//! Tokens to a query tree, with a stack of its own instead of recursion.

use vitrina_domain::query::{Field, MAX_TERMS, Query};

use super::{
    lexer::{Mistake, Placed, Token},
    term::{known_field, value},
};

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

/// Reads tokens one by one; what was opened waits on the stack.
#[derive(Default)]
pub(super) struct Parser {
    outer: Vec<Group>,
    group: Group,
    negation: Option<usize>,
    name: Option<(usize, Field)>,
    terms: usize,
}

impl Parser {
    /// Reads all tokens.
    pub(super) fn run(mut self, tokens: Vec<Placed>) -> Result<Query, Mistake> {
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

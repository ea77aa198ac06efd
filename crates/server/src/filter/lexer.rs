//! The words of a query, with their places.

use vitrina_domain::finding::Bilingual;

/// One piece of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Open,
    Close,
    Or,
    And,
    Not,
    /// Text without quotes.
    Word(String),
    /// Text in quotes.
    Phrase(String),
    /// `name:`, to be followed by a value.
    Name(String),
    /// `[a TO b]` after a name.
    Between(String, String),
}

/// A token and the character where it begins, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) at: usize,
    pub(super) token: Token,
}

/// Something that cannot be read, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) at: usize,
    pub(super) message: Bilingual,
}

impl Mistake {
    pub(super) fn new(at: usize, es: impl Into<String>, en: impl Into<String>) -> Self {
        Self { at, message: Bilingual::new(es, en) }
    }
}

/// Cuts a query into tokens.
pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, Mistake> {
    let mut lexer = Lexer { chars: text.chars().collect(), next: 0, tokens: Vec::new() };
    while let Some(c) = lexer.peek() {
        lexer.step(c)?;
    }
    Ok(lexer.tokens)
}

struct Lexer {
    chars: Vec<char>,
    next: usize,
    tokens: Vec<Placed>,
}

/// Quotation marks as people type and paste them.
fn closing_quote(open: char) -> Option<&'static [char]> {
    match open {
        '"' => Some(&['"']),
        '“' | '”' | '„' => Some(&['”', '“', '"']),
        '«' => Some(&['»']),
        _ => None,
    }
}

impl Lexer {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.next).copied()
    }

    fn push(&mut self, at: usize, token: Token) {
        self.tokens.push(Placed { at, token });
    }

    fn follows_name(&self) -> bool {
        matches!(self.tokens.last(), Some(Placed { token: Token::Name(_), .. }))
    }

    fn step(&mut self, c: char) -> Result<(), Mistake> {
        let at = self.next + 1;
        match c {
            c if c.is_whitespace() => self.next += 1,
            '(' => self.single(at, Token::Open),
            ')' => self.single(at, Token::Close),
            '-' | '−' if self.begins_negation() => self.single(at, Token::Not),
            '[' if self.follows_name() => self.between(at)?,
            c if closing_quote(c).is_some() => self.phrase(at, c)?,
            _ => self.word(at),
        }
        Ok(())
    }

    fn single(&mut self, at: usize, token: Token) {
        self.next += 1;
        self.push(at, token);
    }

    /// A hyphen negates only at the start of something: `covid-19` is one word.
    fn begins_negation(&self) -> bool {
        !self.follows_name() && self.chars.get(self.next + 1).is_some_and(|c| !c.is_whitespace() && *c != ')')
    }

    fn phrase(&mut self, at: usize, open: char) -> Result<(), Mistake> {
        let closing = closing_quote(open).unwrap_or_default();
        self.next += 1;
        let text = self.take_until(|c| closing.contains(&c)).ok_or_else(|| {
            Mistake::new(at, "las comillas no se cierran", "the quotation mark is not closed")
        })?;
        self.push(at, Token::Phrase(text));
        Ok(())
    }

    fn between(&mut self, at: usize) -> Result<(), Mistake> {
        let wrong = || {
            Mistake::new(
                at,
                "se esperaba un intervalo como [2024 TO 2026]; * deja un lado abierto",
                "a range such as [2024 TO 2026] was expected; * leaves a side open",
            )
        };
        self.next += 1;
        let text = self.take_until(|c| c == ']').ok_or_else(wrong)?;
        let (from, to) = text.split_once(" TO ").ok_or_else(wrong)?;
        self.push(at, Token::Between(from.trim().to_owned(), to.trim().to_owned()));
        Ok(())
    }

    /// The text before a closing character, which is passed over.
    fn take_until(&mut self, is_end: impl Fn(char) -> bool) -> Option<String> {
        let rest = self.chars.get(self.next..)?;
        let length = rest.iter().position(|c| is_end(*c))?;
        let text = rest.iter().take(length).collect();
        self.next += length + 1;
        Some(text)
    }

    fn word(&mut self, at: usize) {
        let begin = self.next;
        let is_value = self.follows_name();
        while let Some(c) = self.peek() {
            let ends = c.is_whitespace() || matches!(c, '(' | ')') || closing_quote(c).is_some();
            if ends {
                break;
            }
            if c == ':' && !is_value && self.is_name(begin) {
                let name = self.text(begin);
                self.next += 1;
                self.push(at, Token::Name(name));
                return;
            }
            self.next += 1;
        }
        let text = self.text(begin);
        let token = match text.as_str() {
            _ if is_value => Token::Word(text),
            "OR" | "||" => Token::Or,
            "AND" | "&&" => Token::And,
            "NOT" => Token::Not,
            _ => Token::Word(text),
        };
        self.push(at, token);
    }

    fn text(&self, begin: usize) -> String {
        self.chars.get(begin..self.next).unwrap_or_default().iter().collect()
    }

    /// Whether what was read so far is a name with a value after the colon: not `https://`, not `Nota: `.
    fn is_name(&self, begin: usize) -> bool {
        let after = self.chars.get(self.next + 1).copied();
        let has_value = after.is_some_and(|c| !c.is_whitespace() && !matches!(c, '/' | ')' | ':'));
        let name = self.chars.get(begin..self.next).unwrap_or_default();
        has_value
            && name.first().is_some_and(char::is_ascii_alphabetic)
            && name.iter().all(|c| c.is_ascii_alphanumeric() || *c == '_')
    }
}

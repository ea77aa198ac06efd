//! How text becomes words: one function for documents and queries.
//!
//! The order is: split, lower case, drop stop words, fold accents, stem. Stop words go before folding,
//! because `té` is tea and `te` is not; stems come after folding, because the current Snowball stemmer
//! then gives `contratación`, `contrataciones` and `contratacion` one stem.

use std::ops::Range;

use tantivy::tokenizer::{
    Language as StemmerLanguage, Stemmer, TextAnalyzer, Token, TokenStream, Tokenizer, TokenizerManager,
};

use crate::{fold::Spellings, stop_word};

/// Counts up when analysis changes, so that indexes of the earlier way are rebuilt.
pub(crate) const VERSION: u32 = 1;

/// The languages that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Language {
    /// Spanish, and text without a language.
    Spanish,
    /// English.
    English,
    /// Any other: folded, not stemmed, without stop words.
    Other,
}

impl Language {
    pub(crate) const ALL: [Self; 3] = [Self::Spanish, Self::English, Self::Other];

    /// The language of a primary subtag.
    pub(crate) fn of(primary: &str) -> Self {
        match primary {
            "es" | "und" => Self::Spanish,
            "en" => Self::English,
            _ => Self::Other,
        }
    }

    /// The end of the names of its fields.
    pub(crate) const fn suffix(self) -> &'static str {
        match self {
            Self::Spanish => "es",
            Self::English => "en",
            Self::Other => "xx",
        }
    }

    fn is_stop_word(self, lower: &str) -> bool {
        match self {
            Self::Spanish => stop_word::is_spanish(lower),
            Self::English => stop_word::is_english(lower),
            Self::Other => false,
        }
    }
}

/// What becomes of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Its stem, unless it is a stop word.
    Stem(Language),
    /// The word itself, stop words included.
    Whole,
}

/// On which side of the match a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Every spelling is written at the word's position.
    Document,
    /// One spelling per word: a typed `ñ` asks for `ñ`, a typed `n` for either.
    Query,
}

/// The name under which the analyser of documents is registered.
pub(crate) const fn name(form: Form) -> &'static str {
    match form {
        Form::Stem(Language::Spanish) => "stem_es",
        Form::Stem(Language::English) => "stem_en",
        Form::Stem(Language::Other) => "stem_xx",
        Form::Whole => "whole",
    }
}

/// The analyser of a form.
pub(crate) fn analyzer(form: Form, side: Side) -> TextAnalyzer {
    let words = TextAnalyzer::builder(Splitter { form, side });
    match form {
        Form::Stem(Language::Spanish) => words.filter(Stemmer::new(StemmerLanguage::Spanish)).build(),
        Form::Stem(Language::English) => words.filter(Stemmer::new(StemmerLanguage::English)).build(),
        Form::Stem(Language::Other) | Form::Whole => words.build(),
    }
}

/// The analysers of documents under their names.
pub(crate) fn manager() -> TokenizerManager {
    let manager = TokenizerManager::default();
    for form in Language::ALL.map(Form::Stem).into_iter().chain([Form::Whole]) {
        manager.register(name(form), analyzer(form, Side::Document));
    }
    manager
}

/// The words of a text.
pub(crate) fn tokens(form: Form, side: Side, text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    analyzer(form, side).token_stream(text).process(&mut |token| tokens.push(token.clone()));
    tokens
}

/// The words of a query as they stand, stop words included.
pub(crate) fn whole_words(text: &str) -> Vec<String> {
    words(text).collect()
}

/// The words of a query one by one: callers that need only the first ones read no further.
fn words(text: &str) -> impl Iterator<Item = String> {
    let mut words = Words::new(text, Form::Whole, Side::Query);
    std::iter::from_fn(move || words.advance().then(|| words.token.text.clone()))
}

/// The words of a text as one line, by which whole titles are compared.
pub(crate) fn line(text: &str) -> String {
    beginning(text, usize::MAX)
}

/// The beginning of that line, in characters.
pub(crate) fn beginning(text: &str, chars: usize) -> String {
    let (mut line, mut length) = (String::new(), 0_usize);
    for word in words(text) {
        if length > 0 {
            line.push(' ');
            length += 1;
        }
        line.extend(word.chars().take(chars.saturating_sub(length)));
        length += word.chars().count();
        if length >= chars {
            return line.chars().take(chars).collect();
        }
    }
    line
}

/// Splits text into words and gives each in its spellings.
#[derive(Debug, Clone)]
struct Splitter {
    form: Form,
    side: Side,
}

impl Tokenizer for Splitter {
    type TokenStream<'a> = Words<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Words<'a> {
        Words::new(text, self.form, self.side)
    }
}

struct Words<'a> {
    text: &'a str,
    rest: usize,
    position: usize,
    /// Further spellings of the current word, last first.
    spellings: Vec<String>,
    token: Token,
    current: Spellings,
    form: Form,
    side: Side,
}

impl<'a> Words<'a> {
    fn new(text: &'a str, form: Form, side: Side) -> Self {
        Self {
            text,
            rest: 0,
            position: 0,
            spellings: Vec::new(),
            token: Token::default(),
            current: Spellings::default(),
            form,
            side,
        }
    }

    fn next_word(&mut self) -> Option<Range<usize>> {
        let rest = self.text.get(self.rest..)?;
        let start = self.rest + rest.find(char::is_alphanumeric)?;
        let word = self.text.get(start..)?;
        let end = start + word.find(|c: char| !is_part_of_word(c)).unwrap_or(word.len());
        self.rest = end;
        Some(start..end)
    }

    fn read(&mut self, word: &str) -> bool {
        self.current.read(word);
        if let Form::Stem(language) = self.form {
            let lower = self.current.accented.as_deref().unwrap_or(&self.current.folded);
            if language.is_stop_word(lower) {
                return false;
            }
        }
        if self.side == Side::Document {
            if self.form == Form::Whole {
                self.spellings.extend(self.current.accented.take());
            }
            self.spellings.extend(self.current.plain.take());
        }
        std::mem::swap(&mut self.token.text, &mut self.current.folded);
        true
    }
}

impl TokenStream for Words<'_> {
    fn advance(&mut self) -> bool {
        if let Some(spelling) = self.spellings.pop() {
            self.token.text = spelling;
            return true;
        }
        while let Some(range) = self.next_word() {
            let position = self.position;
            self.position += 1;
            let text = self.text;
            if text.get(range.clone()).is_some_and(|word| self.read(word)) {
                self.token.offset_from = range.start;
                self.token.offset_to = range.end;
                self.token.position = position;
                return true;
            }
        }
        false
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

/// Combining accents belong to the letter before them.
fn is_part_of_word(c: char) -> bool {
    c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn stems(side: Side, text: &str) -> Vec<String> {
        tokens(Form::Stem(Language::Spanish), side, text).into_iter().map(|token| token.text).collect()
    }

    #[rstest]
    #[case(&["contratación", "contrataciones", "contratacion", "CONTRATACIÓN"])]
    #[case(&["policía", "policias", "policia"])]
    #[case(&["presupuesto", "presupuestos"])]
    #[case(&["país", "paises", "países"])]
    #[case(&["niño", "niños", "nin\u{303}os"])]
    fn forms_of_a_word_share_a_stem(#[case] words: &[&str]) {
        let first = stems(Side::Query, words[0]);
        assert_eq!(first.len(), 1);
        for word in words {
            assert_eq!(stems(Side::Query, word), first, "{word}");
        }
    }

    #[test]
    fn documents_carry_every_spelling_and_queries_one() {
        assert_eq!(stems(Side::Document, "año"), ["año", "ano"]);
        assert_eq!(stems(Side::Query, "año"), ["año"]);
        assert_eq!(stems(Side::Query, "ano"), ["ano"]);
        let whole: Vec<_> = tokens(Form::Whole, Side::Document, "Señalización vial");
        let spelled: Vec<_> = whole.iter().map(|token| (token.position, token.text.as_str())).collect();
        assert_eq!(spelled, [(0, "señalizacion"), (0, "senalizacion"), (0, "señalización"), (1, "vial")]);
    }

    #[test]
    fn stop_words_leave_their_position_empty() {
        let tokens = tokens(Form::Stem(Language::Spanish), Side::Document, "agua de la llave");
        let positions: Vec<_> = tokens.iter().map(|token| token.position).collect();
        assert_eq!(positions, [0, 3]);
        assert_eq!(whole_words("agua de la llave"), ["agua", "de", "la", "llave"]);
    }

    #[test]
    fn offsets_cover_the_word_as_written() {
        let text = "¡El cafe\u{301}, ya!";
        let whole = tokens(Form::Whole, Side::Query, text);
        let written: Vec<_> =
            whole.iter().map(|token| text.get(token.offset_from..token.offset_to)).collect();
        assert_eq!(written, [Some("El"), Some("cafe\u{301}"), Some("ya")]);
    }

    #[rstest]
    #[case("")]
    #[case(" \n\t")]
    #[case("¿?¡!…—()\"")]
    #[case("🚰💧")]
    #[case("\0\0")]
    #[case("\u{301}\u{301}")]
    fn text_without_letters_has_no_words(#[case] text: &str) {
        assert!(whole_words(text).is_empty());
    }
}

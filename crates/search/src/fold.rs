//! Folding: how spellings that mean the same become one text.

use std::iter;

use unicode_normalization::UnicodeNormalization as _;

/// The longest word that is told apart, in characters; the rest of a longer one is ignored.
const MAX_WORD: usize = 64;
/// The combining tilde, which makes an `n` the letter `ñ`.
const TILDE: char = '\u{303}';

/// The spellings under which one word is found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Spellings {
    /// In lower case without accents; `ñ` is a letter of its own and stays.
    pub folded: String,
    /// Without the tilde of `ñ` too, for people whose keyboard lacks it.
    pub plain: Option<String>,
    /// In lower case with its accents, where it has any.
    pub accented: Option<String>,
}

impl Spellings {
    pub(crate) fn of(word: &str) -> Self {
        let mut spellings = Self { folded: String::with_capacity(word.len()), plain: None, accented: None };
        spellings.read(word);
        spellings
    }

    /// Replaces these spellings by those of another word, in the same memory where it can.
    pub(crate) fn read(&mut self, word: &str) {
        self.folded.clear();
        self.plain = None;
        self.accented = None;
        if word.is_ascii() {
            self.folded.extend(word.chars().take(MAX_WORD).map(|c| c.to_ascii_lowercase()));
            return;
        }
        let lower: String = word.nfc().flat_map(char::to_lowercase).take(MAX_WORD).collect();
        fold_into(&lower, &mut self.folded);
        self.plain = self.folded.contains('ñ').then(|| self.folded.replace('ñ', "n"));
        self.accented = (lower != self.folded).then_some(lower);
    }
}

/// Adds a text in lower case without accents, `ñ` kept.
fn fold_into(text: &str, folded: &mut String) {
    for c in text.chars() {
        match c {
            '\0'..='\u{7f}' => folded.push(c.to_ascii_lowercase()),
            // The letters of Spanish, which make up nearly all the rest, need no tables.
            'á' | 'Á' => folded.push('a'),
            'é' | 'É' => folded.push('e'),
            'í' | 'Í' => folded.push('i'),
            'ó' | 'Ó' => folded.push('o'),
            'ú' | 'Ú' | 'ü' | 'Ü' => folded.push('u'),
            'ñ' | 'Ñ' => folded.push('ñ'),
            other => fold_other(other, folded),
        }
    }
}

fn fold_other(c: char, folded: &mut String) {
    for c in c.to_lowercase().nfd() {
        match c {
            TILDE if folded.ends_with('n') => {
                folded.pop();
                folded.push('ñ');
            }
            '\u{300}'..='\u{36f}' => {}
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'đ' => folded.push('d'),
            'ł' => folded.push('l'),
            other => folded.push(other),
        }
    }
}

/// The form in which whole values are compared: folded, with single blanks.
pub(crate) fn value(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        fold_into(word, &mut folded);
    }
    folded
}

/// A folded text and, where it has a `ñ`, the same without tilde.
pub(crate) fn with_plain(folded: String) -> impl Iterator<Item = String> {
    let plain = folded.contains('ñ').then(|| folded.replace('ñ', "n"));
    iter::once(folded).chain(plain)
}

/// A folded text in the order of the Spanish alphabet, where `ñ` follows `n`.
///
/// The tilde sorts after every letter and digit of ASCII.
pub(crate) fn collation(folded: &str) -> String {
    folded.replace('ñ', "n~")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Presupuesto", "presupuesto", None, None)]
    #[case("MÉXICO", "mexico", None, Some("méxico"))]
    #[case("Niños", "niños", Some("ninos"), None)]
    #[case("Señalización", "señalizacion", Some("senalizacion"), Some("señalización"))]
    #[case("nin\u{303}o", "niño", Some("nino"), None)]
    #[case("cafe\u{301}", "cafe", None, Some("café"))]
    #[case("pingüino", "pinguino", None, Some("pingüino"))]
    #[case("Straße", "strasse", None, Some("straße"))]
    fn a_word_has_its_spellings(
        #[case] word: &str,
        #[case] folded: &str,
        #[case] plain: Option<&str>,
        #[case] accented: Option<&str>,
    ) {
        let spellings = Spellings::of(word);
        assert_eq!(spellings.folded, folded);
        assert_eq!(spellings.plain.as_deref(), plain);
        assert_eq!(spellings.accented.as_deref(), accented);
    }

    #[test]
    fn long_words_are_cut_alike() {
        assert_eq!(Spellings::of(&"a".repeat(512)).folded, "a".repeat(64));
        assert_eq!(Spellings::of(&"Á".repeat(512)).folded, "a".repeat(64));
    }

    #[test]
    fn values_ignore_case_accents_and_blanks() {
        assert_eq!(value("  Secretaría de\u{a0}Salud\n"), "secretaria de salud");
    }

    #[test]
    fn the_letter_after_n_sorts_after_n() {
        let mut words = ["nube", "ñandu", "oso", "nz"].map(collation);
        words.sort();
        assert_eq!(words, ["nube", "nz", "n~andu", "oso"]);
    }
}

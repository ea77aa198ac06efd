//! Words that say nothing about a record.
//!
//! The lists hold function words only, in lower case, with and without their accents. Lists made for
//! stemmers also hold `estado` and `estados` as forms of *estar*: in a catalog of public information
//! these are states and statements, so they are not here.

/// Sorted by bytes, because it is searched by halves.
const SPANISH: &[&str] = &[
    "a", "al", "algo", "algun", "alguna", "algunas", "alguno", "algunos", "algún", "ante", "antes", "aquel",
    "aquella", "aquellas", "aquello", "aquellos", "asi", "así", "aun", "aunque", "aún", "cada", "como",
    "con", "cual", "cuales", "cuando", "cuya", "cuyas", "cuyo", "cuyos", "cuál", "cuáles", "cuándo", "cómo",
    "de", "del", "desde", "donde", "durante", "dónde", "e", "el", "ella", "ellas", "ello", "ellos", "en",
    "entre", "era", "eran", "es", "esa", "esas", "ese", "eso", "esos", "esta", "estan", "estas", "este",
    "esto", "estos", "está", "están", "fue", "fueron", "ha", "han", "hasta", "hay", "la", "las", "le", "les",
    "lo", "los", "mas", "me", "mi", "mientras", "mis", "muy", "más", "mí", "ni", "no", "nos", "o", "os",
    "otra", "otras", "otro", "otros", "para", "pero", "por", "porque", "pues", "que", "quien", "quienes",
    "quién", "qué", "se", "sea", "sean", "segun", "según", "ser", "si", "sin", "sino", "sobre", "son", "su",
    "sus", "sí", "tal", "tales", "tambien", "también", "tan", "tanto", "te", "ti", "toda", "todas", "todo",
    "todos", "tras", "tu", "tus", "u", "un", "una", "unas", "uno", "unos", "y", "ya", "yo", "él",
];

/// Sorted by bytes, because it is searched by halves.
const ENGLISH: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "from", "if", "in", "into", "is", "it",
    "its", "no", "not", "of", "on", "or", "such", "that", "the", "their", "then", "there", "these", "they",
    "this", "to", "was", "were", "which", "will", "with",
];

/// The longest word of either list, in bytes.
const LONGEST: usize = 9;

/// Whether a word in lower case is a function word of Spanish.
pub(crate) fn is_spanish(word: &str) -> bool {
    word.len() <= LONGEST && SPANISH.binary_search(&word).is_ok()
}

/// Whether a word in lower case is a function word of English.
pub(crate) fn is_english(word: &str) -> bool {
    word.len() <= LONGEST && ENGLISH.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_and_find_their_words() {
        for list in [SPANISH, ENGLISH] {
            assert!(list.iter().all(|word| word.len() <= LONGEST && (is_spanish(word) || is_english(word))));
            assert!(list.is_sorted(), "{:?}", list.windows(2).find(|pair| !pair.is_sorted()));
        }
        assert!(is_spanish("también") && is_spanish("tambien") && is_english("the"));
        assert!(!is_spanish("estado") && !is_spanish("agua") && !is_english("budget"));
    }
}

//! Queries that are meant to break something: none of them is an error.

use rstest::rstest;
use vitrina_domain::query::{Field, MAX_DEPTH, MAX_TERMS, Query, SortKey, Test};

use crate::shelf::{Ask, Item, Shelf, words};

fn shelf() -> Shelf {
    Shelf::with(&[Item::titled(1, "Agua de la llave"), Item::titled(2, "Aire")])
}

#[rstest]
#[case("")]
#[case("   ")]
#[case("()()(((((")]
#[case("\"")]
#[case("*:*")]
#[case("a AND (b OR")]
#[case("\0")]
#[case("agua\0")]
#[case("🚰")]
#[case("field:value~^2")]
#[case("\u{202e}\u{feff}\u{301}")]
#[case("ﬁﬂ")]
#[case("İstanbul")]
fn odd_text_is_searched_like_any(#[case] text: &str) {
    let shelf = shelf();
    let text = || text.to_owned();
    let queries = [
        Query::Word(text()),
        Query::Phrase(text()),
        Query::Prefix(text()),
        Query::Not(Box::new(Query::Word(text()))),
        Query::Field(Field::Title, Test::Contains(text())),
        Query::Field(Field::Title, Test::StartsWith(text())),
        Query::Field(Field::Theme, Test::AnyOf(vec![text()])),
        Query::Field(Field::Theme, Test::Contains(text())),
        Query::Field(Field::Issued, Test::AnyOf(vec![text()])),
    ];
    for query in queries {
        for key in SortKey::ALL {
            let mut ask = Ask::of(query.clone());
            ask.sort.key = key;
            ask.highlight = true;
            assert!(shelf.ask(&ask).total.unwrap() <= 2);
        }
    }
    assert!(shelf.index.suggest(&ask_scope(), &text(), 5).unwrap().len() <= 2);
}

fn ask_scope() -> vitrina_domain::scope::Scope {
    vitrina_domain::scope::Scope::Public
}

#[test]
fn text_without_words_asks_for_nothing() {
    let shelf = shelf();
    for text in ["¿?", "", "🚰"] {
        assert_eq!(shelf.found_sorted(Query::Word(text.to_owned())), [1, 2], "{text:?}");
        assert_eq!(shelf.found_sorted(Query::Phrase(text.to_owned())), [1, 2], "{text:?}");
        assert_eq!(shelf.found_sorted(Query::And(vec![words("agua"), Query::Word(text.to_owned())])), [1]);
    }
}

#[test]
fn only_stop_words_are_searched_as_words() {
    let shelf = shelf();
    assert_eq!(shelf.found_sorted(words("de la")), [1]);
    assert_eq!(shelf.found_sorted(words("para")), [] as [i64; 0]);
}

#[test]
fn as_many_and_as_long_words_as_there_may_be() {
    let shelf = shelf();
    let many = (0..MAX_TERMS).map(|n| Query::Word(format!("palabra{n}"))).collect::<Vec<_>>();
    assert!(shelf.found(Query::And(many.clone())).is_empty());
    assert!(shelf.found(Query::Or(many)).is_empty());
    let long = "a".repeat(512);
    assert!(shelf.found(Query::Word(long.clone())).is_empty());
    assert!(shelf.found(Query::Phrase(long.clone())).is_empty());
    assert!(shelf.found(Query::Prefix(long)).is_empty());
}

#[test]
fn deep_trees_end() {
    let shelf = shelf();
    let nested = |depth| (0..depth).fold(words("agua"), |inner, _| Query::And(vec![inner, Query::All]));
    assert_eq!(shelf.found(nested(MAX_DEPTH)), [1]);
    // No front end builds this; it must not exhaust the stack.
    assert!(shelf.found(nested(500)).is_empty());
}

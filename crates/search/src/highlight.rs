//! Marks: which words of a text were found, and the piece of it that shows most of them.

use std::collections::{BTreeSet, HashSet};

use vitrina_domain::{
    html::escape,
    query::{FieldType, Query as Condition, Test},
};

use crate::{
    analysis::{self, Form, Language, Side},
    view::{Passage, View},
    words,
};

/// The longest piece of a description, in characters.
const MAX_SNIPPET: usize = 200;
/// As much of it as may stand before the first word that was found.
const LEAD: usize = 60;

/// The words that a query looks for.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    stems: [HashSet<String>; 3],
    whole: HashSet<String>,
    beginnings: Vec<String>,
}

/// A word of a text that was found: where it stands, and what was looked for.
struct Found {
    from: usize,
    to: usize,
    word: String,
}

impl Marks {
    pub(crate) fn of(condition: &Condition) -> Self {
        let mut marks = Self::default();
        let mut pending = vec![condition];
        while let Some(condition) = pending.pop() {
            match condition {
                Condition::And(parts) | Condition::Or(parts) => pending.extend(parts),
                Condition::Word(text) => marks.add_words(text),
                Condition::Phrase(text) => marks.add_phrase(text),
                Condition::Prefix(text) => marks.add_prefix(text),
                Condition::Field(field, test) if field.field_type() == FieldType::Text => {
                    marks.add_test(test);
                }
                Condition::All | Condition::Not(_) | Condition::Field(..) => {}
            }
        }
        marks
    }

    fn add_words(&mut self, text: &str) {
        for (stems, language) in self.stems.iter_mut().zip(Language::ALL) {
            let form = Form::Stem(language);
            let words = analysis::tokens(Form::Whole, Side::Query, text);
            let written = words.iter().filter_map(|word| text.get(word.offset_from..word.offset_to));
            let telling = written.filter(|word| !words::is_stop_word(word));
            stems.extend(
                telling.flat_map(|word| analysis::tokens(form, Side::Query, word)).map(|token| token.text),
            );
        }
    }

    fn add_phrase(&mut self, text: &str) {
        let words = analysis::whole_words(text);
        let telling: Vec<String> = words.iter().filter(|word| !words::is_stop_word(word)).cloned().collect();
        self.whole.extend(if telling.is_empty() { words } else { telling });
    }

    fn add_prefix(&mut self, text: &str) {
        let mut words = analysis::whole_words(text);
        self.beginnings.extend(words.pop());
        self.add_words(&words.join(" "));
    }

    fn add_test(&mut self, test: &Test) {
        match test {
            Test::AnyOf(texts) => texts.iter().for_each(|text| self.add_words(text)),
            Test::Contains(text) | Test::StartsWith(text) => self.add_words(text),
            Test::Range(_) | Test::Exists(_) => {}
        }
    }

    fn find(&self, passage: &Passage) -> Vec<Found> {
        let text = passage.text();
        let language = passage.language();
        let stems = Language::ALL.into_iter().zip(&self.stems).find(|(known, _)| *known == language);
        let mut found: Vec<Found> = Vec::new();
        if let Some((_, stems)) = stems.filter(|(_, stems)| !stems.is_empty()) {
            // A stem begins as its word does: only words that may have one that is looked for are stemmed.
            let beginnings: HashSet<Option<char>> = stems.iter().map(|stem| stem.chars().next()).collect();
            let words = analysis::tokens(Form::Stem(Language::Other), Side::Document, text);
            for word in words.iter().filter(|word| beginnings.contains(&word.text.chars().next())) {
                let (from, to) = (word.offset_from, word.offset_to);
                let written = text.get(from..to).unwrap_or_default();
                let forms = analysis::tokens(Form::Stem(language), Side::Document, written);
                let known = forms.into_iter().find(|form| stems.contains(&form.text));
                found.extend(known.map(|form| Found { from, to, word: form.text }));
            }
        }
        if !self.whole.is_empty() || !self.beginnings.is_empty() {
            let tokens = analysis::tokens(Form::Whole, Side::Document, text);
            let known = tokens.into_iter().filter(|token| self.is_whole(&token.text));
            found.extend(known.map(|token| Found {
                from: token.offset_from,
                to: token.offset_to,
                word: token.text,
            }));
        }
        found.sort_by_key(|found| found.from);
        found.dedup_by_key(|found| found.from);
        found
    }

    fn is_whole(&self, word: &str) -> bool {
        self.whole.contains(word)
            || self.beginnings.iter().any(|beginning| word.starts_with(beginning.as_str()))
    }

    /// The title with the words that were found marked, in the language they were found in.
    pub(crate) fn title(&self, view: &View) -> Option<String> {
        let marked =
            view.titles.iter().map(|title| (title, self.find(title))).find(|(_, found)| !found.is_empty());
        match marked {
            Some((title, found)) => Some(mark(title.text(), 0, title.text().len(), &found)),
            None => view.title().map(escape),
        }
    }

    /// The best piece of a description, or the beginning of one where nothing was found.
    pub(crate) fn snippet(&self, view: &View) -> Option<String> {
        let best = view.descriptions.iter().map(|passage| (passage, self.find(passage))).max_by_key(
            |(passage, found)| {
                let kinds: BTreeSet<&str> = found.iter().map(|found| found.word.as_str()).collect();
                (kinds.len(), passage.language() == Language::Spanish)
            },
        );
        let (passage, found) = best?;
        Some(piece(passage.text(), &found))
    }
}

/// The stretch of at most [`MAX_SNIPPET`] characters that holds most different words that were found.
fn piece(text: &str, found: &[Found]) -> String {
    let best = (0..found.len()).rev().max_by_key(|first| {
        let start = found.get(*first).map_or(0, |found| found.from);
        let within = found
            .iter()
            .skip(*first)
            .take_while(|other| chars_between(text, start, other.to) <= MAX_SNIPPET - LEAD);
        within.map(|found| found.word.as_str()).collect::<BTreeSet<_>>().len()
    });
    let anchor = best.and_then(|first| found.get(first)).map_or(0, |found| found.from);
    let from = start_before(text, anchor);
    let ellipsis_before = from > 0;
    let room = MAX_SNIPPET - usize::from(ellipsis_before);
    let to = end_after(text, from, room);
    let mut piece = mark(text, from, to, found);
    if ellipsis_before {
        piece.insert(0, '…');
    }
    if to < text.trim_end().len() {
        piece.push('…');
    }
    piece
}

fn chars_between(text: &str, from: usize, to: usize) -> usize {
    text.get(from..to).map_or(usize::MAX, |between| between.chars().count())
}

/// The beginning of a word at most [`LEAD`] characters before a place.
fn start_before(text: &str, anchor: usize) -> usize {
    let before = text.get(..anchor).unwrap_or_default();
    if before.chars().count() <= LEAD {
        return 0;
    }
    let earliest = before.char_indices().rev().nth(LEAD - 1).map_or(0, |(at, _)| at);
    let lead = before.get(earliest..).unwrap_or_default();
    let word =
        lead.char_indices().find(|(_, c)| c.is_whitespace()).map(|(at, c)| earliest + at + c.len_utf8());
    word.unwrap_or(anchor)
}

/// The end of a word at most this many characters after a place.
fn end_after(text: &str, from: usize, room: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    let Some((limit, _)) = rest.char_indices().nth(room) else { return text.trim_end().len().max(from) };
    // One character is kept for the ellipsis.
    let kept = rest.get(..limit).and_then(|kept| kept.char_indices().next_back()).map_or(0, |(at, _)| at);
    let within = rest.get(..kept).unwrap_or_default();
    let end = within.rfind(char::is_whitespace).filter(|end| *end > 0).unwrap_or(kept);
    from + rest.get(..end).unwrap_or_default().trim_end().len()
}

/// A stretch of a text, escaped, with the words inside it marked.
fn mark(text: &str, from: usize, to: usize, found: &[Found]) -> String {
    let mut marked = String::new();
    let mut at = from;
    for found in found.iter().filter(|found| found.from >= from && found.to <= to) {
        marked.push_str(&escape(text.get(at..found.from).unwrap_or_default()));
        marked.push_str("<mark>");
        marked.push_str(&escape(text.get(found.from..found.to).unwrap_or_default()));
        marked.push_str("</mark>");
        at = found.to;
    }
    marked.push_str(&escape(text.get(at..to).unwrap_or_default()));
    marked
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn view(language: &str, title: &str, description: &str) -> View {
        View {
            titles: vec![Passage(language.to_owned(), title.to_owned())],
            descriptions: vec![Passage(language.to_owned(), description.to_owned())],
        }
    }

    fn word(text: &str) -> Condition {
        Condition::Word(text.to_owned())
    }

    #[rstest]
    #[case(
        word("presupuesto"),
        "Presupuestos & <b>gasto</b>",
        "<mark>Presupuestos</mark> &amp; &lt;b&gt;gasto&lt;/b&gt;"
    )]
    #[case(word("nino"), "Los niños", "Los <mark>niños</mark>")]
    #[case(word("niño"), "El nino", "El nino")]
    #[case(word("contratacion"), "Contrataciones", "<mark>Contrataciones</mark>")]
    #[case(word("de"), "Agua de lluvia", "Agua de lluvia")]
    #[case(Condition::Prefix("agu".into()), "Agua y aguas", "<mark>Agua</mark> y <mark>aguas</mark>")]
    #[case(Condition::Phrase("calidad del agua".into()), "Calidad del agua", "<mark>Calidad</mark> del <mark>agua</mark>")]
    #[case(Condition::Not(Box::new(word("agua"))), "Agua", "Agua")]
    #[case(word("<script>"), "<script>", "&lt;<mark>script</mark>&gt;")]
    fn titles_are_marked_and_escaped(
        #[case] condition: Condition,
        #[case] title: &str,
        #[case] marked: &str,
    ) {
        assert_eq!(Marks::of(&condition).title(&view("es", title, "")).as_deref(), Some(marked));
    }

    #[test]
    fn the_title_of_the_language_that_matched_is_shown() {
        let view = View {
            titles: vec![Passage("en".into(), "Water budgets".into()), Passage("es".into(), "Agua".into())],
            descriptions: Vec::new(),
        };
        assert_eq!(Marks::of(&word("budget")).title(&view).as_deref(), Some("Water <mark>budgets</mark>"));
        assert_eq!(Marks::of(&word("nada")).title(&view).as_deref(), Some("Agua"));
    }

    #[test]
    fn the_snippet_is_the_best_piece_and_short() {
        let filler = "palabras sin importancia ".repeat(40);
        let text = format!("agua {filler}calidad del agua en ríos & lagos {filler}");
        let both = Condition::And(vec![word("agua"), word("calidad")]);
        let snippet = Marks::of(&both).snippet(&view("es", "", &text)).unwrap();
        assert!(
            snippet.contains("<mark>calidad</mark> del <mark>agua</mark> en ríos &amp; lagos"),
            "{snippet}"
        );
        assert!(snippet.starts_with('…') && snippet.ends_with('…'), "{snippet}");
        let shown = snippet.replace("<mark>", "").replace("</mark>", "").replace("&amp;", "&");
        assert!(shown.chars().count() <= MAX_SNIPPET, "{}", shown.chars().count());
    }

    #[rstest]
    #[case("")]
    #[case("á")]
    #[case("   ")]
    #[case("🚰🚰🚰")]
    fn short_descriptions_are_shown_whole(#[case] text: &str) {
        assert_eq!(Marks::of(&word("agua")).snippet(&view("es", "", text)).as_deref(), Some(text.trim_end()));
    }

    #[test]
    fn text_without_blanks_is_cut() {
        let snippet = Marks::of(&word("agua")).snippet(&view("es", "", &"ñ".repeat(500))).unwrap();
        assert!(snippet.chars().count() <= MAX_SNIPPET && snippet.ends_with('…'));
    }
}

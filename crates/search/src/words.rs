//! Words, phrases and beginnings of words as queries over the text fields.

use tantivy::{
    Term,
    query::{BooleanQuery, BoostQuery, ConstScoreQuery, Occur, PhraseQuery, Query, TermQuery},
    schema::{Field as Column, IndexRecordOption},
};
use vitrina_domain::query::{Field, Query as Condition};

use crate::{
    analysis::{self, Form, Language, Side},
    fact,
    fold::Spellings,
    schema::{Fields, Tier},
};

/// What an exact form adds, in the title and anywhere.
const EXACT_IN_TITLE: f32 = 2.5;
const EXACT: f32 = 0.25;
/// What a beginning of a word adds, anywhere and in the title.
const BEGINNING: f32 = 1.0;
const BEGINNING_IN_TITLE: f32 = 4.0;
/// What a phrase of the query adds that stands in the title: more than words can.
const TITLE_PHRASE: f32 = 1_000.0;
/// What a title adds that is the query.
const TITLE: f32 = 10_000.0;

/// Whether a query is asked for the records that match, or also for how well they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Match,
    Rank,
}

/// What becomes of stop words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StopWords {
    /// They ask for nothing.
    Ignored,
    /// They are searched like others, because there are no others.
    Searched,
}

impl StopWords {
    /// How stop words of a condition are to be taken.
    pub(crate) fn of(condition: &Condition) -> Self {
        let mut texts = Vec::new();
        collect(condition, &mut texts);
        let mut words = texts.iter().flat_map(|text| analysis::whole_words(text)).peekable();
        let only_stop_words = words.peek().is_some() && words.all(|word| is_stop_word(&word));
        if only_stop_words { Self::Searched } else { Self::Ignored }
    }
}

/// The texts that a condition asks for, without those it excludes.
pub(crate) fn collect<'a>(condition: &'a Condition, texts: &mut Vec<&'a str>) {
    let mut pending = vec![condition];
    while let Some(condition) = pending.pop() {
        match condition {
            Condition::Word(text) | Condition::Phrase(text) | Condition::Prefix(text) => texts.push(text),
            Condition::And(parts) | Condition::Or(parts) => pending.extend(parts.iter().rev()),
            Condition::All | Condition::Not(_) | Condition::Field(..) => {}
        }
    }
}

/// Whether a folded word is a stop word of Spanish or English.
///
/// Either is enough: documents of that language do not have it, and would never be found.
pub(crate) fn is_stop_word(word: &str) -> bool {
    [Language::Spanish, Language::English]
        .into_iter()
        .any(|language| analysis::tokens(Form::Stem(language), Side::Query, word).is_empty())
}

/// Builds queries over the text fields.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a> {
    pub fields: &'a Fields,
    pub purpose: Purpose,
    pub stops: StopWords,
}

impl Words<'_> {
    /// The records with this word; nothing is asked for where the text has no word.
    pub(crate) fn word(&self, text: &str) -> Option<Box<dyn Query>> {
        let spelled = analysis::tokens(Form::Whole, Side::Query, text);
        let written = |token: &tantivy::tokenizer::Token| {
            text.get(token.offset_from..token.offset_to).unwrap_or_default()
        };
        let mut parts: Vec<(Occur, Box<dyn Query>)> = spelled
            .iter()
            .filter_map(|token| self.one_word(written(token), &token.text))
            .map(|query| (Occur::Must, query))
            .collect();
        if parts.len() > 1 && self.purpose == Purpose::Rank {
            // `covid-19` is two words that had better stand together.
            let together =
                spelled.iter().map(|token| Term::from_field_text(self.fields.words, &token.text)).collect();
            parts.push((Occur::Should, Box::new(PhraseQuery::new(together))));
        }
        match parts.len() {
            0 => None,
            1 => parts.pop().map(|(_, query)| query),
            _ => Some(Box::new(BooleanQuery::new(parts))),
        }
    }

    fn one_word(&self, written: &str, folded: &str) -> Option<Box<dyn Query>> {
        // The word as it was written decides: `té` is no stop word.
        if is_stop_word(written) {
            let searched = self.stops == StopWords::Searched;
            return searched.then(|| self.term(self.fields.words, folded, 1.0));
        }
        let mut places: Vec<Box<dyn Query>> = Vec::new();
        for language in Language::ALL {
            for stem in analysis::tokens(Form::Stem(language), Side::Query, written) {
                for tier in Tier::ALL {
                    let column = self.fields.text(tier, language);
                    places.extend(column.map(|column| self.term(column, &stem.text, tier.weight())));
                }
            }
        }
        if self.purpose == Purpose::Rank {
            // Every record with the exact form also has the stem, so these only add to the score.
            let accented = Spellings::of(written).accented;
            for form in [Some(folded), accented.as_deref()].into_iter().flatten() {
                places.push(self.term(self.fields.title_words, form, EXACT_IN_TITLE));
                places.push(self.term(self.fields.words, form, EXACT));
            }
        }
        Some(Box::new(BooleanQuery::union(places)))
    }

    fn term(&self, column: Column, text: &str, weight: f32) -> Box<dyn Query> {
        let term = Term::from_field_text(column, text);
        match self.purpose {
            Purpose::Match => Box::new(TermQuery::new(term, IndexRecordOption::Basic)),
            Purpose::Rank => {
                let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
                Box::new(BoostQuery::new(Box::new(query), weight))
            }
        }
    }

    /// The records with these words one after another, stop words included.
    pub(crate) fn phrase(&self, text: &str) -> Option<Box<dyn Query>> {
        let words = analysis::whole_words(text);
        let anywhere = self.sequence(self.fields.words, &words)?;
        if self.purpose == Purpose::Match {
            return Some(anywhere);
        }
        let in_title = self.sequence(self.fields.title_words, &words)?;
        Some(Box::new(BooleanQuery::new(vec![
            (Occur::Must, anywhere),
            (Occur::Should, Box::new(BoostQuery::new(in_title, Tier::Title.weight()))),
        ])))
    }

    fn sequence(&self, column: Column, words: &[String]) -> Option<Box<dyn Query>> {
        match words {
            [] => None,
            [word] => Some(self.term(column, word, 1.0)),
            _ => {
                let terms = words.iter().map(|word| Term::from_field_text(column, word)).collect();
                Some(Box::new(PhraseQuery::new(terms)))
            }
        }
    }

    /// The records with a word that begins so.
    pub(crate) fn prefix(&self, text: &str) -> Option<Box<dyn Query>> {
        let mut words = analysis::whole_words(text);
        let beginning = words.pop()?;
        let constant = |column, score| {
            Box::new(ConstScoreQuery::new(fact::prefix_query(column, &beginning), score)) as Box<dyn Query>
        };
        let mut places = vec![constant(self.fields.words, BEGINNING)];
        if self.purpose == Purpose::Rank {
            places.push(constant(self.fields.title_words, BEGINNING_IN_TITLE));
        }
        let last = Box::new(BooleanQuery::union(places)) as Box<dyn Query>;
        let mut parts: Vec<_> = words.iter().filter_map(|word| self.word(word)).collect();
        parts.push(last);
        Some(Box::new(BooleanQuery::intersection(parts)))
    }

    /// The records that have all words of a text in one tier.
    pub(crate) fn all_in(&self, tier: Tier, text: &str) -> Option<Box<dyn Query>> {
        let spelled = analysis::tokens(Form::Whole, Side::Query, text);
        let words: Vec<Box<dyn Query>> = spelled
            .iter()
            .filter_map(|token| text.get(token.offset_from..token.offset_to))
            .filter(|word| !is_stop_word(word))
            .map(|word| {
                let stems = Language::ALL.into_iter().flat_map(|language| {
                    let stems = analysis::tokens(Form::Stem(language), Side::Query, word);
                    stems.into_iter().map(move |stem| (language, stem.text))
                });
                let places = stems.filter_map(|(language, stem)| {
                    self.fields.text(tier, language).map(|column| self.term(column, &stem, tier.weight()))
                });
                Box::new(BooleanQuery::union(places.collect())) as Box<dyn Query>
            })
            .collect();
        (!words.is_empty()).then(|| Box::new(BooleanQuery::intersection(words)) as Box<dyn Query>)
    }

    /// What puts titles on top that hold the words of a condition in their order, or are nothing else.
    pub(crate) fn title_bonus(&self, condition: &Condition) -> Vec<Box<dyn Query>> {
        let parts = match condition {
            Condition::And(parts) => parts.as_slice(),
            one => std::slice::from_ref(one),
        };
        let texts = parts.iter().filter_map(|part| match part {
            Condition::Word(text) | Condition::Phrase(text) => Some(text.as_str()),
            _ => None,
        });
        let words: Vec<String> = texts.flat_map(analysis::whole_words).collect();
        if words.is_empty() {
            return Vec::new();
        }
        let whole = fact::query(self.fields.fact, &fact::text_beginning(Field::Title, &words.join(" ")));
        let mut bonus: Vec<Box<dyn Query>> = vec![Box::new(ConstScoreQuery::new(whole, TITLE))];
        if words.len() > 1
            && let Some(phrase) = self.sequence(self.fields.title_words, &words)
        {
            bonus.push(Box::new(ConstScoreQuery::new(phrase, TITLE_PHRASE)));
        }
        bonus
    }
}

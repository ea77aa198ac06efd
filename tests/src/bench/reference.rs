//! What a query must find, computed without the index: a filter in memory over the documents as they are.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;
use vitrina_domain::vocabulary::{Vocabularies, Vocabulary};

use super::corpus::{Asked, Corpus};

/// The documents, as far as the queries tell them apart.
#[derive(Debug)]
pub(super) struct Reference {
    vocabularies: Vocabularies,
    size: usize,
    themes: HashMap<String, BTreeSet<usize>>,
    formats: HashMap<String, BTreeSet<usize>>,
    words: HashMap<String, BTreeSet<usize>>,
}

impl Reference {
    pub(super) fn of(corpus: &Corpus) -> anyhow::Result<Self> {
        let asked = corpus.queries.iter().flat_map(|asked| &asked.words);
        let mut reference = Self {
            vocabularies: Vocabularies::embedded()?,
            size: corpus.size,
            themes: HashMap::new(),
            formats: HashMap::new(),
            words: asked.map(|word| (word.to_lowercase(), BTreeSet::new())).collect(),
        };
        for (number, document) in corpus.documents()?.enumerate() {
            reference.add(number, &document?);
        }
        Ok(reference)
    }

    fn add(&mut self, number: usize, document: &Value) {
        for theme in texts(&document["theme"]) {
            for code in self.themes_of(theme) {
                self.themes.entry(code).or_default().insert(number);
            }
        }
        let distributions = document["distribution"].as_array();
        for format in distributions.into_iter().flatten().filter_map(|one| one["format"].as_str()) {
            let code = code(&self.vocabularies.file_type, format);
            self.formats.entry(code).or_default().insert(number);
        }
        let told = ["title", "description", "keyword"];
        for text in told.into_iter().flat_map(|member| texts(&document[member])) {
            for word in text.to_lowercase().split(|c: char| !c.is_alphanumeric()) {
                if let Some(found) = self.words.get_mut(word) {
                    found.insert(number);
                }
            }
        }
    }

    /// Exactly how many datasets have the theme and the format of a query.
    pub(super) fn filtered(&self, asked: &Asked) -> usize {
        self.matching(asked).map_or(self.size, |found| found.len())
    }

    /// How many datasets at least answer a query: those that have its filters, and its words as they are written.
    pub(super) fn at_least(&self, asked: &Asked) -> usize {
        let mut found = self.matching(asked);
        for word in &asked.words {
            let Some(having) = self.words.get(&word.to_lowercase()) else { return 0 };
            found = Some(narrowed(found, having.clone()));
        }
        found.map_or(self.size, |found| found.len())
    }

    fn matching(&self, asked: &Asked) -> Option<BTreeSet<usize>> {
        let mut found = None;
        if let Some(theme) = &asked.theme {
            let codes = self.themes_of(theme);
            let having = codes.iter().filter_map(|code| self.themes.get(code)).flatten().copied().collect();
            found = Some(narrowed(found, having));
        }
        if let Some(format) = &asked.format {
            let having = self.formats.get(&code(&self.vocabularies.file_type, format));
            found = Some(narrowed(found, having.cloned().unwrap_or_default()));
        }
        found
    }

    /// The codes of a theme: of the list of themes, else those that its sector has, else as it is written.
    fn themes_of(&self, spelling: &str) -> Vec<String> {
        if let Some(term) = self.vocabularies.theme.resolve(spelling) {
            return vec![term.code.clone()];
        }
        let sector = self.vocabularies.sector.resolve(spelling);
        let themes = sector.and_then(|sector| sector.attributes.get("themes")?.as_array());
        let codes = themes.into_iter().flatten().filter_map(|code| code.as_str()).map(str::to_owned);
        Some(codes.collect::<Vec<_>>())
            .filter(|codes| !codes.is_empty())
            .unwrap_or_else(|| vec![spelling.to_lowercase()])
    }
}

fn narrowed(found: Option<BTreeSet<usize>>, having: BTreeSet<usize>) -> BTreeSet<usize> {
    match found {
        None => having,
        Some(found) => found.intersection(&having).copied().collect(),
    }
}

fn code(list: &Vocabulary, spelling: &str) -> String {
    list.resolve(spelling).map_or_else(|| spelling.to_lowercase(), |term| term.code.clone())
}

/// A text, or the texts of a list.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

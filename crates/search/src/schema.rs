//! The fields of the index.
//!
//! Text stands in one field per tier and language; everything that is compared whole is a term of the one
//! field `fact` (see [`crate::fact`]); facets and orders read columns.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use tantivy::schema::{
    FAST, Field as Column, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions,
};
use vitrina_domain::{
    query::{Field, SortKey},
    vocabulary::Vocabularies,
};

use crate::analysis::{self, Form, Language};

/// Counts up when documents are built otherwise, so that indexes of the earlier way are rebuilt.
const VERSION: u32 = 1;

/// The parts of a record's text, by how much a word there says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Tier {
    Title,
    Keyword,
    /// Publisher and organization.
    Agent,
    Description,
    Column,
    /// Titles and descriptions of distributions.
    Distribution,
}

impl Tier {
    pub(crate) const ALL: [Self; 6] =
        [Self::Title, Self::Keyword, Self::Agent, Self::Description, Self::Column, Self::Distribution];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Keyword => "keyword",
            Self::Agent => "agent",
            Self::Description => "description",
            Self::Column => "column",
            Self::Distribution => "distribution",
        }
    }

    /// How much a word in this part weighs.
    pub(crate) const fn weight(self) -> f32 {
        match self {
            Self::Title => 5.0,
            Self::Keyword => 3.0,
            Self::Agent => 1.5,
            Self::Description => 1.0,
            Self::Column | Self::Distribution => 0.4,
        }
    }
}

/// Names of columns.
pub(crate) mod column {
    pub(crate) const ID_HIGH: &str = "id_high";
    pub(crate) const ID_LOW: &str = "id_low";
    pub(crate) const KIND: &str = "kind";
    pub(crate) const CREATED_SEQ: &str = "created_seq";
    pub(crate) const TITLE_ORDER: &str = "title_order";
}

/// The schema with its fields at hand.
#[derive(Debug, Clone)]
pub(crate) struct Fields {
    pub schema: Schema,
    /// The id, by which records are replaced.
    pub id: Column,
    pub id_high: Column,
    pub id_low: Column,
    pub kind: Column,
    pub created_seq: Column,
    /// What the highlights are made from.
    pub view: Column,
    /// Everything that is compared whole.
    pub fact: Column,
    /// The words of the whole record with their places.
    pub words: Column,
    /// The words of the titles with their places.
    pub title_words: Column,
    /// The title that lists are ordered by.
    pub title_order: Column,
    texts: BTreeMap<(Tier, &'static str), Column>,
    facets: BTreeMap<Field, Column>,
    numbers: BTreeMap<Field, Column>,
}

impl Fields {
    pub(crate) fn new() -> Self {
        let mut schema = Schema::builder();
        let terms = |tokenizer, record, norms| {
            let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(record);
            TextOptions::default().set_indexing_options(indexing.set_fieldnorms(norms))
        };
        let raw = || terms("raw", IndexRecordOption::Basic, false);
        let whole = || terms(analysis::name(Form::Whole), IndexRecordOption::WithFreqsAndPositions, true);
        let texts = Tier::ALL
            .into_iter()
            .flat_map(|tier| Language::ALL.map(|language| (tier, language)))
            .map(|(tier, language)| {
                let name = format!("{}_{}", tier.as_str(), language.suffix());
                let options = terms(analysis::name(Form::Stem(language)), IndexRecordOption::WithFreqs, true);
                ((tier, language.suffix()), schema.add_text_field(&name, options))
            })
            .collect();
        let facets = Field::ALL
            .iter()
            .filter(|field| field.is_facet())
            .map(|field| {
                let options = TextOptions::default().set_fast("raw");
                (*field, schema.add_text_field(&facet_column(*field), options))
            })
            .collect();
        let numbers = Field::ALL
            .iter()
            .filter_map(|field| number_column(*field).map(|name| (*field, schema.add_i64_field(name, FAST))))
            .collect();
        Self {
            id: schema.add_text_field("id", raw()),
            id_high: schema.add_u64_field(column::ID_HIGH, FAST),
            id_low: schema.add_u64_field(column::ID_LOW, FAST),
            kind: schema.add_u64_field(column::KIND, FAST),
            created_seq: schema.add_i64_field(column::CREATED_SEQ, FAST),
            view: schema.add_text_field("view", STORED),
            fact: schema.add_text_field("fact", raw()),
            words: schema.add_text_field("words", whole()),
            title_words: schema.add_text_field("title_words", whole()),
            title_order: schema.add_text_field(column::TITLE_ORDER, TextOptions::default().set_fast("raw")),
            texts,
            facets,
            numbers,
            schema: schema.build(),
        }
    }

    /// The stemmed text of a tier in a language.
    pub(crate) fn text(&self, tier: Tier, language: Language) -> Option<Column> {
        self.texts.get(&(tier, language.suffix())).copied()
    }

    /// The column of a facet.
    pub(crate) fn facet(&self, field: Field) -> Option<Column> {
        self.facets.get(&field).copied()
    }

    /// The column of a date or number.
    pub(crate) fn number(&self, field: Field) -> Option<Column> {
        self.numbers.get(&field).copied()
    }

    /// The name of the folder for indexes of this schema, analysis and these vocabularies.
    pub(crate) fn hash(&self, vocabularies: &Vocabularies) -> String {
        let mut hasher = Sha256::new();
        hasher.update(format!("{VERSION}/{}/", analysis::VERSION));
        hasher.update(serde_json::to_vec(&self.schema).unwrap_or_default());
        for list in vocabularies.iter() {
            hasher.update(list.name());
            hasher.update(serde_json::to_vec(list.terms()).unwrap_or_default());
        }
        hex::encode(hasher.finalize()).chars().take(HASH_CHARS).collect()
    }
}

/// How long the name of an index folder is.
pub(crate) const HASH_CHARS: usize = 16;

/// The name of the column that a facet is counted by.
pub(crate) fn facet_column(field: Field) -> String {
    format!("facet_{}", field.as_str())
}

/// The name of the column that holds a date or number.
pub(crate) const fn number_column(field: Field) -> Option<&'static str> {
    match field {
        Field::Issued => Some("issued"),
        Field::Modified => Some("modified"),
        Field::Updated => Some("updated"),
        Field::Created => Some("created"),
        Field::Distributions => Some("distributions"),
        _ => None,
    }
}

/// The name of the column of whole numbers that an order goes by.
pub(crate) const fn order_column(key: SortKey) -> Option<&'static str> {
    match key {
        SortKey::Created => Some(column::CREATED_SEQ),
        SortKey::Updated => number_column(Field::Updated),
        SortKey::Issued => number_column(Field::Issued),
        SortKey::Modified => number_column(Field::Modified),
        SortKey::Relevance | SortKey::Title => None,
    }
}

/// The tier of a text field.
pub(crate) const fn tier(field: Field) -> Option<Tier> {
    match field {
        Field::Title => Some(Tier::Title),
        Field::Description => Some(Tier::Description),
        Field::Column => Some(Tier::Column),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use vitrina_domain::query::FieldType;

    use super::*;

    #[test]
    fn every_field_has_its_place_by_its_type() {
        let fields = Fields::new();
        for field in Field::ALL.iter().copied() {
            assert_eq!(fields.facet(field).is_some(), field.is_facet(), "{field:?}");
            let is_number = matches!(field.field_type(), FieldType::Date | FieldType::Number);
            assert_eq!(fields.number(field).is_some(), is_number, "{field:?}");
            assert_eq!(tier(field).is_some(), field.field_type() == FieldType::Text, "{field:?}");
        }
    }

    #[test]
    fn a_changed_vocabulary_asks_for_another_folder() {
        let fields = Fields::new();
        let vocabularies = Vocabularies::embedded().unwrap();
        let mut changed = vocabularies.clone();
        changed.theme = vocabularies.sector.clone();
        assert_eq!(fields.hash(&vocabularies), Fields::new().hash(&vocabularies));
        assert_ne!(fields.hash(&vocabularies), fields.hash(&changed));
        assert_eq!(fields.hash(&vocabularies).len(), HASH_CHARS);
    }
}

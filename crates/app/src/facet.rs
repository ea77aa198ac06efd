//! Facets: how many records there are by the values of a field, with labels for people.

use vitrina_domain::{
    finding::Bilingual,
    query::Field,
    vocabulary::{Vocabularies, Vocabulary},
};

use crate::App;

/// One value of a facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// The value, as it is written in filters.
    pub value: String,
    /// What people read.
    pub label: Bilingual,
    /// How many records have it.
    pub count: u64,
}

/// The counts of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelledFacet {
    /// The field.
    pub field: Field,
    /// Its values.
    pub buckets: Vec<Bucket>,
}

impl App {
    /// Puts labels on counts.
    pub(crate) fn label(&self, facet: vitrina_search::Facet) -> LabelledFacet {
        let vocabulary = vocabulary_of(self.vocabularies(), facet.field);
        let buckets = facet
            .buckets
            .into_iter()
            .map(|(value, count)| {
                let label = vocabulary
                    .and_then(|vocabulary| vocabulary.resolve(&value))
                    .map_or_else(|| Bilingual::new(value.clone(), value.clone()), |term| term.label.clone());
                Bucket { value, label, count }
            })
            .collect();
        LabelledFacet { field: facet.field, buckets }
    }
}

/// The list that a field's codes come from.
pub fn vocabulary_of(vocabularies: &Vocabularies, field: Field) -> Option<&Vocabulary> {
    match field {
        Field::Theme => Some(&vocabularies.theme),
        Field::Format => Some(&vocabularies.file_type),
        Field::License => Some(&vocabularies.licence),
        Field::Language => Some(&vocabularies.language),
        Field::Frequency => Some(&vocabularies.frequency),
        Field::AccessRights => Some(&vocabularies.access_right),
        Field::GovType => Some(&vocabularies.gov_type),
        Field::Spatial => Some(&vocabularies.municipality),
        _ => None,
    }
}

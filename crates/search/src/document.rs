//! How a record becomes a document of the index.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use tantivy::TantivyDocument;
use vitrina_domain::{
    id::RecordId,
    language::{Keywords, Text},
    metadata::{Agent, Concept, Iri, Location},
    query::Field,
    record::Kind,
};

use crate::{
    Entry, analysis,
    analysis::Language,
    code::{Codes, spellings},
    described::Described,
    fact, fold,
    schema::{Fields, Tier},
    view::{self, View},
};

/// As many distributions, and as many columns of them, as are read for their text.
const MAX_PARTS: usize = 500;
/// The longest title by which lists are ordered, in characters.
pub(crate) const MAX_ORDER: usize = 100;

/// Builds the document of an entry.
pub(crate) fn build(fields: &Fields, codes: &Codes, entry: &Entry<'_>) -> TantivyDocument {
    let mut draft = Draft::new(fields, codes, entry);
    draft.identity(entry);
    draft.texts(entry);
    draft.neighbours(entry);
    draft.concepts();
    draft.places();
    draft.references();
    draft.distributions();
    draft.dates(entry);
    draft.finish()
}

/// The number that stands for a kind in its column.
pub(crate) fn kind_number(kind: Kind) -> u64 {
    Kind::ALL.iter().take_while(|other| **other != kind).fold(0, |number, _| number + 1)
}

/// The title in the form that lists are ordered by.
pub(crate) fn order(title: &str) -> String {
    fold::collation(&analysis::line(title)).chars().take(MAX_ORDER).collect()
}

struct Draft<'a> {
    fields: &'a Fields,
    codes: &'a Codes,
    described: Described<'a>,
    language: Option<&'a str>,
    facts: BTreeSet<String>,
    /// The values that have their facts.
    values: HashSet<(Field, String)>,
    /// The shown values of facets, by the form in which they are compared.
    facets: BTreeMap<Field, BTreeMap<String, String>>,
    document: TantivyDocument,
}

impl<'a> Draft<'a> {
    fn new(fields: &'a Fields, codes: &'a Codes, entry: &Entry<'a>) -> Self {
        let described = Described::by(&entry.record.metadata);
        let declared = described.declared_language().map(|code| codes.language_tag(code));
        let language = declared.and_then(|tag| tag.split('-').next());
        Self {
            fields,
            codes,
            described,
            language,
            facts: BTreeSet::new(),
            values: HashSet::new(),
            facets: BTreeMap::new(),
            document: TantivyDocument::new(),
        }
    }

    fn identity(&mut self, entry: &Entry<'_>) {
        let record = entry.record;
        let (high, low) = record.id.uuid().as_u64_pair();
        self.document.add_text(self.fields.id, record.id.to_string());
        self.document.add_u64(self.fields.id_high, high);
        self.document.add_u64(self.fields.id_low, low);
        self.document.add_u64(self.fields.kind, kind_number(record.kind()));
        self.document.add_i64(self.fields.created_seq, record.created_seq.0);
        self.facts.insert(fact::kind(record.kind()));
        if record.visibility.is_public() {
            self.facts.insert(fact::PUBLIC.to_owned());
        }
        if let Some(organization) = record.organization_id {
            self.facts.insert(fact::owner(organization));
        }
        let iri = self.described.iri.map(Iri::as_str);
        let named = record.metadata.identifier();
        for identifier in [Some(record.identifier.as_str()), named, iri].into_iter().flatten() {
            self.value(Field::Identifier, identifier);
        }
    }

    fn texts(&mut self, entry: &Entry<'_>) {
        let metadata = &entry.record.metadata;
        self.text(Tier::Title, metadata.title());
        if let Some(alternative) = self.described.alternative {
            self.text(Tier::Title, alternative);
        }
        self.text(Tier::Description, metadata.description());
        let view = View::new(metadata.title(), metadata.description(), self.language);
        for title in &view.titles {
            self.document.add_text(self.fields.title_words, title.text());
            self.beginning(Field::Title, title.text());
        }
        for description in &view.descriptions {
            self.beginning(Field::Description, description.text());
        }
        let order = view.title().map(order).filter(|order| !order.is_empty());
        if let Some(order) = order {
            self.document.add_text(self.fields.title_order, order);
        }
        self.document.add_text(self.fields.view, serde_json::to_string(&view).unwrap_or_default());
        let keywords = self.described.keywords.into_iter().flat_map(Keywords::iter);
        let keywords: Vec<_> = keywords.map(|(tag, word)| (tag.clone(), word)).collect();
        for (tag, word) in keywords {
            self.words(Tier::Keyword, self.language_of(tag.primary()), word);
            self.shown(Field::Keyword, word);
        }
    }

    fn neighbours(&mut self, entry: &Entry<'_>) {
        let record = entry.record;
        if let Some((slug, name)) = entry.organization {
            self.words(Tier::Agent, Language::Spanish, name);
            self.shown(Field::Organization, slug);
        }
        if let Some(slug) = entry.catalog {
            self.shown(Field::Catalog, slug);
        }
        for (field, id) in
            [(Field::Organization, record.organization_id), (Field::Catalog, record.catalog_id)]
        {
            let Some(id) = id else { continue };
            self.id(field, id);
        }
        self.shown(Field::Source, entry.source);
        if let Some(publisher) = record.metadata.publisher() {
            self.publisher(publisher);
        }
    }

    fn id(&mut self, field: Field, id: RecordId) {
        self.value(field, &id.to_string());
        if !self.facets.contains_key(&field) {
            // A neighbour whose slug is not known is still counted, under its id.
            self.shown(field, &id.to_string());
        }
    }

    fn publisher(&mut self, publisher: &Agent) {
        self.text(Tier::Agent, &publisher.name);
        self.text(Tier::Agent, &publisher.alternative);
        let names = publisher.name.iter().chain(publisher.alternative.iter()).map(|(_, name)| name);
        let others = [publisher.identifier.as_deref(), publisher.iri.as_ref().map(Iri::as_str)];
        for spelling in names.chain(others.into_iter().flatten()) {
            self.value(Field::Publisher, spelling);
        }
        let name = publisher.name.pick(&["es"]).map(|(_, name)| name);
        if let Some(shown) = name.or(others.into_iter().flatten().next()) {
            self.shown(Field::Publisher, shown);
        }
    }

    fn concepts(&mut self) {
        let described = &self.described;
        let optional = [
            (Field::Frequency, described.frequency),
            (Field::AccessRights, described.access_rights),
            (Field::GovType, described.gov_type),
        ];
        let lists = [
            (Field::Theme, described.themes.clone()),
            (Field::License, described.licenses.clone()),
            (Field::Format, described.formats.clone()),
            (Field::Language, described.languages.clone()),
        ];
        for (field, concept) in optional {
            if let Some(concept) = concept {
                self.concept(field, concept);
            }
        }
        for (field, concepts) in lists {
            for concept in concepts {
                self.concept(field, concept);
            }
        }
    }

    /// A concept is found by every spelling and shown as its code, or as it came.
    fn concept(&mut self, field: Field, concept: &Concept) {
        let spellings = spellings(concept);
        for spelling in &spellings {
            self.value(field, spelling);
        }
        let codes = spellings
            .iter()
            .map(|spelling| self.codes.resolve(field, spelling))
            .find(|codes| !codes.is_empty());
        match (codes, concept.code()) {
            (Some(codes), _) => codes.iter().for_each(|code| self.shown(field, code)),
            (None, Some(code)) => self.shown(field, code),
            (None, None) => {}
        }
    }

    fn places(&mut self) {
        for place in self.described.spatial {
            self.place(place);
        }
    }

    fn place(&mut self, place: &Location) {
        let names = place.label.iter().chain(place.alternative.iter()).map(|(_, name)| name);
        let iri = place.iri.as_ref().map(Iri::as_str);
        let spellings: Vec<&str> = place.identifier.as_deref().into_iter().chain(names).chain(iri).collect();
        for spelling in &spellings {
            self.value(Field::Spatial, spelling);
        }
        let code = spellings.iter().flat_map(|spelling| self.codes.resolve(Field::Spatial, spelling)).next();
        if let Some(shown) = code.as_deref().or(spellings.first().copied()) {
            self.shown(Field::Spatial, shown);
        }
    }

    fn references(&mut self) {
        for basis in self.described.legislation {
            let title = basis.title.pick(&["es"]).map(|(_, title)| title);
            let iri = basis.iri.as_ref().map(Iri::as_str);
            let article = basis.article.as_deref();
            for spelling in [iri, title, article, basis.identifier.as_deref()].into_iter().flatten() {
                self.value(Field::Legislation, spelling);
            }
            if let Some(shown) = iri.or(title).or(article) {
                self.shown(Field::Legislation, shown);
            }
        }
        for series in self.described.series {
            let titles = series.title.iter().map(|(_, title)| title);
            let iri = series.iri.as_ref().map(Iri::as_str);
            for spelling in titles.chain(iri).chain(series.identifier.as_deref()) {
                self.value(Field::Series, spelling);
            }
        }
    }

    fn distributions(&mut self) {
        let distributions = self.described.distributions;
        let count = i64::try_from(distributions.len()).unwrap_or(i64::MAX);
        if let Some(column) = self.fields.number(Field::Distributions) {
            self.document.add_i64(column, count);
        }
        if count > 0 {
            self.facts.insert(fact::present(Field::Distributions));
        }
        for distribution in distributions {
            let media_type = distribution.media_type.as_ref();
            match (&distribution.format, media_type) {
                (Some(format), _) => self.concept(Field::Format, format),
                // Without a format, the media type tells it where it is in the list.
                (None, Some(media_type)) => self.format_of(media_type),
                (None, None) => {}
            }
            if let Some(media_type) = media_type {
                self.concept(Field::MediaType, media_type);
            }
        }
        for distribution in distributions.iter().take(MAX_PARTS) {
            self.text(Tier::Distribution, &distribution.title);
            self.text(Tier::Distribution, &distribution.description);
        }
        for column in distributions.iter().flat_map(|distribution| &distribution.column).take(MAX_PARTS) {
            if let Some(title) = &column.title {
                self.words(Tier::Column, Language::Spanish, title);
                self.beginning(Field::Column, title);
            }
            self.text(Tier::Column, &column.description);
        }
    }

    fn format_of(&mut self, media_type: &Concept) {
        let codes = spellings(media_type)
            .into_iter()
            .flat_map(|spelling| self.codes.resolve(Field::Format, &spelling));
        if let Some(code) = codes.into_iter().next() {
            self.shown(Field::Format, &code);
        }
    }

    fn dates(&mut self, entry: &Entry<'_>) {
        let dates = [
            (Field::Created, Some(entry.record.created)),
            (Field::Updated, Some(entry.record.updated)),
            (Field::Issued, self.described.issued.map(vitrina_domain::date::Date::start)),
            (Field::Modified, self.described.modified.map(vitrina_domain::date::Date::start)),
        ];
        for (field, at) in dates {
            if let (Some(at), Some(column)) = (at, self.fields.number(field)) {
                self.document.add_i64(column, at.micros());
                self.facts.insert(fact::present(field));
            }
        }
    }

    fn finish(mut self) -> TantivyDocument {
        for (field, values) in &self.facets {
            if let Some(column) = self.fields.facet(*field) {
                for value in values.values() {
                    self.document.add_text(column, value);
                }
            }
        }
        for fact in &self.facts {
            self.document.add_text(self.fields.fact, fact);
        }
        self.document
    }

    fn language_of(&self, primary: &str) -> Language {
        Language::of(if primary == "und" { self.language.unwrap_or(primary) } else { primary })
    }

    fn text(&mut self, tier: Tier, text: &Text) {
        for passage in view::passages(text, self.language) {
            self.words(tier, passage.language(), passage.text());
        }
    }

    fn words(&mut self, tier: Tier, language: Language, text: &str) {
        if let Some(column) = self.fields.text(tier, language) {
            self.document.add_text(column, text);
        }
        self.document.add_text(self.fields.words, text);
    }

    fn beginning(&mut self, field: Field, text: &str) {
        self.facts.extend(fact::of_text(field, text));
        self.facts.insert(fact::present(field));
    }

    /// A value that records are found by.
    fn value(&mut self, field: Field, value: &str) {
        // Distributions repeat their formats and licences over and over.
        let mut is_new = || self.values.insert((field, value.to_owned()));
        if !value.trim().is_empty() && is_new() {
            self.facts.extend(fact::of_value(field, value));
            self.facts.insert(fact::present(field));
        }
    }

    /// A value that records are found by and counted under.
    fn shown(&mut self, field: Field, value: &str) {
        self.value(field, value);
        let shown = value.trim();
        if field.is_facet() && !shown.is_empty() {
            self.facets
                .entry(field)
                .or_default()
                .entry(fold::value(shown))
                .or_insert_with(|| shown.to_owned());
        }
    }
}

//! What can be said of a record of any kind, whichever document it has.

use vitrina_domain::{
    date::Date,
    language::{Keywords, Text},
    metadata::{Concept, Dataset, Distribution, Iri, LegalResource, Location, Reference},
    record::Metadata,
};

/// The properties that the index reads; those that a kind lacks are empty.
#[derive(Default)]
pub(crate) struct Described<'a> {
    pub iri: Option<&'a Iri>,
    pub alternative: Option<&'a Text>,
    pub keywords: Option<&'a Keywords>,
    pub themes: Vec<&'a Concept>,
    pub licenses: Vec<&'a Concept>,
    pub formats: Vec<&'a Concept>,
    pub languages: Vec<&'a Concept>,
    pub frequency: Option<&'a Concept>,
    pub access_rights: Option<&'a Concept>,
    pub gov_type: Option<&'a Concept>,
    pub spatial: &'a [Location],
    pub legislation: &'a [LegalResource],
    pub series: &'a [Reference],
    pub distributions: &'a [Distribution],
    pub issued: Option<&'a Date>,
    pub modified: Option<&'a Date>,
}

impl<'a> Described<'a> {
    pub(crate) fn by(metadata: &'a Metadata) -> Self {
        match metadata {
            Metadata::Dataset(dataset) => Self::by_dataset(dataset),
            Metadata::Catalog(catalog) => Self {
                iri: catalog.iri.as_ref(),
                keywords: Some(&catalog.keyword),
                themes: catalog.theme.iter().collect(),
                licenses: catalog.license.iter().collect(),
                languages: catalog.language.iter().collect(),
                access_rights: catalog.access_rights.as_ref(),
                spatial: &catalog.spatial,
                legislation: &catalog.applicable_legislation,
                issued: catalog.issued.as_ref(),
                modified: catalog.modified.as_ref(),
                ..Self::default()
            },
            Metadata::Organization(organization) => Self {
                iri: organization.iri.as_ref(),
                alternative: Some(&organization.alternative),
                gov_type: organization.gov_type.as_ref(),
                ..Self::default()
            },
            Metadata::DataService(service) => Self {
                iri: service.iri.as_ref(),
                keywords: Some(&service.keyword),
                themes: service.theme.iter().collect(),
                licenses: service.license.iter().collect(),
                formats: service.format.iter().collect(),
                languages: service.language.iter().collect(),
                access_rights: service.access_rights.as_ref(),
                spatial: &service.spatial,
                legislation: &service.applicable_legislation,
                issued: service.issued.as_ref(),
                modified: service.modified.as_ref(),
                ..Self::default()
            },
            Metadata::DatasetSeries(series) => Self {
                iri: series.iri.as_ref(),
                keywords: Some(&series.keyword),
                themes: series.theme.iter().collect(),
                frequency: series.accrual_periodicity.as_ref(),
                spatial: &series.spatial,
                legislation: &series.applicable_legislation,
                issued: series.issued.as_ref(),
                modified: series.modified.as_ref(),
                ..Self::default()
            },
        }
    }

    fn by_dataset(dataset: &'a Dataset) -> Self {
        let distributions = &dataset.distribution;
        Self {
            iri: dataset.iri.as_ref(),
            alternative: Some(&dataset.alternative),
            keywords: Some(&dataset.keyword),
            themes: dataset.theme.iter().chain(&dataset.super_theme).collect(),
            licenses: dataset
                .license
                .iter()
                .chain(distributions.iter().filter_map(|d| d.license.as_ref()))
                .collect(),
            formats: Vec::new(),
            languages: dataset.language.iter().collect(),
            frequency: dataset.accrual_periodicity.as_ref(),
            access_rights: dataset.access_rights.as_ref(),
            gov_type: dataset.gov_type.as_ref(),
            spatial: &dataset.spatial,
            legislation: &dataset.applicable_legislation,
            series: &dataset.in_series,
            distributions,
            issued: dataset.issued.as_ref(),
            modified: dataset.modified.as_ref(),
        }
    }

    /// The only language that the record declares.
    pub(crate) fn declared_language(&self) -> Option<&'a str> {
        match self.languages.as_slice() {
            [only] => only.code(),
            _ => None,
        }
    }
}

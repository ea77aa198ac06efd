//! The table of metadata properties and their RDF: one row per member of the model, for writing and for
//! reading alike. The terms are those of DCAT 3, DCAT-AP 3.0.1 and DCAT-US 3.

mod catalog;
mod class;
mod dataset;
mod distribution;
pub(crate) mod ns;
mod organization;
mod series;
mod service;

pub(crate) use self::{
    catalog::CATALOG, dataset::DATASET, distribution::DISTRIBUTION, organization::ORGANIZATION,
    series::DATASET_SERIES, service::DATA_SERVICE,
};

/// A vocabulary that controlled values are looked up in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum List {
    AccessRight,
    Availability,
    ChecksumAlgorithm,
    FileType,
    Frequency,
    Language,
    Licence,
    PublisherType,
    Status,
    Theme,
    /// Media types: the code is the end of the IRI.
    MediaType,
    /// No list: the value's own IRI, code or label.
    Free,
}

/// What stands at the end of a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Range {
    /// An IRI as it is.
    Iri,
    /// An address, and the class of what is found there.
    Link(&'static str),
    /// A statement in languages, with a node of its own: its class.
    Statement(&'static str),
    /// Text without a language.
    Literal,
    /// Text in languages.
    Text,
    /// Words in languages.
    Words,
    /// A date, month, year or instant.
    Date,
    /// `xsd:decimal`.
    Decimal,
    /// `xsd:duration`.
    Duration,
    /// `xsd:nonNegativeInteger`.
    Count,
    /// A controlled value: its list and class.
    Concept(List, &'static str),
    /// Something pointed at: its class.
    Reference(&'static str),
    /// A legal text.
    Law,
    /// An agent.
    Agent,
    /// A contact.
    Contact,
    /// A place.
    Place,
    /// A period.
    Period,
    /// A digest.
    Checksum,
    /// Another identifier.
    Identifier,
    /// A qualified relation.
    Relationship,
    /// A qualified attribution.
    Attribution,
    /// An activity.
    Activity,
    /// The distributions of a dataset.
    Distribution,
}

/// How many values a property takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cardinality {
    One,
    Many,
}

/// One property: the member of the model, the namespace and name of the predicate, what it takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Property {
    pub(crate) member: &'static str,
    pub(crate) namespace: &'static str,
    pub(crate) name: &'static str,
    pub(crate) range: Range,
    /// Read by the reader of RDF; the writer writes what is there.
    #[cfg_attr(not(test), expect(dead_code, reason = "the reader of RDF goes by it"))]
    pub(crate) cardinality: Cardinality,
}

const fn one(member: &'static str, namespace: &'static str, name: &'static str, range: Range) -> Property {
    Property { member, namespace, name, range, cardinality: Cardinality::One }
}

const fn many(member: &'static str, namespace: &'static str, name: &'static str, range: Range) -> Property {
    Property { member, namespace, name, range, cardinality: Cardinality::Many }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;
    use vitrina_domain::metadata::{self, Document as _};

    use super::*;

    fn check(kind: &str, members: &[&str], mapped: &[Property], unmapped: &[(&str, &str)], fixture: &Value) {
        let rows: Vec<&str> =
            mapped.iter().map(|row| row.member).chain(unmapped.iter().map(|(name, _)| *name)).collect();
        let once: BTreeSet<&str> = rows.iter().copied().collect();
        assert_eq!(rows.len(), once.len(), "{kind}: a member has two rows");
        for member in members {
            assert!(once.contains(member), "{kind}: {member} is in no table of properties");
            assert!(fixture.get(member).is_some(), "{kind}: {member} is not in the full fixture");
        }
        for row in &once {
            assert!(members.contains(row), "{kind}: {row} is no member of the model");
        }
    }

    #[test]
    fn every_member_is_mapped_or_says_why_not() {
        let full: Value = serde_json::from_str(include_str!("../../tests/fixtures/full.json")).unwrap();
        check("dataset", metadata::Dataset::MEMBERS, DATASET, dataset::UNMAPPED, &full);
        let file = full.pointer("/distribution/0").unwrap();
        check("distribution", metadata::Distribution::MEMBERS, DISTRIBUTION, distribution::UNMAPPED, file);
        assert!(dataset::UNMAPPED.iter().chain(distribution::UNMAPPED).all(|(_, reason)| !reason.is_empty()));
    }

    #[test]
    fn other_kinds_have_only_members_of_the_model() {
        for (members, rows) in [
            (metadata::Catalog::MEMBERS, CATALOG),
            (metadata::DataService::MEMBERS, DATA_SERVICE),
            (metadata::DatasetSeries::MEMBERS, DATASET_SERIES),
            (metadata::Organization::MEMBERS, ORGANIZATION),
        ] {
            for row in rows {
                assert!(members.contains(&row.member), "{}", row.member);
            }
        }
    }

    #[test]
    fn one_value_or_many_is_what_the_model_says() {
        let single = DATASET.iter().filter(|row| row.cardinality == Cardinality::One).count();
        assert!(single > 20 && single < DATASET.len());
    }
}

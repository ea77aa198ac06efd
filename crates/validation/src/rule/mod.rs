//! Rules that no schema can say: across members, against the vocabularies, against the clock.
//!
//! A rule is a function that observes; its severity, messages and source stand in the profile's
//! `profile.json` under the same code, and a profile that does not list a code is not asked about it.

mod address;
mod catalog;
mod column;
mod currency;
mod file_format;
mod frequency;
mod history;
mod keyword;
mod licence;
mod metadata;
mod period;
mod subject;

use vitrina_domain::record::Kind;

pub(crate) use self::subject::Subject;
use crate::{Shape, message::Details};

/// One place where a rule is broken.
#[derive(Debug)]
pub(crate) struct Observation {
    /// The rule's code.
    pub(crate) code: &'static str,
    /// The place.
    pub(crate) pointer: String,
    /// What was found.
    pub(crate) details: Details,
}

impl Observation {
    fn new(code: &'static str, pointer: impl Into<String>, details: Details) -> Self {
        Self { code, pointer: pointer.into(), details }
    }
}

/// A rule as a function, and the codes it may give.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CodeRule {
    /// The codes.
    pub(crate) codes: &'static [&'static str],
    /// The shape it reads.
    pub(crate) shape: Shape,
    /// The kind of record it reads.
    pub(crate) kind: Kind,
    /// The function.
    pub(crate) check: fn(&Subject<'_>, &mut Vec<Observation>),
}

const fn dataset(codes: &'static [&'static str], check: fn(&Subject<'_>, &mut Vec<Observation>)) -> CodeRule {
    CodeRule { codes, shape: Shape::Core, kind: Kind::Dataset, check }
}

/// Every rule that is a function.
pub(crate) const ALL: &[CodeRule] = &[
    dataset(&["E-DS-1"], metadata::publisher_and_licence),
    dataset(&["E-DS-4", "W-DS-6"], licence::citation_only),
    dataset(&["E-DS-5"], frequency::in_the_list),
    dataset(&["E-DS-6"], period::start_before_end),
    dataset(&["E-DS-7"], currency::not_in_the_future),
    dataset(&["W-DS-3"], currency::not_late),
    dataset(&["E-DS-8"], file_format::one_is_open),
    dataset(&["E-DI-2"], file_format::agrees_with_media_type),
    dataset(&["W-DI-10"], file_format::is_taken_by_the_platform),
    dataset(&["W-DI-13"], file_format::has_stars),
    dataset(&["E-DI-3"], address::not_repeated),
    dataset(&["W-DI-12"], address::plain_file_name),
    dataset(&["W-DI-11"], file_format::is_utf_8),
    dataset(&["W-DS-1"], metadata::has_dictionary),
    dataset(&["W-DS-2"], keyword::at_least_three),
    dataset(&["W-DS-4"], history::is_kept),
    dataset(&["W-DS-5"], history::is_primary),
    dataset(&["E-DD-1"], column::not_repeated),
    dataset(&["W-DD-1"], column::plain_name),
    CodeRule {
        codes: &["E-UC-3"],
        shape: Shape::DataJson,
        kind: Kind::Catalog,
        check: catalog::identifiers_are_unique,
    },
];

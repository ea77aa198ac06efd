//! What a route takes in its address.

use vitrina_domain::query::{Field, SortKey};

use super::{Operator, Parameter};

/// How long pages of a route are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize {
    /// Without `limit`.
    pub default: u64,
    /// With `limit`.
    pub most: u64,
    /// With `limit` and `fields`.
    pub most_with_fields: u64,
}

impl PageSize {
    /// Lists of records.
    pub const RECORDS: Self = Self { default: 20, most: 100, most_with_fields: 1000 };
    /// Lists of small rows, such as changes.
    pub const ROWS: Self = Self { default: 100, most: 1000, most_with_fields: 1000 };
}

/// The declaration of a route.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// The parameters with a meaning of their own.
    pub parameters: &'static [Parameter],
    /// The fields that filter.
    pub filters: &'static [Field],
    /// The orders it knows.
    pub sorts: &'static [SortKey],
    /// What `expand` can name.
    pub expansions: &'static [&'static str],
    /// How long its pages are.
    pub page: PageSize,
}

impl Spec {
    /// A route that takes nothing.
    pub const NONE: Self =
        Self { parameters: &[], filters: &[], sorts: &[], expansions: &[], page: PageSize::RECORDS };

    /// Whether the route takes a parameter.
    pub fn takes(&self, parameter: Parameter) -> bool {
        self.parameters.contains(&parameter)
    }

    /// The filter that a parameter's name stands for.
    pub(super) fn filter(&self, name: &str) -> Option<(Field, Operator)> {
        self.filters().find(|(field, operator)| operator.parameter(*field) == name)
    }

    /// Every filter with every operator that fits it.
    pub fn filters(&self) -> impl Iterator<Item = (Field, Operator)> {
        self.filters.iter().flat_map(|field| {
            let equal = Operator::Compare(super::field::Comparison::Equal);
            std::iter::once(equal)
                .chain(Operator::SUFFIXED)
                .filter(|operator| operator.fits(*field))
                .map(|operator| (*field, operator))
        })
    }

    /// Every name the route takes.
    pub(super) fn names(&self) -> Vec<String> {
        let own = self.parameters.iter().map(|parameter| parameter.name().to_owned());
        own.chain(self.filters().map(|(field, operator)| operator.parameter(field))).collect()
    }
}

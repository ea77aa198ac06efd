//! Conditions on one field, from a value and an operator.

use vitrina_domain::{
    date::Date,
    finding::Bilingual,
    query::{Field, FieldType, Query, Range, Test},
};

pub(super) use super::date::Comparison;
use super::date::{number_range, range};

/// An operator of filters: `field__operator=value`, or no suffix for equality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// No suffix, `gte`, `gt`, `lte`, `lt`.
    Compare(Comparison),
    /// `contains`.
    Contains,
    /// `startswith`.
    StartsWith,
    /// `exists`.
    Exists,
}

impl Operator {
    /// Every operator that has a suffix.
    pub const SUFFIXED: [Self; 7] = [
        Self::Compare(Comparison::AtLeast),
        Self::Compare(Comparison::After),
        Self::Compare(Comparison::AtMost),
        Self::Compare(Comparison::Before),
        Self::Contains,
        Self::StartsWith,
        Self::Exists,
    ];

    /// The suffix after `__`.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Compare(Comparison::Equal) => "",
            Self::Compare(Comparison::AtLeast) => "gte",
            Self::Compare(Comparison::After) => "gt",
            Self::Compare(Comparison::AtMost) => "lte",
            Self::Compare(Comparison::Before) => "lt",
            Self::Contains => "contains",
            Self::StartsWith => "startswith",
            Self::Exists => "exists",
        }
    }

    /// Whether the operator makes sense for a field.
    pub fn fits(self, field: Field) -> bool {
        let is_ordered = matches!(field.field_type(), FieldType::Date | FieldType::Number);
        match self {
            Self::Compare(Comparison::Equal) | Self::Exists => true,
            Self::Compare(_) => is_ordered,
            Self::Contains | Self::StartsWith => !is_ordered,
        }
    }

    /// What the operator asks, for the documentation.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Compare(Comparison::Equal) => "has this value",
            Self::Compare(Comparison::AtLeast) => "is this or more (for dates: in it or later)",
            Self::Compare(Comparison::After) => "is more than this (for dates: after all of it)",
            Self::Compare(Comparison::AtMost) => "is this or less (for dates: in it or earlier)",
            Self::Compare(Comparison::Before) => "is less than this (for dates: before it begins)",
            Self::Contains => "contains all these words",
            Self::StartsWith => "begins so",
            Self::Exists => "has a value, or has none",
        }
    }

    /// Whether the parameter can be given several times.
    pub fn may_repeat(self) -> bool {
        matches!(self, Self::Compare(Comparison::Equal) | Self::Contains | Self::StartsWith)
    }

    /// The name of the parameter.
    pub fn parameter(self, field: Field) -> String {
        match self.suffix() {
            "" => field.as_str().to_owned(),
            suffix => format!("{}__{suffix}", field.as_str()),
        }
    }
}

/// The condition that a field stands so to one of these values.
pub(super) fn condition(field: Field, operator: Operator, values: Vec<String>) -> Result<Query, Bilingual> {
    if values.iter().any(|value| value.trim().is_empty()) {
        return Err(Bilingual::new("el valor está vacío", "the value is empty"));
    }
    let mut tests: Vec<Test> = match (operator, field.field_type()) {
        (Operator::Compare(_), FieldType::Keyword) => vec![Test::AnyOf(values)],
        (Operator::Compare(_) | Operator::Contains, FieldType::Text)
        | (Operator::Contains, FieldType::Keyword) => values.into_iter().map(Test::Contains).collect(),
        (Operator::Compare(comparison), FieldType::Date) => {
            values.iter().map(|value| dates(value, comparison).map(Test::Range)).collect::<Result<_, _>>()?
        }
        (Operator::Compare(comparison), FieldType::Number) => values
            .iter()
            .map(|value| numbers(value, comparison).map(Test::Range))
            .collect::<Result<_, _>>()?,
        (Operator::StartsWith, _) => values.into_iter().map(Test::StartsWith).collect(),
        (Operator::Exists, _) => {
            values.iter().map(|value| truth(value).map(Test::Exists)).collect::<Result<_, _>>()?
        }
        (Operator::Contains, FieldType::Date | FieldType::Number) => Vec::new(),
    };
    match (tests.pop(), tests.is_empty()) {
        (Some(only), true) => Ok(Query::Field(field, only)),
        (Some(last), false) => {
            Ok(Query::Or(tests.into_iter().chain([last]).map(|test| Query::Field(field, test)).collect()))
        }
        (None, _) => Err(Bilingual::new("falta el valor", "the value is missing")),
    }
}

/// The times that stand so to a written date.
pub(super) fn dates(text: &str, comparison: Comparison) -> Result<Range, Bilingual> {
    let date: Date = text.parse().map_err(|_error| {
        Bilingual::new(
            "se esperaba una fecha: 2026, 2026-01, 2026-01-31 o 2026-01-31T12:00:00Z",
            "a date was expected: 2026, 2026-01, 2026-01-31 or 2026-01-31T12:00:00Z",
        )
    })?;
    Ok(range(&date, comparison))
}

/// The numbers that stand so to a written number.
pub(super) fn numbers(text: &str, comparison: Comparison) -> Result<Range, Bilingual> {
    let number: i64 = text
        .parse()
        .map_err(|_error| Bilingual::new("se esperaba un número entero", "a whole number was expected"))?;
    Ok(number_range(number, comparison))
}

/// A yes-or-no value.
pub(super) fn truth(text: &str) -> Result<bool, Bilingual> {
    match text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(Bilingual::new("se esperaba true o false", "true or false was expected")),
    }
}

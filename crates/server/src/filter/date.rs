//! Dates of less than full precision as stretches of time: `2026-01` is the whole month.

use chrono::{Days, Months};
use vitrina_domain::{
    date::{Date, Precision},
    query::{Bound, Range},
    time::Timestamp,
};

/// How a value stands to a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// Inside the stretch.
    Equal,
    /// In it or later.
    AtLeast,
    /// After all of it.
    After,
    /// In it or earlier.
    AtMost,
    /// Before all of it.
    Before,
}

/// The times that stand so to a date.
pub(super) fn range(date: &Date, comparison: Comparison) -> Range {
    let start = Bound::at(date, true);
    let start_outside = Bound::at(date, false);
    let (last, after) = match end(date) {
        Some(end) => {
            (Bound { value: end.micros(), inclusive: false }, Bound { value: end.micros(), inclusive: true })
        }
        None => (start, start_outside),
    };
    match comparison {
        Comparison::Equal => Range { from: Some(start), to: Some(last) },
        Comparison::AtLeast => Range { from: Some(start), to: None },
        Comparison::After => Range { from: Some(after), to: None },
        Comparison::AtMost => Range { from: None, to: Some(last) },
        Comparison::Before => Range { from: None, to: Some(start_outside) },
    }
}

/// The numbers that stand so to a number.
pub(super) fn number_range(value: i64, comparison: Comparison) -> Range {
    let inside = Some(Bound { value, inclusive: true });
    let outside = Some(Bound { value, inclusive: false });
    match comparison {
        Comparison::Equal => Range { from: inside, to: inside },
        Comparison::AtLeast => Range { from: inside, to: None },
        Comparison::After => Range { from: outside, to: None },
        Comparison::AtMost => Range { from: None, to: inside },
        Comparison::Before => Range { from: None, to: outside },
    }
}

/// The first instant after the stretch; nothing for an instant, which is no stretch.
fn end(date: &Date) -> Option<Timestamp> {
    let start = date.start().to_datetime();
    let end = match date.precision() {
        Precision::Year => start.checked_add_months(Months::new(12)),
        Precision::Month => start.checked_add_months(Months::new(1)),
        Precision::Day => start.checked_add_days(Days::new(1)),
        Precision::Instant => return None,
    };
    end.map(Timestamp::from)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("2026-01", Comparison::Equal, "[2026-01-01T00:00:00.000000Z, 2026-02-01T00:00:00.000000Z)")]
    #[case("2026-01", Comparison::AtMost, "(, 2026-02-01T00:00:00.000000Z)")]
    #[case("2026-01", Comparison::Before, "(, 2026-01-01T00:00:00.000000Z)")]
    #[case("2026-01", Comparison::After, "[2026-02-01T00:00:00.000000Z, )")]
    #[case("2024", Comparison::AtLeast, "[2024-01-01T00:00:00.000000Z, )")]
    #[case("2024", Comparison::After, "[2025-01-01T00:00:00.000000Z, )")]
    #[case("2024-02-29", Comparison::Equal, "[2024-02-29T00:00:00.000000Z, 2024-03-01T00:00:00.000000Z)")]
    #[case(
        "2026-03-01T06:00:00-06:00",
        Comparison::Equal,
        "[2026-03-01T12:00:00.000000Z, 2026-03-01T12:00:00.000000Z]"
    )]
    #[case("2026-03-01T12:00:00Z", Comparison::After, "(2026-03-01T12:00:00.000000Z, )")]
    #[case("2026-03-01T12:00:00Z", Comparison::AtMost, "(, 2026-03-01T12:00:00.000000Z]")]
    fn honours_precision(#[case] date: &str, #[case] comparison: Comparison, #[case] expected: &str) {
        let range = range(&date.parse().unwrap(), comparison);
        let text = |bound: Option<Bound>| {
            bound.map(|b| Timestamp::from_micros(b.value).to_string()).unwrap_or_default()
        };
        let open = if range.from.is_some_and(|b| b.inclusive) { '[' } else { '(' };
        let close = if range.to.is_some_and(|b| b.inclusive) { ']' } else { ')' };
        assert_eq!(format!("{open}{}, {}{close}", text(range.from), text(range.to)), expected);
    }
}

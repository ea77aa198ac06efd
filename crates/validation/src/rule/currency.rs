//! Dates of modification: not in the future, not later than the frequency promises.

use serde_json::Value;
use vitrina_domain::{date::Date, time::Timestamp};

use super::{Observation, Subject, subject};
use crate::message::Details;

/// E-DS-7: nothing was modified in the future.
pub(super) fn not_in_the_future(subject: &Subject<'_>, observed: &mut Vec<Observation>) {
    for (pointer, value) in modifications(subject) {
        if let Some(date) = subject::date(value).filter(|date| date.start() > subject.now) {
            observed.push(Observation::new(
                "E-DS-7",
                pointer,
                Details::default().with("value", date.as_str()),
            ));
        }
    }
}

/// W-DS-3: the last modification is not longer ago than the frequency's period.
pub(super) fn not_late(subject: &Subject<'_>, observed: &mut Vec<Observation>) {
    let frequency = subject.get("accrualPeriodicity").and_then(subject::spelling);
    let Some(term) = frequency.and_then(|spelling| subject.vocabularies.frequency.resolve(spelling)) else {
        return;
    };
    let Some(period) = term.text("period").and_then(seconds) else { return };
    let latest: Option<Date> =
        modifications(subject).filter_map(|(_, value)| subject::date(value)).max_by_key(Date::start);
    let Some(latest) = latest else { return };
    if end(&latest).plus_seconds(period) < subject.now {
        let details =
            Details::default().with("value", latest.as_str()).with_both("limit", term.label.clone());
        observed.push(Observation::new("W-DS-3", "/modified", details));
    }
}

fn modifications<'a>(subject: &Subject<'a>) -> impl Iterator<Item = (String, &'a Value)> {
    let own = subject.get("modified").map(|value| ("/modified".to_owned(), value));
    own.into_iter().chain(subject.of_distributions("modified"))
}

/// The last instant that a date may stand for, on the safe side.
fn end(date: &Date) -> Timestamp {
    use vitrina_domain::date::Precision;
    const DAY: i64 = 86_400;
    date.start().plus_seconds(match date.precision() {
        Precision::Year => 366 * DAY,
        Precision::Month => 31 * DAY,
        Precision::Day => DAY,
        Precision::Instant => 0,
    })
}

/// The seconds of a duration of one unit, as the vocabulary of frequencies writes them.
fn seconds(period: &str) -> Option<i64> {
    let time = period.strip_prefix("PT");
    let rest = time.or_else(|| period.strip_prefix('P'))?;
    let unit = rest.chars().last()?;
    let digits = rest.strip_suffix(unit)?;
    let unit = match (unit, time.is_some()) {
        ('M', true) => 60,
        ('H', true) => 3_600,
        ('D', false) => 86_400,
        ('Y', false) => 366 * 86_400,
        _ => return None,
    };
    digits.parse::<i64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use vitrina_domain::vocabulary::Vocabularies;

    use super::*;

    #[rstest]
    #[case("PT5M", Some(300))]
    #[case("PT12H", Some(43_200))]
    #[case("P31D", Some(2_678_400))]
    #[case("P2Y", Some(2 * 366 * 86_400))]
    #[case("P1Y6M", None)]
    #[case("P", None)]
    #[case("Pñ", None)]
    #[case("", None)]
    fn durations(#[case] text: &str, #[case] expected: Option<i64>) {
        assert_eq!(seconds(text), expected);
    }

    #[test]
    fn every_period_of_the_vocabulary_is_understood() {
        let vocabularies = Vocabularies::embedded().unwrap();
        for term in vocabularies.frequency.terms() {
            if let Some(period) = term.text("period") {
                assert!(seconds(period).is_some(), "{} {period}", term.code);
            }
        }
    }
}

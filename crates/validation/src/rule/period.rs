//! Periods of time.

use serde_json::Value;
use vitrina_domain::date::{Date, Precision};

use super::{Observation, Subject, subject};
use crate::message::Details;

/// E-DS-6: a period begins before it ends.
pub(super) fn start_before_end(subject: &Subject<'_>, observed: &mut Vec<Observation>) {
    let own = subject.get("temporal").map(|value| ("/temporal".to_owned(), value));
    for (place, value) in own.into_iter().chain(subject.of_distributions("temporal")) {
        for (index, period) in value.as_array().into_iter().flatten().enumerate() {
            let Some((start, end)) = ends(period) else { continue };
            if is_reversed(&start, &end) {
                let details = Details::default().with("value", start.as_str()).with("limit", end.as_str());
                observed.push(Observation::new("E-DS-6", format!("{place}/{index}"), details));
            }
        }
    }
}

/// A whole year or month may be its own beginning and end; a day or an instant leaves no period.
fn is_reversed(start: &Date, end: &Date) -> bool {
    let coarse = matches!(end.precision(), Precision::Year | Precision::Month);
    start.start() > end.start() && !(coarse && start.as_str().starts_with(end.as_str()))
        || start.start() == end.start() && !coarse
}

fn ends(period: &Value) -> Option<(Date, Date)> {
    match period {
        Value::String(text) => {
            let (start, end) = text.split_once('/')?;
            Some((start.parse().ok()?, end.parse().ok()?))
        }
        Value::Object(members) => {
            Some((subject::date(members.get("startDate")?)?, subject::date(members.get("endDate")?)?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case("2024-01-01/2024-12-31", false)]
    #[case("2024-12-31/2024-01-01", true)]
    #[case("2024-01-01/2024-01-01", true)]
    #[case("2024/2024", false)]
    #[case("2024-05/2024", false)]
    #[case("2025-05/2024", true)]
    #[case("2024-05-31T10:00:00-06:00/2024-05-31T16:00:00Z", true)]
    fn reversed(#[case] text: &str, #[case] expected: bool) {
        let (start, end) = ends(&json!(text)).unwrap();
        assert_eq!(is_reversed(&start, &end), expected);
    }

    #[test]
    fn open_and_unreadable_periods_say_nothing() {
        for odd in
            [json!("2024-01-01/"), json!({"startDate": "2024"}), json!(["2024", "2023"]), json!("ayer/hoy")]
        {
            assert!(ends(&odd).is_none(), "{odd}");
        }
    }
}

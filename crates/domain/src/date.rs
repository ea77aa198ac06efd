//! Dates as catalogs write them: kept to the letter, understood where possible.

use std::{fmt, str::FromStr};

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

use crate::time::Timestamp;

/// How much of a date is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// `2024` (`xsd:gYear`).
    Year,
    /// `2024-05` (`xsd:gYearMonth`).
    Month,
    /// `2024-05-31` (`xsd:date`).
    Day,
    /// `2024-05-31T10:00:00Z` (`xsd:dateTime`); without a zone it is read as UTC.
    Instant,
}

/// A date, a month, a year or an instant, written as ISO 8601 says and kept as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Date {
    text: String,
    precision: Precision,
    start: Timestamp,
}

/// A text that is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a date: {0:?}")]
pub struct InvalidDate(pub String);

impl Date {
    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// How much of the date is given.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// The first instant that the date covers.
    pub fn start(&self) -> Timestamp {
        self.start
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Date {
    type Err = InvalidDate;

    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        let (precision, start) = read(text.trim()).ok_or_else(|| InvalidDate(text.to_owned()))?;
        Ok(Self { text: text.trim().to_owned(), precision, start })
    }
}

fn read(text: &str) -> Option<(Precision, Timestamp)> {
    let midnight = |date: NaiveDate| Timestamp::from(date.and_time(NaiveTime::MIN).and_utc());
    let digits = |part: &str, len: usize| {
        (part.len() == len && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| part.parse::<u32>().ok())
            .flatten()
    };
    match text.len() {
        4 => {
            let year = i32::try_from(digits(text, 4)?).ok()?;
            Some((Precision::Year, midnight(NaiveDate::from_ymd_opt(year, 1, 1)?)))
        }
        7 => {
            let (year, month) = text.split_once('-')?;
            let year = i32::try_from(digits(year, 4)?).ok()?;
            Some((Precision::Month, midnight(NaiveDate::from_ymd_opt(year, digits(month, 2)?, 1)?)))
        }
        10 => NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(|date| (Precision::Day, midnight(date))),
        16.. => instant(text).map(|at| (Precision::Instant, at)),
        _ => None,
    }
}

/// An instant with a zone in any of its ISO 8601 spellings, or without one (read as UTC).
fn instant(text: &str) -> Option<Timestamp> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(Timestamp::from(at.to_utc()));
    }
    if let Ok(at) = DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%#z") {
        return Some(Timestamp::from(at.to_utc()));
    }
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%MZ"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .map(|at| Timestamp::from(at.and_utc()))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("2024", Precision::Year, "2024-01-01T00:00:00.000000Z")]
    #[case("1821-09", Precision::Month, "1821-09-01T00:00:00.000000Z")]
    #[case("2024-02-29", Precision::Day, "2024-02-29T00:00:00.000000Z")]
    #[case("2016-04-14T19:48:05.433640-03:00", Precision::Instant, "2016-04-14T22:48:05.433640Z")]
    #[case("2016-04-14T19:48:05-0300", Precision::Instant, "2016-04-14T22:48:05.000000Z")]
    #[case("2021-08-24T09:37:50.212035", Precision::Instant, "2021-08-24T09:37:50.212035Z")]
    #[case("2016-12-13T20:10:37.000Z", Precision::Instant, "2016-12-13T20:10:37.000000Z")]
    fn understands(#[case] text: &str, #[case] precision: Precision, #[case] start: &str) {
        let date: Date = text.parse().unwrap();
        assert_eq!((date.precision(), date.start().to_string().as_str()), (precision, start));
        assert_eq!(date.as_str(), text);
    }

    #[rstest]
    #[case("")]
    #[case("2016-04-1419:48:05.433640-03:00")]
    #[case("2016-04-54T19:48:05.433640-03:00")]
    #[case("2023-02-29")]
    #[case("R/P1Y")]
    #[case("ayer")]
    #[case("20244")]
    fn refuses(#[case] text: &str) {
        assert_eq!(text.parse::<Date>(), Err(InvalidDate(text.to_owned())));
    }
}

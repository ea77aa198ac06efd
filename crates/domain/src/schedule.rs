//! When work is due that comes again and again.

use std::{fmt, str::FromStr};

use chrono_tz::Tz;
use croner::Cron;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{change::UnknownWord, time::Timestamp};

/// Work that comes again and again.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// Its name.
    pub name: String,
    /// The kind of job that it files.
    pub kind: String,
    /// What the job needs to know.
    pub payload: Value,
    /// When it is due.
    pub timetable: Timetable,
    /// What becomes of times that nobody was there for.
    pub missed: Missed,
    /// Whether it files anything.
    pub enabled: bool,
    /// The next time; nothing when there is none, or when it is not enabled.
    pub next: Option<Timestamp>,
}

/// What becomes of times that nobody was there for, because nothing ran or a job of the schedule did not end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// They are made up for by one job, however many they were.
    Once,
    /// They are left out.
    Skip,
}

impl Missed {
    /// Every rule.
    pub const ALL: [Self; 2] = [Self::Once, Self::Skip];

    /// The word used in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Skip => "skip",
        }
    }
}

impl FromStr for Missed {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|rule| rule.as_str() == word)
            .ok_or_else(|| UnknownWord { list: "rule for missed times", word: word.to_owned() })
    }
}

/// Times by the clock of a place: `30 3 * * MON-FRI` in `America/Monterrey`.
#[derive(Debug, Clone)]
pub struct Timetable {
    text: String,
    cron: Box<Cron>,
    zone: Tz,
}

/// Why a timetable is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTimetable {
    /// The expression does not say when.
    #[error("not five fields of cron: {0:?}")]
    Cron(String),
    /// There is no such time zone.
    #[error("not a time zone of the IANA database: {0:?}")]
    Zone(String),
}

/// How long after its time work still counts as on time under [`Missed::Skip`]: workers look every few seconds.
const GRACE: i64 = 60;

impl Timetable {
    /// Takes the five fields of cron (minute, hour, day, month, weekday) and a time zone of the IANA database.
    pub fn new(cron: &str, zone: &str) -> Result<Self, InvalidTimetable> {
        let invalid = || InvalidTimetable::Cron(cron.to_owned());
        // Only the five fields that every operator knows: seconds, years and nicknames would be a second language.
        if cron.len() > 100 || cron.split_ascii_whitespace().count() != 5 {
            return Err(invalid());
        }
        let parsed = Cron::from_str(cron).map_err(|_error| invalid())?;
        let zone = zone.parse().map_err(|_error| InvalidTimetable::Zone(zone.to_owned()))?;
        let text = cron.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        Ok(Self { text, cron: Box::new(parsed), zone })
    }

    /// The five fields.
    pub fn cron(&self) -> &str {
        &self.text
    }

    /// The name of the time zone.
    pub fn zone(&self) -> &'static str {
        self.zone.name()
    }

    /// The first time after an instant.
    pub fn after(&self, instant: Timestamp) -> Option<Timestamp> {
        let here = instant.to_datetime().with_timezone(&self.zone);
        let next = self.cron.find_next_occurrence(&here, false).ok()?;
        Some(Timestamp::from(next.to_utc()))
    }

    /// Whether something is to be done now for a time that was due at `due`.
    pub fn counts(&self, missed: Missed, due: Timestamp, now: Timestamp) -> bool {
        due <= now
            && match missed {
                Missed::Once => true,
                Missed::Skip => now <= due.plus_seconds(GRACE),
            }
    }
}

impl PartialEq for Timetable {
    fn eq(&self, other: &Self) -> bool {
        (&self.text, self.zone) == (&other.text, other.zone)
    }
}

impl fmt::Display for Timetable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.text, self.zone)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn instant(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[rstest]
    #[case::daily("30 3 * * *", "America/Monterrey", "2026-11-28T00:00:00Z", "2026-11-28T09:30:00Z")]
    #[case::later_the_same_day(
        "30 3 * * *",
        "America/Monterrey",
        "2026-11-28T09:30:00Z",
        "2026-11-29T09:30:00Z"
    )]
    #[case::weekday("0 9 * * MON", "UTC", "2026-11-28T00:00:00Z", "2026-11-30T09:00:00Z")]
    #[case::leap_day("0 0 29 2 *", "UTC", "2026-11-28T00:00:00Z", "2028-02-29T00:00:00Z")]
    #[case::spring_forward("30 2 * * *", "America/New_York", "2026-03-08T06:00:00Z", "2026-03-08T07:00:00Z")]
    fn tells_the_next_time(#[case] cron: &str, #[case] zone: &str, #[case] now: &str, #[case] next: &str) {
        let timetable = Timetable::new(cron, zone).unwrap();
        assert_eq!(timetable.after(instant(now)), Some(instant(next)));
    }

    #[test]
    fn an_hour_that_comes_twice_counts_once() {
        let timetable = Timetable::new("30 1 * * *", "America/New_York").unwrap();
        let first = timetable.after(instant("2026-11-01T04:00:00Z")).unwrap();
        let second = timetable.after(first).unwrap();
        assert_eq!(first, instant("2026-11-01T05:30:00Z"));
        assert_eq!(second, instant("2026-11-02T06:30:00Z"));
    }

    #[test]
    fn a_day_that_never_comes_has_no_time() {
        let timetable = Timetable::new("0 0 30 2 *", "UTC").unwrap();
        assert_eq!(timetable.after(instant("2026-11-28T00:00:00Z")), None);
    }

    #[rstest]
    #[case("", "UTC")]
    #[case("@daily", "UTC")]
    #[case("* * * * * *", "UTC")]
    #[case("61 * * * *", "UTC")]
    #[case("0 3 * * FUNDAY", "UTC")]
    #[case("0 3 * * *", "Mexico/Nowhere")]
    fn refuses_what_is_no_timetable(#[case] cron: &str, #[case] zone: &str) {
        assert!(Timetable::new(cron, zone).is_err());
    }

    #[test]
    fn missed_times_are_made_up_for_or_left_out() {
        let timetable = Timetable::new("0 3 * * *", "UTC").unwrap();
        let due = instant("2026-11-28T03:00:00Z");
        let late = instant("2026-11-28T05:00:00Z");
        assert!(timetable.counts(Missed::Once, due, late));
        assert!(!timetable.counts(Missed::Skip, due, late));
        assert!(timetable.counts(Missed::Skip, due, due.plus_seconds(5)));
        assert!(!timetable.counts(Missed::Once, due, due.plus_seconds(-1)));
    }
}

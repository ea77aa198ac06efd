//! Schedules as JSON.

use serde::Serialize;
use vitrina_domain::schedule::Schedule;

/// Work that comes again and again.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Schedule)]
pub(super) struct ScheduleView {
    /// Its name.
    #[schema(example = "forget-jobs")]
    name: String,
    /// The kind of job that it files.
    #[schema(example = "forget-jobs")]
    kind: String,
    /// When: minute, hour, day, month and weekday, as in cron.
    #[schema(example = "40 3 * * *")]
    cron: String,
    /// By the clock of which zone.
    #[schema(example = "America/Monterrey")]
    zone: &'static str,
    /// What becomes of times that nobody was there for: `once` (one job makes up for all) or `skip`.
    #[schema(example = "once")]
    missed: &'static str,
    /// Whether it files anything.
    is_enabled: bool,
    /// The next time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "date-time")]
    next_at: Option<String>,
}

impl From<Schedule> for ScheduleView {
    fn from(schedule: Schedule) -> Self {
        let Schedule { name, kind, payload: _, timetable, missed, enabled, next } = schedule;
        Self {
            name,
            kind,
            cron: timetable.cron().to_owned(),
            zone: timetable.zone(),
            missed: missed.as_str(),
            is_enabled: enabled,
            next_at: next.map(|at| at.to_string()),
        }
    }
}

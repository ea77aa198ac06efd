//! Work that outlives the request that asked for it.

use std::{str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{change::UnknownWord, finding::Bilingual, id::JobId, time::Timestamp};

/// A piece of work, as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its id; ids grow in the order of filing.
    pub id: JobId,
    /// What is to be done, by name.
    pub kind: String,
    /// What it works on, for example a host: jobs of a kind with the same key take turns.
    pub key: Option<String>,
    /// Which of those that wait goes first.
    pub priority: Priority,
    /// What the work needs to know. It holds no secrets: whoever administers the site can read it.
    pub payload: Value,
    /// Who filed it.
    pub actor: String,
    /// The schedule that filed it.
    pub schedule: Option<String>,
    /// When it was filed.
    pub created: Timestamp,
    /// Not before this.
    pub due: Timestamp,
    /// How often it was begun.
    pub attempt: u32,
    /// How often it may be begun.
    pub attempts: u32,
    /// How long one attempt may take.
    pub time_limit: Duration,
    /// Where it stands.
    pub state: JobState,
    /// Whether somebody asked it to stop.
    pub cancelling: bool,
    /// Which process has it, by the name it gave itself.
    pub worker: Option<String>,
    /// When the last attempt began.
    pub started: Option<Timestamp>,
    /// When it ended for good.
    pub ended: Option<Timestamp>,
    /// How far the last attempt came.
    pub progress: Progress,
    /// What came of it.
    pub result: Option<Value>,
    /// Why the last attempt failed.
    pub failure: Option<Failure>,
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// It waits for its time, for a worker, or for another try.
    Queued,
    /// A worker has it.
    Running,
    /// It is done.
    Succeeded,
    /// It was given up.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

impl JobState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Queued, Self::Running, Self::Succeeded, Self::Failed, Self::Cancelled];

    /// The word used in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing more happens to the job by itself.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

impl FromStr for JobState {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == word)
            .ok_or_else(|| UnknownWord { list: "job state", word: word.to_owned() })
    }
}

/// Which of the jobs that wait goes first; within a priority it is the one that is due longest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// When nothing else waits: upkeep.
    Low,
    /// The usual one.
    #[default]
    Normal,
    /// Somebody waits for it.
    High,
}

impl Priority {
    /// Every priority.
    pub const ALL: [Self; 3] = [Self::Low, Self::Normal, Self::High];

    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }
}

/// How far an attempt came.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// How much is done, in units of the kind.
    pub done: u64,
    /// How much there is in all, where that is known.
    pub total: Option<u64>,
}

/// Why an attempt failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What went wrong, for programs.
    pub code: String,
    /// What went wrong, for people.
    pub detail: Bilingual,
}

/// A line of the log of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Its place in the log, from 1.
    pub position: u64,
    /// When it was written.
    pub at: Timestamp,
    /// The attempt that wrote it.
    pub attempt: u32,
    /// What it says.
    pub text: Bilingual,
}

/// How long to wait before another try: twice as long after each, from ten seconds to an hour, less a part that chance
/// decides, so that those who failed together do not come back together.
///
/// `chance` is a byte that nobody chose.
pub fn back_off(attempt: u32, chance: u8) -> Duration {
    const SHORTEST: u64 = 10_000;
    const LONGEST: u64 = 3_600_000;
    let doublings = attempt.saturating_sub(1).min(16);
    let whole = SHORTEST.saturating_mul(1 << doublings).min(LONGEST);
    let taken_off = whole / 2 * u64::from(chance) / 255;
    Duration::from_millis(whole - taken_off)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back() {
        for state in JobState::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert!("done".parse::<JobState>().is_err());
    }

    #[test]
    fn tries_come_ever_later_and_never_together() {
        assert_eq!(back_off(1, 0), Duration::from_secs(10));
        assert_eq!(back_off(1, 255), Duration::from_secs(5));
        assert_eq!(back_off(2, 0), Duration::from_secs(20));
        assert_eq!(back_off(4, 0), Duration::from_secs(80));
        assert_eq!(back_off(u32::MAX, 0), Duration::from_hours(1));
        assert_ne!(back_off(3, 10), back_off(3, 11));
    }
}

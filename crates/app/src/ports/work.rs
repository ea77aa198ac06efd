//! Kinds of work that run as jobs.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value;
use vitrina_domain::job::Failure;
use vitrina_store::{StoreError, Tx};

use crate::{App, AppError, jobs::Task};

/// A kind of work.
///
/// A process may die in the middle of it, and then another begins it anew. What must happen once and not twice belongs
/// into the [`Effect`], which is written in the same transaction as the end of the job; whatever else is done must bear
/// being done again.
pub trait Work: Send + Sync {
    /// What it is called and how it is held.
    fn terms(&self) -> Terms;

    /// When it comes again and again by itself.
    fn routine(&self) -> Option<Routine> {
        None
    }

    /// Does the work. The future is dropped when the job is stopped, takes too long, or belongs to another.
    fn run<'a>(&'a self, app: &'a App, task: &'a Task) -> BoxFuture<'a, Result<Done, Trouble>>;
}

/// How a kind of work is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Its name: lower-case words joined by hyphens. It stands in the database for as long as its jobs do.
    pub kind: &'static str,
    /// How often it may be begun.
    pub attempts: u32,
    /// How long one attempt may take.
    pub time_limit: Duration,
    /// How many may run at once, in all processes together.
    pub at_once: u32,
    /// How many with the same key.
    pub per_key: u32,
}

impl Terms {
    /// Those of what comes by itself: one at a time, begun three times at the most.
    pub const fn of_routine(kind: &'static str, time_limit: Duration) -> Self {
        Self { kind, attempts: 3, time_limit, at_once: 1, per_key: 1 }
    }
}

/// Work that comes again and again, until the operator says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Routine {
    /// When: five fields of cron, by the clock of the site.
    pub cron: &'static str,
    /// What becomes of times that nobody was there for.
    pub missed: vitrina_domain::schedule::Missed,
}

/// Work that is done.
pub struct Done {
    /// What came of it, for whoever asked.
    pub result: Value,
    /// What is written together with the end of the job.
    pub effect: Option<Effect>,
}

/// What is written in the transaction that ends a job: all of it or nothing, and once.
pub type Effect = Box<dyn for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<(), StoreError>> + Send>;

impl From<Value> for Done {
    fn from(result: Value) -> Self {
        Self { result, effect: None }
    }
}

/// Why work was not done.
#[derive(Debug)]
pub enum Trouble {
    /// Another try would fail alike.
    GiveUp(Failure),
    /// Another try may do, after so long or when the rule for tries says.
    TryAgain(Failure, Option<Duration>),
    /// Something of the server failed: another try may do.
    Ours(AppError),
}

impl<E: Into<AppError>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::Ours(error.into())
    }
}

//! Jobs: work that outlives the request that asked for it, and is neither lost nor done twice at once (ADR 0012).
//!
//! - To add a kind of work: a type that is [`Work`], in a file of `kind`, and one line in [`Kinds::standard`].
//! - A use case files its jobs with [`App::add_job`](crate::App::add_job) in its own
//!   transaction, or with [`App::file_job`](crate::App::file_job).
//! - [`Worker`] does them: in the server, and in any number of processes beside it.

use std::{collections::BTreeMap, fmt, sync::Arc};

use crate::ports::{Terms, Work};

mod attempt;
mod file;
pub(crate) mod kind;
mod manage;
mod schedule;
mod task;
mod worker;

pub use file::NewJob;
pub use schedule::Retiming;
pub use task::Task;
pub use worker::{Pace, Worker};

/// The kinds of work that this program can do, by name.
#[derive(Clone, Default)]
pub struct Kinds(BTreeMap<&'static str, Arc<dyn Work>>);

impl fmt::Debug for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Kinds {
    /// Those that every catalog has.
    pub fn standard() -> Self {
        Self::default()
            .with(kind::CheckFiles)
            .with(kind::CollectFiles)
            .with(kind::DeliverWebhook)
            .with(kind::ForgetDeliveries)
            .with(kind::ForgetJobs)
            .with(kind::ForgetLetters)
            .with(kind::InspectFile)
            .with(kind::PingWebhook)
            .with(kind::SendLetter)
    }

    /// These and one more.
    #[must_use]
    pub fn with(mut self, work: impl Work + 'static) -> Self {
        self.0.insert(work.terms().kind, Arc::new(work));
        self
    }

    /// The work of a kind.
    pub fn get(&self, kind: &str) -> Option<&Arc<dyn Work>> {
        self.0.get(kind)
    }

    /// The work of every kind.
    pub fn works(&self) -> impl Iterator<Item = &Arc<dyn Work>> {
        self.0.values()
    }

    /// The terms of every kind.
    pub fn terms(&self) -> impl Iterator<Item = Terms> {
        self.0.values().map(|work| work.terms())
    }
}

//! Why a use case did not do what was asked, split by what the caller can do about it.

use std::{error::Error, fmt};

use vitrina_domain::{
    canonical::Digest,
    finding::{Bilingual, Finding},
    id::RecordId,
    job::JobState,
    record::Kind,
    slug::Slug,
    time::Timestamp,
};
use vitrina_formats::FileType;

use crate::{
    auth::Denied,
    file::Quota,
    mail::NoMail,
    ports::{Reason, parser::Refusal},
};

/// What stands in the place of a record that is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tombstone {
    /// The kind of record.
    pub kind: Kind,
    /// Its id.
    pub id: RecordId,
    /// Its last slug.
    pub slug: Slug,
    /// Its title at the end.
    pub title: String,
    /// When it went.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
    /// Whether it was deleted (and not only withdrawn, which can end).
    pub deleted: bool,
}

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// There is no such thing, or the actor may not know of it.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// It was there and is gone.
    #[error("the record is gone")]
    Gone(Box<Tombstone>),
    /// It has another slug now.
    #[error("the record is called {0} now")]
    Moved(Slug),
    /// The actor may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The document cannot be stored as it is.
    #[error("the document cannot be accepted")]
    Invalid(Vec<Finding>),
    /// A write that must name the revision it replaces does not.
    #[error("the write must say which revision it replaces")]
    PreconditionRequired,
    /// The record has changed since the actor read it.
    #[error("the record has revision {current} now")]
    PreconditionFailed {
        /// The revision that is there.
        current: u32,
    },
    /// A write that names a revision finds no record.
    #[error("there is no record that the write could replace")]
    NothingToReplace,
    /// Two records want one name.
    #[error("{0} is taken")]
    Taken(&'static str),
    /// The bytes are no catalog that can be read.
    #[error(transparent)]
    Unreadable(#[from] vitrina_formats::read::ReadError),
    /// The file is not read further.
    #[error("the file is refused: {}", .0.finding.code)]
    Refused(Refusal),
    /// Nobody could be made to look into a file; later somebody may.
    #[error("nobody looks into files now")]
    NoWorker(#[source] std::io::Error),
    /// The document was fetched before the one that was applied last from the same source.
    #[error("the document is older than the last one applied from this source")]
    Stale {
        /// When the last applied one was fetched.
        applied: Timestamp,
    },
    /// The file is of a kind that may not be uploaded here, or of none that is known.
    #[error("files of this kind are not taken")]
    FileType {
        /// What its bytes are.
        found: Option<FileType>,
        /// What is taken.
        allowed: Vec<FileType>,
    },
    /// The bytes are not those that their sender announced.
    #[error("the bytes have the digest {found}")]
    DigestMismatch {
        /// What came.
        found: Digest,
    },
    /// The distribution has another file than the write says.
    #[error("the distribution has another file")]
    FileChanged,
    /// Nobody has looked into the file yet.
    #[error("the file was not looked into yet")]
    NotInspected,
    /// There is no room for the file in what the operator granted.
    #[error("the file does not fit into the {} of {limit} bytes", quota.as_str())]
    QuotaExceeded {
        /// Whose room it is.
        quota: Quota,
        /// How much there is.
        limit: u64,
        /// How much of it is used.
        used: u64,
        /// How long the file is.
        length: u64,
    },
    /// A parameter that parses but means nothing here.
    #[error("{name}: {}", problem.en)]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// What is wrong with its value.
        problem: Bilingual,
    },
    /// The address may not be asked.
    #[error("the address is refused: {}", .0.code())]
    AddressRefused(Reason),
    /// The actor has as many webhooks as one may have.
    #[error("nobody may have more than {most} webhooks")]
    TooManyWebhooks {
        /// How many one may have.
        most: u64,
    },
    /// A filter names what is not here, so that it can match nothing.
    #[error("{parameter}: there is no {value:?}")]
    NoSuch {
        /// The parameter.
        parameter: &'static str,
        /// Its value.
        value: String,
    },
    /// The cursor belongs to another list.
    #[error("the cursor belongs to another list")]
    CursorMismatch,
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The first request with the idempotency key is still being answered.
    #[error("the first request with this idempotency key is still being answered")]
    KeyBusy,
    /// Past states are listed by organization, catalog or source, in creation order, and not as was asked.
    #[error("past states are listed by organization, catalog or source only")]
    AtNotSupported,
    /// The job is in a state in which this cannot be done to it.
    #[error("the job is {}", .0.as_str())]
    JobState(JobState),
    /// No letter can be written.
    #[error(transparent)]
    NoMail(#[from] NoMail),
    /// Others write, and did not let go in time; the same request may succeed soon.
    #[error("the store is busy with other writes")]
    Busy(#[source] vitrina_store::StoreError),
    /// The database does not answer; the same request may succeed later.
    #[error("the store is not available")]
    Unavailable(#[source] vitrina_store::StoreError),
    /// The store failed.
    #[error("the store failed")]
    Store(#[source] vitrina_store::StoreError),
    /// What the store holds is no document.
    #[error("the store holds what nobody wrote")]
    Corrupt(#[from] vitrina_domain::record::Unreadable),
    /// The index failed.
    #[error("the index failed")]
    Search(#[source] vitrina_search::SearchError),
    /// A file of the server could not be read or written.
    #[error("a file of the server could not be used")]
    File(#[source] std::io::Error),
    /// A task of the server died.
    #[error("a task of the server died")]
    Task(#[source] tokio::task::JoinError),
}

/// An error and its causes on one line, for the log.
#[derive(Debug, Clone, Copy)]
pub struct Chain<'a>(pub &'a (dyn Error + 'a));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl From<vitrina_store::StoreError> for AppError {
    fn from(error: vitrina_store::StoreError) -> Self {
        match error {
            vitrina_store::StoreError::Taken { what } => Self::Taken(what),
            busy @ vitrina_store::StoreError::Busy(_) => Self::Busy(busy),
            unavailable @ (vitrina_store::StoreError::Unavailable(_)
            | vitrina_store::StoreError::Files(_)) => Self::Unavailable(unavailable),
            other => Self::Store(other),
        }
    }
}

impl From<vitrina_search::SearchError> for AppError {
    fn from(error: vitrina_search::SearchError) -> Self {
        match error {
            vitrina_search::SearchError::CursorMismatch => Self::CursorMismatch,
            other @ vitrina_search::SearchError::Engine(_) => Self::Search(other),
        }
    }
}

//! The use cases: what Vitrina does, whoever asks and however.
//!
//! Each use case is a method of [`App`] in a file of its own. It takes an [`auth::Actor`], asks
//! [`auth::authorize`] before it acts, owns its transaction, and returns domain values. This crate knows no
//! HTTP, no command line and no SQL.
//!
//! - To add a use case: a file with an `impl App` block, its tests beside it.
//! - To add an outside capability: a trait in [`ports`], implemented by an outer crate, wired by `cli`.

use std::sync::Arc;

use tokio::sync::Notify;
use vitrina_domain::{guideline::Guidelines, vocabulary::Vocabularies};
use vitrina_search::Index;
use vitrina_store::Store;
use vitrina_validation::Validator;

pub mod absent;
pub mod auth;
pub mod backup;
pub mod changes;
pub mod directory;
pub mod export;
pub mod facet;
pub mod file;
pub mod follow;
pub mod idempotency;
pub mod import;
pub mod inspect;
pub mod jobs;
pub mod list;
pub mod mail;
pub mod ports;
pub mod recent;
pub mod record;
pub mod search;
pub mod site;
pub mod status;
pub mod token;
pub mod validate;
pub mod webhook;

mod error;
mod length;
mod stream_reader;

pub use error::{AppError, Chain, Tombstone};
pub use vitrina_search::{After, AfterKey};
pub use vitrina_store::{DistributionRow, FileRow, ListFilter, StoreError, TokenRow};

/// What the use cases work with. Cheap to clone; every clone shares the same parts.
#[derive(Clone)]
pub struct App {
    parts: Arc<Parts>,
    directory: Arc<directory::Directory>,
    recent: Arc<recent::Recent>,
    lengths: Arc<length::Lengths>,
    /// Rung after every commit, so that followers need not wait for their next look.
    bell: Arc<Notify>,
    /// Rung when there may be work, so that workers need not wait for their next look.
    work_bell: Arc<Notify>,
}

/// The parts of [`App`], put together by `cli` and by tests.
pub struct Parts {
    /// Where everything is kept.
    pub store: Store,
    /// The derived index.
    pub index: Arc<Index>,
    /// The lists in force.
    pub vocabularies: Arc<Vocabularies>,
    /// The guideline versions in force.
    pub guidelines: Arc<Guidelines>,
    /// The compiled rules.
    pub validator: Arc<Validator>,
    /// What time it is.
    pub clock: Arc<dyn ports::Clock>,
    /// Where new ids come from.
    pub ids: Arc<dyn ports::Ids>,
    /// Who looks into files of others.
    pub parser: Arc<dyn ports::parser::Parser>,
    /// Who tells subscribers what changed.
    pub deliver: Arc<dyn ports::Deliver>,
    /// What this site is called and where it is.
    pub site: site::Site,
    /// The work that can be done as jobs.
    pub kinds: jobs::Kinds,
    /// Which files may be uploaded, and how many.
    pub files: file::Rules,
    /// Who hands letters over; without one none are written.
    pub mail: Option<Arc<dyn ports::Mail>>,
}

impl App {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        Self {
            parts: Arc::new(parts),
            directory: Arc::default(),
            recent: Arc::default(),
            lengths: Arc::default(),
            bell: Arc::default(),
            work_bell: Arc::default(),
        }
    }

    /// The lists in force.
    pub fn vocabularies(&self) -> &Vocabularies {
        &self.parts.vocabularies
    }

    /// The guideline versions in force.
    pub fn guidelines(&self) -> &Guidelines {
        &self.parts.guidelines
    }

    /// The compiled rules.
    pub fn validator(&self) -> &Validator {
        &self.parts.validator
    }

    /// What this site is called and where it is.
    pub fn site(&self) -> &site::Site {
        &self.parts.site
    }

    /// The work that can be done as jobs.
    pub fn kinds(&self) -> &jobs::Kinds {
        &self.parts.kinds
    }

    /// What time it is.
    pub fn now(&self) -> vitrina_domain::time::Timestamp {
        self.parts.clock.now()
    }

    /// A new id for something that needs one, for example a request.
    pub fn new_id(&self) -> uuid::Uuid {
        self.parts.ids.next()
    }

    /// Tells everyone here who goes by what changed that something did.
    pub(crate) fn announce(&self) {
        self.recent.look_again();
        self.bell.notify_one();
        // A worker files what subscribers are told.
        self.work_bell.notify_one();
    }

    pub(crate) fn store(&self) -> &Store {
        &self.parts.store
    }

    pub(crate) fn parser(&self) -> &dyn ports::parser::Parser {
        self.parts.parser.as_ref()
    }

    pub(crate) fn index(&self) -> &Arc<Index> {
        &self.parts.index
    }
}

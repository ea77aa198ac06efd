//! Persistence in domain types: records, revisions, the change log, imports, tokens, blobs.
//!
//! One code base for SQLite and PostgreSQL. Nothing outside this crate and `migrations` knows the ORM.
//!
//! - Every read of records starts from a [`Scope`].
//! - Every write goes through [`Store::begin`], which takes the write lock at once: `BEGIN IMMEDIATE` on SQLite,
//!   an advisory lock before the change log is appended to on PostgreSQL. So the order of change positions is
//!   the order of commits, and no reader can skip a change.

use std::{collections::HashMap, path::PathBuf};

use serde_json::Value;
use vitrina_domain::{
    canonical::Digest,
    change::{Audience, Change, Op, Seq},
    finding::Finding,
    id::{DistributionId, RecordId, RunId, SourceId, TokenId},
    import::{Item, Outcome, Run, RunState, Tally},
    record::{Kind, Metadata, RawSpan, Record, Revision, Source, Visibility},
    scope::Scope,
    slug::Slug,
    time::Timestamp,
};

mod blob;

pub use blob::Blobs;

/// Where the data lives.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder for the SQLite file, blobs and temporary files; made when it is missing (0700).
    pub data_dir: PathBuf,
    /// A PostgreSQL or SQLite address; nothing means `vitrina.db` in the data folder.
    pub database_url: Option<String>,
    /// The most connections for reading.
    pub max_connections: u32,
}

/// The database behind the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// SQLite in the data folder.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// Why the store cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached or refuses to work; trying again later may help.
    #[error("the database is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database failed at something it should be able to do.
    #[error("the database failed")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A row holds what no code writes.
    #[error("inconsistent {table}.{column} in row {row}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's key.
        row: String,
    },
    /// Two records want one name.
    #[error("{what} is taken")]
    Taken {
        /// Which name: `slug`, `identifier`, `source`.
        what: &'static str,
    },
    /// The schema is older or newer than this program, or the SQLite is too old to be safe.
    #[error("{0}")]
    Unsupported(String),
    /// A file cannot be read or written.
    #[error("cannot access {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

/// The migrations of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaState {
    /// Migrations that were applied, oldest first.
    pub applied: Vec<String>,
    /// Migrations that this program has and the database has not.
    pub pending: Vec<String>,
}

/// Filters that the store answers by itself, exactly and at any depth; the index answers the others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListFilter {
    /// Records of this organization.
    pub organization_id: Option<RecordId>,
    /// Records of this catalog.
    pub catalog_id: Option<RecordId>,
    /// Records of this source.
    pub source_id: Option<SourceId>,
}

/// Which changes a reader may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeFilter {
    /// The public ones.
    Public,
    /// All of them: for followers inside the server.
    All,
}

/// What a slug leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlugTarget {
    /// The record.
    pub id: RecordId,
    /// Its slug of today; another one than was asked for means a permanent redirect.
    pub current: Slug,
}

/// A distribution with the dataset it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct DistributionRow {
    /// Its id.
    pub id: DistributionId,
    /// The dataset.
    pub dataset_id: RecordId,
    /// Its place in the dataset, from 0.
    pub position: u32,
    /// Its document.
    pub document: Value,
}

/// What an importer must know of a record that is there already.
#[derive(Debug, Clone, PartialEq)]
pub struct Current {
    /// Its id.
    pub id: RecordId,
    /// Its slug.
    pub slug: Slug,
    /// Its visibility.
    pub visibility: Visibility,
    /// Its revision.
    pub revision: u32,
    /// The hash of its document.
    pub hash: Digest,
    /// Its catalog.
    pub catalog_id: Option<RecordId>,
    /// Its organization.
    pub organization_id: Option<RecordId>,
    /// Its distributions, by id with what they are matched by (identifier, else address), in order.
    pub distributions: Vec<(DistributionId, Option<String>)>,
}

/// A new state of a record.
#[derive(Debug, Clone)]
pub struct RecordWrite {
    /// The record's id: a new one, or that of the record that changes.
    pub id: RecordId,
    /// Where it comes from.
    pub source_id: SourceId,
    /// Its identifier there.
    pub identifier: String,
    /// The slug wished for; a new record gets a number appended when it is taken.
    pub slug: Slug,
    /// Its catalog.
    pub catalog_id: Option<RecordId>,
    /// Its organization.
    pub organization_id: Option<RecordId>,
    /// Its visibility from now on.
    pub visibility: Visibility,
    /// The revision that this one follows; 0 for a new record. Another one in the store is a conflict.
    pub expected_revision: u32,
    /// The document; its digest is computed by the caller.
    pub metadata: Metadata,
    /// The digest of the document.
    pub hash: Digest,
    /// The ids of the distributions, in the document's order.
    pub distribution_ids: Vec<DistributionId>,
    /// Where the bytes it was made from stand.
    pub raw: Option<RawSpan>,
    /// The change rows to write, by audience: none for a draft nobody may hear of.
    pub op: Op,
    /// Who may read the change.
    pub audience: Audience,
}

/// What became of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// It is stored.
    Stored {
        /// The slug the record has.
        slug: Slug,
        /// The revision it has.
        revision: u32,
        /// The change that was logged.
        seq: Seq,
    },
    /// Somebody else wrote in between; nothing was stored.
    Conflict {
        /// The revision that is there.
        revision: u32,
    },
}

/// An API token as it is kept: never the token itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Its id.
    pub id: TokenId,
    /// What the operator calls it.
    pub name: String,
    /// SHA-256 of the token.
    pub hash: Digest,
    /// What it allows, as text: `write:datasets`, `import@{organization}`, …
    pub scopes: Vec<String>,
    /// When it was made.
    pub created: Timestamp,
    /// When it stops working.
    pub expires: Timestamp,
    /// When it was revoked.
    pub revoked: Option<Timestamp>,
    /// The last day it was used.
    pub last_used: Option<Timestamp>,
}

/// An answer kept for a repeated request with the same `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    /// Digest of the request: another one under the same key is an error of the client.
    pub request: Digest,
    /// The HTTP status; nothing while the first request is still being answered.
    pub status: Option<u16>,
    /// The headers worth repeating.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// The store.
#[derive(Debug, Clone)]
pub struct Store {
    _private: (),
}

/// A write transaction; dropping it without [`Tx::commit`] undoes it.
#[derive(Debug)]
pub struct Tx {
    _private: (),
}

impl Store {
    /// Connects; the schema is not touched. Refuses an SQLite older than 3.51.3.
    pub async fn open(_config: &Config) -> Result<Self, StoreError> {
        todo!()
    }

    /// Brings the schema up to date, one process at a time.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        todo!()
    }

    /// Which migrations were applied and which are pending.
    pub async fn schema_state(&self) -> Result<SchemaState, StoreError> {
        todo!()
    }

    /// The database behind it.
    pub fn backend(&self) -> Backend {
        todo!()
    }

    /// The files: raw originals and, later, published ones.
    pub fn blobs(&self) -> &Blobs {
        todo!()
    }

    /// Begins to write. `actor` and `at` go into every revision and change of the transaction.
    pub async fn begin(&self, _actor: &str, _at: Timestamp) -> Result<Tx, StoreError> {
        todo!()
    }

    /// Closes the connections after folding SQLite's write-ahead log into the database.
    pub async fn close(self) {
        todo!()
    }

    /// Whether the database answers a read and a write (of a probe row).
    pub async fn probe(&self) -> Result<(), StoreError> {
        todo!()
    }

    /// A setting that the server keeps for itself, for example `base_url`.
    pub async fn setting(&self, _key: &str) -> Result<Option<String>, StoreError> {
        todo!()
    }

    /// A record by id. The public scope also sees tombstones of what was published.
    pub async fn record(&self, _scope: &Scope, _kind: Kind, _id: RecordId) -> Result<Option<Record>, StoreError> {
        todo!()
    }

    /// Records by id, whatever their kind, in the order asked; those out of scope or gone are left out.
    pub async fn records(&self, _scope: &Scope, _ids: &[RecordId]) -> Result<Vec<Record>, StoreError> {
        todo!()
    }

    /// What a slug of a kind leads to, whoever may see it.
    pub async fn slug(&self, _kind: Kind, _slug: &str) -> Result<Option<SlugTarget>, StoreError> {
        todo!()
    }

    /// A record by source and identifier, whoever may see it.
    pub async fn identified(
        &self,
        _kind: Kind,
        _source_id: SourceId,
        _identifier: &str,
    ) -> Result<Option<RecordId>, StoreError> {
        todo!()
    }

    /// Visible records in creation order after a position (before it, when `descending`); tombstones are not
    /// in lists. Page 5,000 costs what page 1 costs.
    pub async fn page(
        &self,
        _scope: &Scope,
        _kind: Kind,
        _filter: &ListFilter,
        _after: Option<Seq>,
        _descending: bool,
        _limit: u64,
    ) -> Result<Vec<Record>, StoreError> {
        todo!()
    }

    /// How many records such a list holds.
    pub async fn count(&self, _scope: &Scope, _kind: Kind, _filter: &ListFilter) -> Result<u64, StoreError> {
        todo!()
    }

    /// A distribution by id, of a dataset in scope.
    pub async fn distribution(
        &self,
        _scope: &Scope,
        _id: DistributionId,
    ) -> Result<Option<DistributionRow>, StoreError> {
        todo!()
    }

    /// The distributions of a dataset in scope from a position on.
    pub async fn distributions(
        &self,
        _scope: &Scope,
        _dataset_id: RecordId,
        _from: u32,
        _limit: u64,
    ) -> Result<Vec<DistributionRow>, StoreError> {
        todo!()
    }

    /// Revisions of a record after (older than) a number, newest first, without their documents.
    pub async fn revisions(
        &self,
        _id: RecordId,
        _before: Option<u32>,
        _limit: u64,
    ) -> Result<Vec<Revision>, StoreError> {
        todo!()
    }

    /// One revision with its document.
    pub async fn revision(&self, _id: RecordId, _number: u32) -> Result<Option<Revision>, StoreError> {
        todo!()
    }

    /// The revision that held at an instant, with its document.
    pub async fn revision_at(&self, _id: RecordId, _at: Timestamp) -> Result<Option<Revision>, StoreError> {
        todo!()
    }

    /// Changes after a position, in order; `kinds` empty means every kind.
    pub async fn changes(
        &self,
        _filter: &ChangeFilter,
        _kinds: &[Kind],
        _after: Seq,
        _limit: u64,
    ) -> Result<Vec<Change>, StoreError> {
        todo!()
    }

    /// The last position of the log as a reader sees it.
    pub async fn last_change(&self, _filter: &ChangeFilter) -> Result<Seq, StoreError> {
        todo!()
    }

    /// When the last change a reader sees was committed.
    pub async fn last_change_at(&self, _filter: &ChangeFilter) -> Result<Option<Timestamp>, StoreError> {
        todo!()
    }

    /// A source by id.
    pub async fn source(&self, _id: SourceId) -> Result<Option<Source>, StoreError> {
        todo!()
    }

    /// A source by name.
    pub async fn source_named(&self, _name: &str) -> Result<Option<Source>, StoreError> {
        todo!()
    }

    /// Every source, by name.
    pub async fn sources(&self) -> Result<Vec<Source>, StoreError> {
        todo!()
    }

    /// A run of an import.
    pub async fn run(&self, _id: RunId) -> Result<Option<Run>, StoreError> {
        todo!()
    }

    /// Runs, newest first, after (older than) one.
    pub async fn runs(&self, _before: Option<RunId>, _limit: u64) -> Result<Vec<Run>, StoreError> {
        todo!()
    }

    /// Items of a run from a position on, of one outcome or of all.
    pub async fn run_items(
        &self,
        _run_id: RunId,
        _outcome: Option<Outcome>,
        _from: u64,
        _limit: u64,
    ) -> Result<Vec<Item>, StoreError> {
        todo!()
    }

    /// Findings of the last import of a record.
    pub async fn findings(&self, _id: RecordId) -> Result<Vec<Finding>, StoreError> {
        todo!()
    }

    /// A token by its hash.
    pub async fn token(&self, _hash: &Digest) -> Result<Option<TokenRow>, StoreError> {
        todo!()
    }

    /// Every token, newest first.
    pub async fn tokens(&self) -> Result<Vec<TokenRow>, StoreError> {
        todo!()
    }

    /// How many records of each kind the scope sees.
    pub async fn counts(&self, _scope: &Scope) -> Result<HashMap<Kind, u64>, StoreError> {
        todo!()
    }
}

impl Tx {
    /// Makes everything durable; only then may anyone be told.
    pub async fn commit(self) -> Result<(), StoreError> {
        todo!()
    }

    /// Sets a setting.
    pub async fn set_setting(&mut self, _key: &str, _value: &str) -> Result<(), StoreError> {
        todo!()
    }

    /// A source by name, made with `id` and `kind` when there is none.
    pub async fn ensure_source(&mut self, _id: SourceId, _name: &str, _kind: &str) -> Result<Source, StoreError> {
        todo!()
    }

    /// Writes catalog, organization and last fetch of a source.
    pub async fn update_source(&mut self, _source: &Source) -> Result<(), StoreError> {
        todo!()
    }

    /// What is there already under these identifiers of a source.
    pub async fn current(
        &mut self,
        _kind: Kind,
        _source_id: SourceId,
        _identifiers: &[String],
    ) -> Result<HashMap<String, Current>, StoreError> {
        todo!()
    }

    /// One record as this transaction sees it, whatever its visibility.
    pub async fn record(&mut self, _kind: Kind, _id: RecordId) -> Result<Option<Record>, StoreError> {
        todo!()
    }

    /// Records of a source that are visible and not among these ids, at most `limit`: what `--replace` ends.
    pub async fn absent(
        &mut self,
        _kind: Kind,
        _source_id: SourceId,
        _after: Option<RecordId>,
        _limit: u64,
    ) -> Result<Vec<RecordId>, StoreError> {
        todo!()
    }

    /// Writes records: row, distributions, revision, change, slug; the answers are in order.
    pub async fn write(&mut self, _writes: Vec<RecordWrite>) -> Result<Vec<Written>, StoreError> {
        todo!()
    }

    /// Gives a record another slug; the old one leads to it for ever.
    pub async fn rename(&mut self, _kind: Kind, _id: RecordId, _slug: &Slug) -> Result<(), StoreError> {
        todo!()
    }

    /// The organization that goes by an identifier, or by a folded name within a source.
    pub async fn organization_alias(
        &mut self,
        _source_id: SourceId,
        _alias: &str,
    ) -> Result<Option<RecordId>, StoreError> {
        todo!()
    }

    /// Remembers what a source calls an organization.
    pub async fn add_organization_alias(
        &mut self,
        _source_id: SourceId,
        _alias: &str,
        _organization_id: RecordId,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// Opens a run of an import.
    pub async fn start_run(&mut self, _run: &Run) -> Result<(), StoreError> {
        todo!()
    }

    /// Keeps items of a run.
    pub async fn add_items(&mut self, _run_id: RunId, _items: &[Item]) -> Result<(), StoreError> {
        todo!()
    }

    /// Changes the outcome of items already kept, by position.
    pub async fn finish_run(
        &mut self,
        _run_id: RunId,
        _state: &RunState,
        _tally: &Tally,
        _ended: Timestamp,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// Keeps a token.
    pub async fn add_token(&mut self, _token: &TokenRow) -> Result<(), StoreError> {
        todo!()
    }

    /// Revokes a token; false when there is none.
    pub async fn revoke_token(&mut self, _id: TokenId, _at: Timestamp) -> Result<bool, StoreError> {
        todo!()
    }

    /// Notes the day a token was used.
    pub async fn touch_token(&mut self, _id: TokenId, _at: Timestamp) -> Result<(), StoreError> {
        todo!()
    }

    /// Takes a key for a request, or gives what stands under it. Keys older than `oldest` are dropped.
    pub async fn claim_idempotency_key(
        &mut self,
        _owner: &str,
        _key: &str,
        _request: &Digest,
        _oldest: Timestamp,
    ) -> Result<Option<StoredAnswer>, StoreError> {
        todo!()
    }

    /// Keeps the answer under a key.
    pub async fn store_answer(
        &mut self,
        _owner: &str,
        _key: &str,
        _answer: &StoredAnswer,
    ) -> Result<(), StoreError> {
        todo!()
    }
}

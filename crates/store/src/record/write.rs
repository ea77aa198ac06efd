//! Writing records in bulk: row, distributions, revision, change and slug together.

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ConnectionTrait as _, FromQueryResult,
    sea_query::{Expr, ExprTrait as _, OnConflict, Query},
};
use serde_json::Value;
use uuid::Uuid;
use vitrina_domain::{
    canonical::Digest,
    change::{Audience, Change, Op, Seq},
    id::{DistributionId, RecordId, SourceId},
    metadata::Distribution,
    record::{Metadata, RawSpan, Visibility},
    slug::Slug,
    time::Timestamp,
};

use super::Records;
use crate::{
    StoreError, Tx,
    bulk::{MOST_KEYS, Rows},
    change,
    column::Cell,
    distribution,
    plain::bound,
    revision::{self, NewRevision},
    slug::{self, Wish},
};

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
    /// What happened, as the readers of the change see it.
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

/// What a write must know of the record that is there.
#[derive(Debug, FromQueryResult)]
struct Before {
    id: Uuid,
    kind: String,
    slug: String,
    was_published: bool,
    created_seq: i64,
    revision: i64,
    created: i64,
    updated: i64,
}

/// A write that will happen, with what the store adds to it.
struct Next {
    write: RecordWrite,
    before: Option<Before>,
    slug: Slug,
    seq: Seq,
    revision: u32,
    created_seq: Seq,
    created: Timestamp,
    updated: Timestamp,
}

impl Tx {
    /// Writes records: row, distributions, revision, change, slug; the answers are in order.
    pub async fn write(&mut self, writes: Vec<RecordWrite>) -> Result<Vec<Written>, StoreError> {
        self.take_turn().await?;
        let mut answers = Vec::with_capacity(writes.len());
        let mut batch = Vec::new();
        let mut ids = HashSet::new();
        for write in writes {
            // A statement can write a row once; a second state of a record begins another batch.
            if batch.len() == MOST_KEYS || !ids.insert(write.id) {
                answers.extend(self.write_batch(std::mem::take(&mut batch)).await?);
                ids = HashSet::from([write.id]);
            }
            batch.push(write);
        }
        answers.extend(self.write_batch(batch).await?);
        Ok(answers)
    }

    async fn write_batch(&mut self, writes: Vec<RecordWrite>) -> Result<Vec<Written>, StoreError> {
        if writes.is_empty() {
            return Ok(Vec::new());
        }
        let mut before = self.before(&writes).await?;
        let mut answers = Vec::with_capacity(writes.len());
        let mut accepted = Vec::with_capacity(writes.len());
        for write in writes {
            let before = before.remove(&write.id.uuid());
            if let Some(revision) = conflict(&write, before.as_ref())? {
                answers.push(Some(Written::Conflict { revision }));
            } else {
                answers.push(None);
                accepted.push((write, before));
            }
        }
        let mut stored = self.store(accepted).await?.into_iter();
        Ok(answers.into_iter().filter_map(|answer| answer.or_else(|| stored.next())).collect())
    }

    async fn before(&self, writes: &[RecordWrite]) -> Result<HashMap<Uuid, Before>, StoreError> {
        let query = Query::select()
            .columns([
                Records::Id,
                Records::Kind,
                Records::Slug,
                Records::WasPublished,
                Records::CreatedSeq,
                Records::Revision,
                Records::Created,
                Records::Updated,
            ])
            .from(Records::Table)
            .and_where(Expr::col(Records::Id).is_in(writes.iter().map(|write| write.id.uuid())))
            .take();
        let mut before = HashMap::new();
        for row in self.transaction.query_all(&query).await? {
            let row = Before::from_query_result(&row, "")?;
            before.insert(row.id, row);
        }
        Ok(before)
    }

    async fn store(
        &mut self,
        accepted: Vec<(RecordWrite, Option<Before>)>,
    ) -> Result<Vec<Written>, StoreError> {
        let new = accepted.iter().filter(|(_, before)| before.is_none());
        let wishes = new.map(|(write, _)| Wish {
            kind: write.metadata.kind(),
            id: write.id,
            slug: write.slug.clone(),
        });
        let choice = slug::choose(&self.transaction, wishes.collect()).await?;
        let slugs = choice.slugs();
        let Seq(last) = change::last_seq(&self.transaction).await?;

        let mut rows = Rows::new(Records::Table, Records::COLUMNS).on_conflict(replacing());
        let (mut revisions, mut changes, mut datasets, mut existing) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut answers = Vec::with_capacity(accepted.len());
        for (seq, (write, before)) in (1..).map(|step| Seq(last.saturating_add(step))).zip(accepted) {
            let next = Next::new(write, before, seq, self.at, &slugs)?;
            existing.extend(next.before.as_ref().map(|before| before.id));
            changes.push(next.change(&self.actor, self.at));
            answers.push(Written::Stored { slug: next.slug.clone(), revision: next.revision, seq });
            let documents = Documents::of(&next.write)?;
            rows.push(next.row(documents.alone));
            datasets.push((next.write.id, documents.distributions));
            revisions.push(next.into_revision(documents.whole));
        }

        rows.insert(&self.transaction).await?;
        choice.keep(&self.transaction).await?;
        distribution::replace(&self.transaction, &existing, datasets).await?;
        revision::end(&self.transaction, &existing).await?;
        revision::append(&self.transaction, &self.actor, revisions).await?;
        change::append(&self.transaction, changes).await?;
        Ok(answers)
    }
}

/// The revision that is there, when it is not the one that the write follows.
fn conflict(write: &RecordWrite, before: Option<&Before>) -> Result<Option<u32>, StoreError> {
    let Some(before) = before else { return Ok((write.expected_revision != 0).then_some(0)) };
    if before.kind != write.metadata.kind().as_str() {
        return Err(StoreError::Taken { what: "id" });
    }
    let revision = Cell { table: "records", column: "revision", row: before.id }.number(before.revision)?;
    Ok((revision != write.expected_revision).then_some(revision))
}

/// The row of a record that is there gets the new state; kind, slug and creation stay.
fn replacing() -> OnConflict {
    let fixed = |column: &Records| {
        matches!(column, Records::Id | Records::Kind | Records::Slug | Records::CreatedSeq | Records::Created)
    };
    let columns = Records::COLUMNS.into_iter().filter(|column| !fixed(column));
    OnConflict::column(Records::Id).update_columns(columns).to_owned()
}

impl Next {
    fn new(
        write: RecordWrite,
        before: Option<Before>,
        seq: Seq,
        at: Timestamp,
        slugs: &HashMap<RecordId, Slug>,
    ) -> Result<Self, StoreError> {
        let cell = |column| Cell { table: "records", column, row: write.id };
        let Some(row) = &before else {
            let slug = slugs.get(&write.id).cloned().ok_or_else(|| cell("slug").inconsistent())?;
            return Ok(Self {
                write,
                before,
                slug,
                seq,
                revision: 1,
                created_seq: seq,
                created: at,
                updated: at,
            });
        };
        // A clock that was set back must not make a revision end before it began.
        let updated = at.max(Timestamp::from_micros(row.updated));
        let revision: u32 = cell("revision").number(row.revision)?;
        let (created_seq, created) = (Seq(row.created_seq), Timestamp::from_micros(row.created));
        let slug = cell("slug").word(&row.slug)?;
        Ok(Self {
            write,
            before,
            slug,
            seq,
            revision: revision.saturating_add(1),
            created_seq,
            created,
            updated,
        })
    }

    fn row(&self, document: String) -> [Expr; 16] {
        let write = &self.write;
        let was_published = self.before.as_ref().is_some_and(|before| before.was_published);
        [
            write.id.uuid().into(),
            write.metadata.kind().as_str().into(),
            self.slug.as_str().into(),
            write.source_id.uuid().into(),
            bound(&write.identifier).into(),
            write.catalog_id.map(RecordId::uuid).into(),
            write.organization_id.map(RecordId::uuid).into(),
            write.visibility.state().into(),
            write.visibility.reason().map(bound).into(),
            (was_published || write.visibility.is_public()).into(),
            self.created_seq.0.into(),
            i64::from(self.revision).into(),
            self.created.micros().into(),
            self.updated.micros().into(),
            write.hash.as_bytes().to_vec().into(),
            document.into(),
        ]
    }

    fn change(&self, actor: &str, at: Timestamp) -> Change {
        Change {
            seq: self.seq,
            at,
            actor: actor.to_owned(),
            audience: self.write.audience.clone(),
            kind: self.write.metadata.kind(),
            entity_id: self.write.id.uuid(),
            op: self.write.op,
            revision: self.revision,
            hash: self.write.hash,
        }
    }

    fn into_revision(self, document: String) -> NewRevision {
        NewRevision {
            record_id: self.write.id,
            number: self.revision,
            valid_from: self.updated,
            hash: self.write.hash,
            document,
            raw: self.write.raw,
        }
    }
}

/// The texts of a document: whole for the revision, in parts for the rows.
struct Documents {
    whole: String,
    alone: String,
    distributions: Vec<distribution::Written>,
}

impl Documents {
    fn of(write: &RecordWrite) -> Result<Self, StoreError> {
        let cell = |table| Cell { table, column: "document", row: write.id };
        let mut document = write.metadata.to_document();
        let whole = cell("revisions").canonical(&document)?;
        let typed: &[Distribution] = write.metadata.as_dataset().map_or(&[], |dataset| &dataset.distribution);
        if typed.len() != write.distribution_ids.len() {
            return Err(Cell { table: "distributions", column: "id", row: write.id }.inconsistent());
        }
        if typed.is_empty() {
            return Ok(Self { alone: whole.clone(), whole, distributions: Vec::new() });
        }
        let parts = match document.as_object_mut().and_then(|members| members.remove("distribution")) {
            Some(Value::Array(parts)) if parts.len() == typed.len() => parts,
            _ => return Err(cell("distributions").inconsistent()),
        };
        let mut distributions = Vec::with_capacity(parts.len());
        for ((part, typed), id) in parts.iter().zip(typed).zip(&write.distribution_ids) {
            distributions.push(distribution::Written {
                id: *id,
                match_key: distribution::match_key(typed),
                document: cell("distributions").canonical(part)?,
            });
        }
        Ok(Self { alone: cell("records").canonical(&document)?, whole, distributions })
    }
}

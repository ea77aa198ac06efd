//! Writing records in bulk: row, distributions, revision, change and slug together.

use std::collections::{HashMap, HashSet};

use sea_orm::{
    Condition, ConnectionTrait as _, FromQueryResult,
    sea_query::{CaseStatement, Expr, ExprTrait as _, JoinType, Query},
};
use uuid::Uuid;
use vitrina_domain::{
    change::{Audience, Op, Seq},
    id::{DistributionId, RecordId, SourceId},
    record::{RawSpan, Sealed, Visibility},
    slug::Slug,
};

use super::{
    Records,
    next::{Before, Next, replacing},
};
use crate::{
    StoreError, Tx,
    bulk::{MOST_KEYS, Rows},
    change,
    column::Cell,
    distribution,
    revision::{self, Revisions},
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
    /// The document.
    pub document: Sealed,
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
        let (record, revision) = (Records::Table, Revisions::Table);
        let updates = writes.iter().filter(|write| write.op == Op::Update).map(|write| write.id.uuid());
        let is_update = Expr::col((record, Records::Id)).is_in(updates);
        let query = Query::select()
            .columns(
                [
                    Records::Id,
                    Records::Kind,
                    Records::Slug,
                    Records::Visibility,
                    Records::WasPublished,
                    Records::CreatedSeq,
                    Records::Revision,
                    Records::Created,
                    Records::Updated,
                ]
                .map(|column| (record, column)),
            )
            .column((revision, Revisions::Access))
            .expr_as(
                CaseStatement::new().case(is_update, Expr::col((revision, Revisions::Document))),
                "document",
            )
            .from(record)
            .join(
                JoinType::InnerJoin,
                revision,
                Condition::all()
                    .add(Expr::col((revision, Revisions::RecordId)).equals((record, Records::Id)))
                    .add(Expr::col((revision, Revisions::Number)).equals((record, Records::Revision))),
            )
            .and_where(Expr::col((record, Records::Id)).is_in(writes.iter().map(|write| write.id.uuid())))
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
        let wishes =
            new.map(|(write, _)| Wish { kind: write.document.kind, id: write.id, slug: write.slug.clone() });
        let choice = slug::choose(&self.transaction, wishes.collect()).await?;
        let slugs = choice.slugs();
        let Seq(last) = change::last_seq(&self.transaction).await?;

        let mut rows = Rows::new(Records::Table, Records::WRITTEN).on_conflict(replacing());
        let (mut revisions, mut changes, mut datasets, mut existing) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut turned: HashMap<&'static str, Vec<Uuid>> = HashMap::new();
        let mut answers = Vec::with_capacity(accepted.len());
        for (seq, (write, before)) in (1..).map(|step| Seq(last.saturating_add(step))).zip(accepted) {
            let next = Next::new(write, before, seq, self.at, &slugs)?;
            existing.extend(next.before.as_ref().map(|before| before.id));
            let state = next.write.visibility.state();
            if next.before.as_ref().is_some_and(|before| before.visibility != state) {
                turned.entry(state).or_default().push(next.write.id.uuid());
            }
            changes.push(next.change(&self.actor, self.at)?);
            answers.push(Written::Stored { slug: next.slug.clone(), revision: next.revision, seq });
            rows.push(next.row());
            let (revision, dataset) = next.into_parts()?;
            revisions.push(revision);
            datasets.push(dataset);
        }

        rows.insert(&self.transaction).await?;
        choice.keep(&self.transaction).await?;
        distribution::replace(&self.transaction, &existing, datasets).await?;
        revision::end(&self.transaction, &existing).await?;
        revision::append(&self.transaction, &self.actor, revisions).await?;
        for (state, records) in turned {
            revision::settle_access(&self.transaction, state, &records).await?;
        }
        change::append(&self.transaction, changes).await?;
        Ok(answers)
    }
}

/// The revision that is there, when it is not the one that the write follows.
fn conflict(write: &RecordWrite, before: Option<&Before>) -> Result<Option<u32>, StoreError> {
    let Some(before) = before else { return Ok((write.expected_revision != 0).then_some(0)) };
    if before.kind != write.document.kind.as_str() {
        return Err(StoreError::Taken { what: "id" });
    }
    let revision = Cell { table: "records", column: "revision", row: before.id }.number(before.revision)?;
    Ok((revision != write.expected_revision).then_some(revision))
}

//! The next state of a record: what a write says and what the store adds to it, as rows.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
};

use sea_orm::{
    FromQueryResult,
    sea_query::{Expr, OnConflict},
};
use serde_json::Value;
use uuid::Uuid;
use vitrina_domain::{
    change::{Change, Seq},
    id::RecordId,
    record::Sealed,
    slug::Slug,
    time::Timestamp,
};

use super::{RecordWrite, Records};
use crate::{
    StoreError,
    column::Cell,
    distribution,
    plain::{bound, key},
    revision::{self, NewRevision},
};

/// What a write must know of the record that is there.
#[derive(Debug, FromQueryResult)]
pub(super) struct Before {
    pub(super) id: Uuid,
    pub(super) kind: String,
    pub(super) slug: String,
    pub(super) visibility: String,
    pub(super) was_published: bool,
    pub(super) created_seq: i64,
    pub(super) revision: i64,
    pub(super) created: i64,
    pub(super) updated: i64,
    /// Who may read the current revision.
    pub(super) access: String,
    /// The document of the current revision, where the write is an update.
    pub(super) document: Option<String>,
}

/// A write that will happen, with what the store adds to it.
pub(super) struct Next {
    pub(super) write: RecordWrite,
    pub(super) before: Option<Before>,
    pub(super) slug: Slug,
    seq: Seq,
    pub(super) revision: u32,
    created_seq: Seq,
    created: Timestamp,
    updated: Timestamp,
}

/// The row of a record that is there gets the new state; kind, slug and creation stay.
pub(super) fn replacing() -> OnConflict {
    let fixed = |column: &Records| {
        matches!(column, Records::Id | Records::Kind | Records::Slug | Records::CreatedSeq | Records::Created)
    };
    let columns = Records::WRITTEN.into_iter().filter(|column| !fixed(column));
    OnConflict::column(Records::Id).update_columns(columns).to_owned()
}

impl Next {
    pub(super) fn new(
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

    pub(super) fn row(&self) -> [Expr; 17] {
        let write = &self.write;
        let was_published = self.before.as_ref().is_some_and(|before| before.was_published);
        [
            write.id.uuid().into(),
            write.document.kind.as_str().into(),
            self.slug.as_str().into(),
            write.source_id.uuid().into(),
            bound(&write.identifier).into(),
            key(&write.identifier).into(),
            write.catalog_id.map(RecordId::uuid).into(),
            write.organization_id.map(RecordId::uuid).into(),
            write.visibility.state().into(),
            write.visibility.reason().map(bound).into(),
            (was_published || write.visibility.is_public()).into(),
            self.created_seq.0.into(),
            i64::from(self.revision).into(),
            self.created.micros().into(),
            self.updated.micros().into(),
            write.document.digest.as_bytes().to_vec().into(),
            write.document.alone.as_str().into(),
        ]
    }

    pub(super) fn change(&self, actor: &str, at: Timestamp) -> Result<Change, StoreError> {
        let before = self.before.as_ref().and_then(|before| before.document.as_deref());
        let cell = Cell { table: "revisions", column: "document", row: self.write.id };
        Ok(Change {
            seq: self.seq,
            at,
            actor: actor.to_owned(),
            audience: self.write.audience.clone(),
            kind: self.write.document.kind,
            entity_id: self.write.id.uuid(),
            op: self.write.op,
            revision: self.revision,
            hash: self.write.document.digest,
            changed: before
                .map_or(Ok(Vec::new()), |before| changed(&cell, before, &self.write.document.whole))?,
        })
    }

    /// The revision, and the distributions with their ids.
    pub(super) fn into_parts(self) -> Result<(NewRevision, distribution::OfDataset), StoreError> {
        let Self { write, before, .. } = self;
        let Sealed { kind, whole, digest, distributions, .. } = write.document;
        if distributions.len() != write.distribution_ids.len() {
            return Err(Cell { table: "distributions", column: "id", row: write.id }.inconsistent());
        }
        let distributions = write.distribution_ids.iter().copied().zip(distributions).collect();
        let before = before.as_ref().map(|before| before.access.as_str());
        let revision = NewRevision {
            record_id: write.id,
            number: self.revision,
            kind,
            source_id: write.source_id,
            catalog_id: write.catalog_id,
            organization_id: write.organization_id,
            created_seq: self.created_seq,
            valid_from: self.updated,
            access: revision::access_after(before, &write.visibility),
            visibility: write.visibility,
            hash: digest,
            distribution_ids: write.distribution_ids,
            document: whole,
            raw: write.raw,
        };
        Ok((revision, (write.id, distributions)))
    }
}

/// The top-level members in which two documents differ, sorted.
fn changed<R: fmt::Display>(cell: &Cell<R>, before: &str, document: &str) -> Result<Vec<String>, StoreError> {
    let (before, after): (Members, Members) = (cell.json(before)?, cell.json(document)?);
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    Ok(names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect())
}

type Members = serde_json::Map<String, Value>;

//! Writing revisions: the next one, the end of the one before, and who may read those that came before.

use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction,
    sea_query::{Expr, ExprTrait as _, Query, SelectStatement},
};
use uuid::Uuid;
use vitrina_domain::{
    canonical::Digest,
    change::Seq,
    id::{DistributionId, RecordId, SourceId},
    record::{Kind, RawSpan, Visibility},
    time::Timestamp,
};

use super::Revisions;
use crate::{
    StoreError,
    bulk::Rows,
    column::{Cell, json_text},
    plain::bound,
    record::Records,
};

/// A revision as it is written.
#[derive(Debug)]
pub(crate) struct NewRevision {
    pub(crate) record_id: RecordId,
    pub(crate) number: u32,
    pub(crate) kind: Kind,
    pub(crate) source_id: SourceId,
    pub(crate) catalog_id: Option<RecordId>,
    pub(crate) organization_id: Option<RecordId>,
    pub(crate) created_seq: Seq,
    pub(crate) valid_from: Timestamp,
    pub(crate) visibility: Visibility,
    /// Who may read it.
    pub(crate) access: String,
    pub(crate) hash: Digest,
    pub(crate) distribution_ids: Vec<DistributionId>,
    pub(crate) document: String,
    pub(crate) raw: Option<RawSpan>,
}

/// Who may read a revision with this visibility that follows one with that access.
///
/// The end of a record repeats its last document: what could not be read before cannot be read because it ended.
pub(crate) fn access_after(before: Option<&str>, visibility: &Visibility) -> String {
    match (before, visibility) {
        (Some(closed @ ("draft" | "held" | "withdrawn")), Visibility::Deleted { .. }) => closed,
        _ => visibility.state(),
    }
    .to_owned()
}

/// Ends the current revisions of records that are already in their next state.
pub(crate) async fn end(tx: &DatabaseTransaction, records: &[Uuid]) -> Result<(), StoreError> {
    if records.is_empty() {
        return Ok(());
    }
    let update = Query::update()
        .table(Revisions::Table)
        .value(Revisions::ValidTo, Expr::SubQuery(None, Box::new(of_its_record(Records::Updated).into())))
        .and_where(Expr::col(Revisions::RecordId).is_in(records.iter().copied()))
        .and_where(Expr::col(Revisions::ValidTo).is_null())
        .take();
    tx.execute(&update).await?;
    Ok(())
}

/// A column of the record that a revision is of.
fn of_its_record(column: Records) -> SelectStatement {
    Query::select()
        .column((Records::Table, column))
        .from(Records::Table)
        .and_where(Expr::col((Records::Table, Records::Id)).equals((Revisions::Table, Revisions::RecordId)))
        .take()
}

/// Says who may read the earlier revisions of records whose visibility has just become another one.
///
/// What is no longer shown closes what was read more widely; what is shown again opens the revisions that say
/// exactly the same, and no others: the state that was taken down for what it said stays closed.
pub(crate) async fn settle_access(
    tx: &DatabaseTransaction,
    visibility: &str,
    records: &[Uuid],
) -> Result<(), StoreError> {
    let access = || Expr::col(Revisions::Access);
    let mut update = Query::update();
    update.table(Revisions::Table).and_where(Expr::col(Revisions::RecordId).is_in(records.iter().copied()));
    match visibility {
        "draft" | "held" => {
            update.value(Revisions::Access, visibility).and_where(access().is_in(["published", "deleted"]));
        }
        "withdrawn" => {
            let wider = access().is_in(["published", "deleted", "draft", "held"]);
            update.value(Revisions::Access, visibility).and_where(wider);
        }
        "published" => {
            let today = Expr::SubQuery(None, Box::new(of_its_record(Records::Hash).into()));
            update
                .value(Revisions::Access, Expr::col(Revisions::Visibility))
                .and_where(Expr::col(Revisions::Visibility).eq("published"))
                .and_where(access().ne("published"))
                .and_where(Expr::col(Revisions::Hash).eq(today));
        }
        // The end of a record closes nothing: what was public stays so.
        _ => return Ok(()),
    }
    tx.execute(&update).await?;
    Ok(())
}

/// Appends revisions.
pub(crate) async fn append(
    tx: &DatabaseTransaction,
    actor: &str,
    revisions: Vec<NewRevision>,
) -> Result<(), StoreError> {
    let columns = [
        Revisions::RecordId,
        Revisions::Number,
        Revisions::Kind,
        Revisions::SourceId,
        Revisions::CatalogId,
        Revisions::OrganizationId,
        Revisions::CreatedSeq,
        Revisions::ValidFrom,
        Revisions::Visibility,
        Revisions::VisibilityReason,
        Revisions::Access,
        Revisions::Actor,
        Revisions::Hash,
        Revisions::DistributionIds,
        Revisions::Document,
        Revisions::RawDigest,
        Revisions::RawEncoding,
        Revisions::RawOffset,
        Revisions::RawLength,
    ];
    let mut rows = Rows::new(Revisions::Table, columns);
    for revision in revisions {
        let cell = |column| Cell { table: "revisions", column, row: revision.record_id };
        let raw = revision.raw.as_ref();
        rows.push([
            revision.record_id.uuid().into(),
            i64::from(revision.number).into(),
            revision.kind.as_str().into(),
            revision.source_id.uuid().into(),
            revision.catalog_id.map(RecordId::uuid).into(),
            revision.organization_id.map(RecordId::uuid).into(),
            revision.created_seq.0.into(),
            revision.valid_from.micros().into(),
            revision.visibility.state().into(),
            revision.visibility.reason().map(bound).into(),
            revision.access.into(),
            actor.into(),
            revision.hash.as_bytes().to_vec().into(),
            json_text(&revision.distribution_ids)?.into(),
            revision.document.into(),
            raw.map(|raw| raw.digest.as_bytes().to_vec()).into(),
            raw.map(|raw| bound(&raw.encoding)).into(),
            raw.map(|raw| cell("raw_offset").signed(raw.offset)).transpose()?.into(),
            raw.map(|raw| cell("raw_length").signed(raw.length)).transpose()?.into(),
        ]);
    }
    rows.insert(tx).await?;
    Ok(())
}

//! Ending a record: a tombstone stays.

use vitrina_domain::{
    change::{Audience, Op},
    id::RecordId,
    record::{Kind, Record, Sealed, Visibility},
};
use vitrina_store::RecordWrite;

use super::{
    Extent, Precondition, Reference, Saved,
    write::{Effect, store_one},
};
use crate::{
    App, AppError, Tombstone,
    auth::{Action, Actor, Object, authorize},
};

impl App {
    /// Deletes a record; its tombstone, its revisions and its change stay for ever.
    pub async fn delete(
        &self,
        actor: &Actor,
        kind: Kind,
        id: RecordId,
        precondition: &Precondition,
        reason: String,
    ) -> Result<Tombstone, AppError> {
        let seen = self.record(actor, kind, &Reference::Id(id), Extent::HEAD).await?;
        authorize(actor, Action::WriteRecord, &Object::OwnedBy(seen.organization_id))?;
        let mut tx = self.store().begin(&actor.audit_name(), self.now()).await?;
        let record = tx.record(kind, id).await?.ok_or(AppError::NotFound(kind.as_str()))?;
        precondition.check(record.revision)?;
        let Saved { record, .. } =
            store_one(&mut tx, deletion(record.read()?, reason), Effect::Updated, Vec::new()).await?;
        self.commit(tx).await?;
        self.tombstone(&record)
    }
}

/// The write that ends a record.
pub(crate) fn deletion(record: Record, reason: String) -> RecordWrite {
    let audience = match (record.was_published, record.organization_id) {
        (true, _) => Audience::Public,
        (false, Some(organization_id)) => Audience::Organization(organization_id),
        (false, None) => Audience::Internal,
    };
    RecordWrite {
        id: record.id,
        source_id: record.source_id,
        identifier: record.identifier,
        slug: record.slug,
        catalog_id: record.catalog_id,
        organization_id: record.organization_id,
        visibility: Visibility::Deleted { reason },
        expected_revision: record.revision,
        document: Sealed::from(&record.metadata),
        distribution_ids: record.distribution_ids,
        raw: None,
        op: Op::Delete,
        audience,
    }
}

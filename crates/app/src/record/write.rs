//! Making and changing one record.

use serde_json::Value;
use vitrina_domain::{
    change::{Audience, Op},
    finding::{Bilingual, Finding, Severity},
    id::{DistributionId, RecordId, SourceId},
    record::{Kind, Record, Sealed, Stored, Visibility},
    scope::Scope,
};
use vitrina_store::{Current, Extent, RecordWrite, Tx, Written};

use super::{Intake, Judge, Precondition, Reference, Refusal, match_distributions, merge_patch::merge};
use crate::{
    App, AppError,
    auth::{Action, Actor, Object, authorize},
};

/// The source of records that come through the API one by one.
const API_SOURCE: &str = "api";

/// A record to be made.
#[derive(Debug, Clone)]
pub struct NewRecord {
    /// Its kind.
    pub kind: Kind,
    /// Its document.
    pub document: Value,
    /// The organization that answers for it.
    pub organization_id: Option<RecordId>,
    /// The catalog it is at home in.
    pub catalog_id: Option<RecordId>,
    /// `Draft` or `Published`.
    pub visibility: Visibility,
}

/// Which record a write is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The record with this id.
    Record(RecordId),
    /// The record that this organization calls so; made when there is none.
    Identified {
        /// The organization.
        organization_id: RecordId,
        /// Its identifier for the record.
        identifier: String,
    },
}

/// What a write did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// A new record.
    Created,
    /// A new revision.
    Updated,
    /// Nothing: the record was so already.
    Unchanged,
}

/// A record after a write.
#[derive(Debug, Clone, PartialEq)]
pub struct Saved {
    /// The record.
    pub record: Record<Stored>,
    /// What the write did.
    pub effect: Effect,
    /// What was found in the document.
    pub findings: Vec<Finding>,
}

/// Where a new record goes.
struct Place {
    source_id: SourceId,
    organization_id: Option<RecordId>,
    catalog_id: Option<RecordId>,
    visibility: Visibility,
    /// The tombstone it comes back from.
    tombstone: Option<Current>,
}

impl App {
    /// Makes a record from a document sent to the API.
    pub async fn create(&self, actor: &Actor, new: NewRecord) -> Result<Saved, AppError> {
        authorize(actor, Action::WriteRecord, &Object::OwnedBy(new.organization_id))?;
        self.check_places(new.organization_id, new.catalog_id).await?;
        let id = RecordId::new(self.new_id());
        let intake = self.judge(new.kind, new.document, id)?;
        let mut tx = self.store().begin(&actor.audit_name(), self.now()).await?;
        let source = tx.ensure_source(SourceId::new(self.new_id()), API_SOURCE, "api").await?;
        let known = tx.current(new.kind, source.id, &[intake.identifier().to_owned()]).await?;
        if known.contains_key(intake.identifier()) {
            return Err(AppError::Taken("identifier"));
        }
        let place = Place {
            source_id: source.id,
            organization_id: new.organization_id,
            catalog_id: new.catalog_id,
            visibility: new.visibility,
            tombstone: None,
        };
        let saved = self.insert(&mut tx, id, place, intake).await?;
        self.commit(tx).await?;
        Ok(saved)
    }

    /// Replaces the document of a record, or makes the record an organization calls so.
    pub async fn replace(
        &self,
        actor: &Actor,
        kind: Kind,
        target: &Target,
        precondition: &Precondition,
        document: Value,
    ) -> Result<Saved, AppError> {
        match target {
            Target::Record(id) => {
                precondition.demand()?;
                self.change(actor, kind, *id, precondition, |_| Ok(document)).await
            }
            Target::Identified { organization_id, identifier } => {
                self.upsert(actor, kind, *organization_id, identifier, precondition, document).await
            }
        }
    }

    /// Changes a document by a JSON Merge Patch (RFC 7396).
    pub async fn patch(
        &self,
        actor: &Actor,
        kind: Kind,
        id: RecordId,
        precondition: &Precondition,
        patch: &Value,
    ) -> Result<Saved, AppError> {
        precondition.demand()?;
        self.change(actor, kind, id, precondition, |record| {
            let mut document = record.metadata.to_document();
            merge(&mut document, patch);
            Ok(document)
        })
        .await
    }

    async fn upsert(
        &self,
        actor: &Actor,
        kind: Kind,
        organization_id: RecordId,
        identifier: &str,
        precondition: &Precondition,
        mut document: Value,
    ) -> Result<Saved, AppError> {
        authorize(actor, Action::WriteRecord, &Object::OwnedBy(Some(organization_id)))?;
        self.check_places(Some(organization_id), None).await?;
        if let Some(object) = document.as_object_mut() {
            object.insert("identifier".to_owned(), Value::String(identifier.to_owned()));
        }
        let source_name = format!("organization:{organization_id}");
        let mut tx = self.store().begin(&actor.audit_name(), self.now()).await?;
        let source = tx.ensure_source(SourceId::new(self.new_id()), &source_name, "api").await?;
        let current = tx.current(kind, source.id, &[identifier.to_owned()]).await?.remove(identifier);
        if let Some(current) = current.as_ref().filter(|current| !deleted(current)) {
            drop(tx);
            // Without If-Match an upsert that changes nothing is fine; one that would change must name it.
            return self.change(actor, kind, current.id, precondition, |_| Ok(document)).await;
        }
        // RFC 9110 section 13.1.1: If-Match is false where nothing is there that could match.
        if precondition.names_something() {
            return Err(AppError::NothingToReplace);
        }
        let id = current.as_ref().map_or_else(|| RecordId::new(self.new_id()), |current| current.id);
        let intake = self.judge(kind, document, id)?;
        let place = Place {
            source_id: source.id,
            organization_id: Some(organization_id),
            catalog_id: source.catalog_id,
            visibility: Visibility::Published,
            tombstone: current,
        };
        let saved = self.insert(&mut tx, id, place, intake).await?;
        self.commit(tx).await?;
        Ok(saved)
    }

    async fn change(
        &self,
        actor: &Actor,
        kind: Kind,
        id: RecordId,
        precondition: &Precondition,
        document: impl FnOnce(&Record) -> Result<Value, AppError> + Send,
    ) -> Result<Saved, AppError> {
        // What the actor may not see it may not learn of by writing either.
        let seen = self.record(actor, kind, &Reference::Id(id), Extent::HEAD).await?;
        authorize(actor, Action::WriteRecord, &Object::OwnedBy(seen.organization_id))?;
        let mut tx = self.store().begin(&actor.audit_name(), self.now()).await?;
        let record = tx.record(kind, id).await?.ok_or(AppError::NotFound(kind.as_str()))?.read()?;
        let mut document = document(&record)?;
        if let Some(object) = document.as_object_mut() {
            // The identifier is the record's identity at its source: a document without one keeps it.
            object.entry("identifier").or_insert_with(|| Value::String(record.identifier.clone()));
        }
        let intake = self.judge(kind, document, id)?;
        if intake.identifier() != record.identifier {
            return Err(AppError::Invalid(vec![identifier_is_fixed(&record.identifier)]));
        }
        // RFC 9110 section 13.1.1 lets a change that is there already pass; 13.1.2, on `If-None-Match`, does not.
        if intake.sealed.digest == record.hash && *precondition != Precondition::Nothing {
            return Ok(Saved {
                record: record.stored(),
                effect: Effect::Unchanged,
                findings: intake.findings,
            });
        }
        precondition.check(record.revision)?;
        let current: Vec<_> = record
            .distribution_ids
            .iter()
            .zip(
                record
                    .metadata
                    .as_dataset()
                    .map(|dataset| dataset.distribution.as_slice())
                    .unwrap_or_default(),
            )
            .map(|(id, distribution)| (*id, distribution.match_key().map(str::to_owned)))
            .collect();
        let distribution_ids = self.distribution_ids(&current, &intake);
        let write = revised(&record, intake.sealed, distribution_ids);
        let saved = store_one(&mut tx, write, Effect::Updated, intake.findings).await?;
        self.commit(tx).await?;
        Ok(saved)
    }

    async fn insert(
        &self,
        tx: &mut Tx,
        id: RecordId,
        place: Place,
        intake: Intake,
    ) -> Result<Saved, AppError> {
        let write = RecordWrite {
            id,
            source_id: place.source_id,
            identifier: intake.identifier().to_owned(),
            slug: place.tombstone.as_ref().map_or_else(|| intake.slug.clone(), |there| there.slug.clone()),
            catalog_id: place.catalog_id,
            organization_id: place.organization_id,
            audience: audience(&place.visibility, place.organization_id),
            visibility: place.visibility,
            expected_revision: place.tombstone.as_ref().map_or(0, |there| there.revision),
            distribution_ids: self.distribution_ids(
                place.tombstone.as_ref().map_or(&[], |there| &there.distributions),
                &intake,
            ),
            document: intake.sealed,
            raw: None,
            op: Op::Create,
        };
        store_one(tx, write, Effect::Created, intake.findings).await
    }

    fn distribution_ids(
        &self,
        current: &[(DistributionId, Option<String>)],
        intake: &Intake,
    ) -> Vec<DistributionId> {
        match_distributions(current, &intake.sealed.distributions, self.parts.ids.as_ref())
    }

    pub(crate) fn judge(&self, kind: Kind, document: Value, id: RecordId) -> Result<Intake, AppError> {
        let site = self.site();
        let judge =
            Judge { validator: self.validator(), now: self.now(), languages: &site.languages(site.language) };
        let own_iri = format!("{}/id/{}/{id}", site.base_url, kind.as_str());
        judge
            .take(kind, document, |_| (own_iri, identifier_given()))
            .map_err(|refusal: Refusal| AppError::Invalid(refusal.into_findings()))
    }

    /// Commits, and tells everyone who waits for changes.
    pub(crate) async fn commit(&self, tx: Tx) -> Result<(), AppError> {
        tx.commit().await?;
        self.announce();
        Ok(())
    }

    /// Refuses an organization or catalog that is not there.
    pub(crate) async fn check_places(
        &self,
        organization_id: Option<RecordId>,
        catalog_id: Option<RecordId>,
    ) -> Result<(), AppError> {
        let places = [(Kind::Organization, organization_id), (Kind::Catalog, catalog_id)];
        for (kind, id) in places.into_iter().filter_map(|(kind, id)| Some((kind, id?))) {
            let found = self.store().record(&Scope::All, kind, id, Extent::HEAD).await?;
            if found.is_none_or(|record| record.visibility.is_gone()) {
                return Err(AppError::NotFound(kind.as_str()));
            }
        }
        Ok(())
    }
}

/// Whether only its own source can bring the record back.
fn deleted(current: &Current) -> bool {
    matches!(current.visibility, Visibility::Deleted { .. })
}

/// Who may read that a record changed.
pub(crate) fn audience(visibility: &Visibility, organization_id: Option<RecordId>) -> Audience {
    match (visibility.is_public(), organization_id) {
        (true, _) => Audience::Public,
        (false, Some(organization_id)) => Audience::Organization(organization_id),
        (false, None) => Audience::Internal,
    }
}

/// The next revision of a record, which differs from this one by its document.
pub(crate) fn revised(
    record: &Record,
    document: Sealed,
    distribution_ids: Vec<DistributionId>,
) -> RecordWrite {
    RecordWrite {
        id: record.id,
        source_id: record.source_id,
        identifier: record.identifier.clone(),
        slug: record.slug.clone(),
        catalog_id: record.catalog_id,
        organization_id: record.organization_id,
        visibility: record.visibility.clone(),
        expected_revision: record.revision,
        distribution_ids,
        document,
        raw: None,
        op: Op::Update,
        audience: audience(&record.visibility, record.organization_id),
    }
}

/// Writes one record and gives it back as it is now.
pub(crate) async fn store_one(
    tx: &mut Tx,
    write: RecordWrite,
    effect: Effect,
    findings: Vec<Finding>,
) -> Result<Saved, AppError> {
    let (kind, id) = (write.document.kind, write.id);
    match tx.write(vec![write]).await?.pop() {
        Some(Written::Stored { .. }) => {
            let record = tx.record(kind, id).await?.ok_or(AppError::NotFound(kind.as_str()))?;
            Ok(Saved { record, effect, findings })
        }
        Some(Written::Conflict { revision }) => Err(AppError::PreconditionFailed { current: revision }),
        None => Err(AppError::NotFound(kind.as_str())),
    }
}

fn identifier_given() -> Finding {
    Finding::new(
        Severity::Warning,
        "W-GEN-IDENTIFIER",
        "/identifier",
        Bilingual::new(
            "el registro no trae identificador; se usó su IRI permanente",
            "the record brings no identifier; its permanent IRI was taken",
        ),
    )
}

fn identifier_is_fixed(identifier: &str) -> Finding {
    Finding::new(
        Severity::Error,
        "E-GEN-IDENTIFIER-FIXED",
        "/identifier",
        Bilingual::new(
            format!("el identificador de este registro es «{identifier}» y no cambia"),
            format!("the identifier of this record is \"{identifier}\" and does not change"),
        ),
    )
}

//! Reading one record by id or slug.

use vitrina_domain::{
    id::{DistributionId, RecordId},
    record::{Kind, Record, Stored},
};
use vitrina_store::{DistributionRow, Extent};

use crate::{App, AppError, Tombstone, auth::Actor};

/// What a path names a record by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// Its permanent id.
    Id(RecordId),
    /// Its slug.
    Slug(String),
}

impl From<&str> for Reference {
    fn from(text: &str) -> Self {
        text.parse().map_or_else(|_error| Self::Slug(text.to_owned()), Self::Id)
    }
}

impl App {
    /// A record that the actor may see. Gone records are [`AppError::Gone`], old slugs [`AppError::Moved`].
    pub async fn record(
        &self,
        actor: &Actor,
        kind: Kind,
        reference: &Reference,
        extent: Extent,
    ) -> Result<Record<Stored>, AppError> {
        let record = self.record_even_if_gone(actor, kind, reference, extent).await?;
        self.present(record)
    }

    /// As [`App::record`], but a record that is gone is given as it was.
    async fn record_even_if_gone(
        &self,
        actor: &Actor,
        kind: Kind,
        reference: &Reference,
        extent: Extent,
    ) -> Result<Record<Stored>, AppError> {
        let not_found = || AppError::NotFound(kind.as_str());
        let scope = actor.scope();
        match reference {
            Reference::Id(id) => self.store().record(&scope, kind, *id, extent).await?.ok_or_else(not_found),
            Reference::Slug(slug) => {
                let target = self.store().slug(kind, slug).await?.ok_or_else(not_found)?;
                let record =
                    self.store().record(&scope, kind, target.id, extent).await?.ok_or_else(not_found)?;
                if target.current.as_str() != slug {
                    return Err(AppError::Moved(target.current));
                }
                Ok(record)
            }
        }
    }

    /// The id of the record that an id or a slug, old or new, names.
    pub async fn id_of(
        &self,
        actor: &Actor,
        kind: Kind,
        reference: &Reference,
    ) -> Result<RecordId, AppError> {
        let record = self.followed(actor, kind, reference).await?;
        self.present(record).map(|record| record.id)
    }

    /// The record that an id or a slug, old or new, names; it may be gone.
    pub(crate) async fn followed(
        &self,
        actor: &Actor,
        kind: Kind,
        reference: &Reference,
    ) -> Result<Record<Stored>, AppError> {
        match self.record_even_if_gone(actor, kind, reference, Extent::HEAD).await {
            Err(AppError::Moved(slug)) => {
                Box::pin(self.followed(actor, kind, &Reference::Slug(slug.to_string()))).await
            }
            settled => settled,
        }
    }

    pub(crate) fn present(&self, record: Record<Stored>) -> Result<Record<Stored>, AppError> {
        if record.visibility.is_gone() {
            return Err(AppError::Gone(Box::new(self.tombstone(&record)?)));
        }
        Ok(record)
    }

    /// A distribution of a dataset that the actor may see, with that dataset. Of one that is gone it is gone, too.
    pub async fn distribution(
        &self,
        actor: &Actor,
        id: DistributionId,
    ) -> Result<(DistributionRow, Record<Stored>), AppError> {
        let scope = actor.scope();
        let row = self.store().distribution(&scope, id).await?.ok_or(AppError::NotFound("distribution"))?;
        let dataset = self.record(actor, Kind::Dataset, &Reference::Id(row.dataset_id), Extent::HEAD).await?;
        Ok((row, dataset))
    }

    /// Distributions of a dataset from a position on.
    pub async fn distributions(
        &self,
        actor: &Actor,
        dataset: &Reference,
        from: u32,
        limit: u64,
    ) -> Result<Vec<DistributionRow>, AppError> {
        let record = self.record(actor, Kind::Dataset, dataset, Extent::HEAD).await?;
        Ok(self.store().distributions(&actor.scope(), record.id, from, limit).await?)
    }

    pub(crate) fn tombstone(&self, record: &Record<Stored>) -> Result<Tombstone, AppError> {
        let languages = self.site().languages(self.site().language);
        let outline = record.outline()?;
        let title = outline.title().pick(&languages).map(|(_, title)| title);
        Ok(Tombstone {
            kind: record.kind(),
            id: record.id,
            slug: record.slug.clone(),
            title: title.unwrap_or(record.slug.as_str()).to_owned(),
            at: record.updated,
            reason: record.visibility.reason().unwrap_or_default().to_owned(),
            deleted: record.visibility.state() == "deleted",
        })
    }
}

//! Names of organizations, catalogs and sources: what lists and the index say beside an id.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use vitrina_domain::{
    id::{RecordId, SourceId},
    language::Text,
    record::{Kind, Record, Stored, Unreadable},
    scope::Scope,
};

use vitrina_store::Extent;

use crate::{App, AppError};

/// How a record is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// Its kind.
    pub kind: Kind,
    /// Its id.
    pub id: RecordId,
    /// Its slug.
    pub slug: String,
    /// Its title.
    pub title: Text,
}

impl Name {
    /// The title in the best language, or the slug.
    pub fn display(&self, languages: &[&str]) -> &str {
        self.title.pick(languages).map_or(self.slug.as_str(), |(_, title)| title)
    }
}

/// The names that stand beside a record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Neighbours {
    /// The organization that answers for it.
    pub organization: Option<Arc<Name>>,
    /// The catalog it is at home in.
    pub catalog: Option<Arc<Name>>,
    /// The name of its source.
    pub source: Arc<str>,
}

/// A memory of names, emptied of a record when that record changes.
#[derive(Debug, Default)]
pub struct Directory {
    records: RwLock<HashMap<RecordId, Arc<Name>>>,
    sources: RwLock<HashMap<SourceId, Arc<str>>>,
}

impl Directory {
    /// Forgets a record that changed.
    pub(crate) fn forget(&self, id: RecordId) {
        self.records.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    fn known(&self, id: RecordId) -> Option<Arc<Name>> {
        self.records.read().unwrap_or_else(PoisonError::into_inner).get(&id).map(Arc::clone)
    }

    fn remember(&self, record: &Record<Stored>) -> Result<(), Unreadable> {
        let name = Name {
            kind: record.kind(),
            id: record.id,
            slug: record.slug.to_string(),
            title: record.outline()?.title().clone(),
        };
        self.records.write().unwrap_or_else(PoisonError::into_inner).insert(record.id, Arc::new(name));
        Ok(())
    }

    fn known_source(&self, id: SourceId) -> Option<Arc<str>> {
        self.sources.read().unwrap_or_else(PoisonError::into_inner).get(&id).map(Arc::clone)
    }
}

impl App {
    /// The names beside each record, in the order of the records.
    pub async fn neighbours<'a, M: 'a>(
        &self,
        records: impl IntoIterator<Item = &'a Record<M>>,
    ) -> Result<Vec<Neighbours>, AppError> {
        let directory = &self.parts.directory;
        let beside = |record: &Record<M>| (record.organization_id, record.catalog_id, record.source_id);
        let beside: Vec<_> = records.into_iter().map(beside).collect();
        let mut unknown: Vec<RecordId> = beside
            .iter()
            .flat_map(|(organization, catalog, _)| [*organization, *catalog])
            .flatten()
            .filter(|id| directory.known(*id).is_none())
            .collect();
        unknown.sort_unstable();
        unknown.dedup();
        if !unknown.is_empty() {
            for record in self.store().records(&Scope::All, &unknown, Extent::HEAD).await? {
                directory.remember(&record)?;
            }
        }
        let mut neighbours = Vec::with_capacity(beside.len());
        for (organization, catalog, source) in beside {
            neighbours.push(Neighbours {
                organization: organization.and_then(|id| directory.known(id)),
                catalog: catalog.and_then(|id| directory.known(id)),
                source: self.source_name(source).await?,
            });
        }
        Ok(neighbours)
    }

    /// The name of a source.
    pub async fn source_name(&self, id: SourceId) -> Result<Arc<str>, AppError> {
        if let Some(name) = self.parts.directory.known_source(id) {
            return Ok(name);
        }
        let Some(source) = self.store().source(id).await? else { return Ok(Arc::from("")) };
        let name: Arc<str> = source.name.into();
        let mut sources = self.parts.directory.sources.write().unwrap_or_else(PoisonError::into_inner);
        sources.insert(id, Arc::clone(&name));
        Ok(name)
    }
}

//! Names of organizations, catalogs and sources: what lists and the index say beside an id.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use vitrina_domain::{
    id::{RecordId, SourceId},
    language::Text,
    record::{Kind, Record},
    scope::Scope,
};

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

    fn remember(&self, record: &Record) {
        let name = Name {
            kind: record.kind(),
            id: record.id,
            slug: record.slug.to_string(),
            title: record.metadata.title().clone(),
        };
        self.records.write().unwrap_or_else(PoisonError::into_inner).insert(record.id, Arc::new(name));
    }

    fn known_source(&self, id: SourceId) -> Option<Arc<str>> {
        self.sources.read().unwrap_or_else(PoisonError::into_inner).get(&id).map(Arc::clone)
    }
}

impl App {
    /// The names beside each record, in the order of the records.
    pub async fn neighbours(&self, records: &[Record]) -> Result<Vec<Neighbours>, AppError> {
        let directory = &self.parts.directory;
        let mut unknown: Vec<RecordId> = records
            .iter()
            .flat_map(|record| [record.organization_id, record.catalog_id])
            .flatten()
            .filter(|id| directory.known(*id).is_none())
            .collect();
        unknown.sort_unstable();
        unknown.dedup();
        if !unknown.is_empty() {
            for record in self.store().records(&Scope::All, &unknown).await? {
                directory.remember(&record);
            }
        }
        let mut neighbours = Vec::with_capacity(records.len());
        for record in records {
            neighbours.push(Neighbours {
                organization: record.organization_id.and_then(|id| directory.known(id)),
                catalog: record.catalog_id.and_then(|id| directory.known(id)),
                source: self.source_name(record.source_id).await?,
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

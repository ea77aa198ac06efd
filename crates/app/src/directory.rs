//! Names of organizations, catalogs and sources: what lists and the index say beside an id.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use vitrina_domain::{
    change::Seq,
    id::{RecordId, SourceId},
    language::Text,
    record::{Kind, Record, Stored, Unreadable},
    scope::Scope,
};

use vitrina_store::Extent;

use crate::{App, AppError, recent::Recent};

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

impl Neighbours {
    /// What the organization and the catalog are called, where they are there.
    pub fn display(&self, languages: &[&str]) -> Vec<&str> {
        [&self.organization, &self.catalog]
            .into_iter()
            .flatten()
            .map(|name| name.display(languages))
            .collect()
    }
}

/// A memory of names, each with the position of the log at which it was read.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    records: RwLock<HashMap<RecordId, (Seq, Arc<Name>)>>,
    sources: RwLock<HashMap<SourceId, Arc<str>>>,
}

impl Directory {
    fn known(&self, id: RecordId, recent: &Recent) -> Option<Arc<Name>> {
        let records = self.records.read().unwrap_or_else(PoisonError::into_inner);
        let (read, name) = records.get(&id)?;
        recent.is_as_of(*read, id).then(|| Arc::clone(name))
    }

    fn remember(&self, record: &Record<Stored>, read: Seq) -> Result<Arc<Name>, Unreadable> {
        let name = Arc::new(Name {
            kind: record.kind(),
            id: record.id,
            slug: record.slug.to_string(),
            title: record.outline()?.title().clone(),
        });
        let mut records = self.records.write().unwrap_or_else(PoisonError::into_inner);
        records.insert(record.id, (read, Arc::clone(&name)));
        Ok(name)
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
        let read = self.moment().await?.log;
        let beside = |record: &Record<M>| (record.organization_id, record.catalog_id, record.source_id);
        let beside: Vec<_> = records.into_iter().map(beside).collect();
        let mut names: HashMap<RecordId, Arc<Name>> = HashMap::new();
        let mut unknown: Vec<RecordId> = Vec::new();
        for id in beside.iter().flat_map(|(organization, catalog, _)| [*organization, *catalog]).flatten() {
            if names.contains_key(&id) || unknown.contains(&id) {
                continue;
            }
            match self.directory.known(id, &self.recent) {
                Some(name) => drop(names.insert(id, name)),
                None => unknown.push(id),
            }
        }
        if !unknown.is_empty() {
            for record in self.store().records(&Scope::All, &unknown, Extent::HEAD).await? {
                names.insert(record.id, self.directory.remember(&record, read)?);
            }
        }
        let mut neighbours = Vec::with_capacity(beside.len());
        for (organization, catalog, source) in beside {
            neighbours.push(Neighbours {
                organization: organization.and_then(|id| names.get(&id).map(Arc::clone)),
                catalog: catalog.and_then(|id| names.get(&id).map(Arc::clone)),
                source: self.source_name(source).await?,
            });
        }
        Ok(neighbours)
    }

    /// The name of a source.
    pub async fn source_name(&self, id: SourceId) -> Result<Arc<str>, AppError> {
        if let Some(name) = self.directory.known_source(id) {
            return Ok(name);
        }
        let Some(source) = self.store().source(id).await? else { return Ok(Arc::from("")) };
        let name: Arc<str> = source.name.into();
        let mut sources = self.directory.sources.write().unwrap_or_else(PoisonError::into_inner);
        sources.insert(id, Arc::clone(&name));
        Ok(name)
    }
}

//! The same index asked without a server around it.

use std::time::Duration;

use vitrina_app::list::SUMMARISED;
use vitrina_domain::{
    id::RecordId,
    query::{Direction, FacetOrder, FacetRequest, Field, Query, Selection, Sort, SortKey, Test},
    record::Kind,
    scope::Scope,
    vocabulary::Vocabularies,
};
use vitrina_search::{Answer, Index, Request};
use vitrina_store::{Config, Store};

use super::{corpus::Asked, machine::Work};
use crate::Setup;

/// The facets of every measured search.
pub(super) const FACETS: [FacetRequest; 3] =
    [facet(Field::Theme), facet(Field::Format), facet(Field::Publisher)];

const fn facet(field: Field) -> FacetRequest {
    FacetRequest { field, limit: 10, order: FacetOrder::CountDescending }
}

/// The index and the store of a server, opened a second time.
pub(super) struct InProcess {
    index: Index,
    store: Store,
}

/// What a pass over the queries took of a processor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pass {
    /// The index alone.
    pub(super) index: Duration,
    /// The index, and the records read from the store.
    pub(super) with_records: Duration,
}

impl InProcess {
    pub(super) async fn open(setup: &Setup) -> anyhow::Result<Self> {
        let data_dir = setup.data_dir();
        let index = Index::open(&data_dir.join("index"), &Vocabularies::embedded()?)?;
        let config =
            Config { data_dir, database_url: setup.database_url(), files_url: None, max_connections: 2 };
        Ok(Self { index, store: Store::open(&config).await? })
    }

    /// How many records answer.
    pub(super) fn total(&self, asked: &Asked) -> anyhow::Result<u64> {
        Ok(self.search(asked)?.total.unwrap_or_default())
    }

    fn search(&self, asked: &Asked) -> anyhow::Result<Answer> {
        let is = |field, value: &String| Query::Field(field, Test::AnyOf(vec![value.clone()]));
        let words = asked.words.iter().map(|word| Query::Word(word.clone()));
        let theme = asked.theme.iter().map(|theme| is(Field::Theme, theme));
        let format = asked.format.iter().map(|format| is(Field::Format, format));
        let query = Query::And(words.chain(theme).chain(format).collect());
        Ok(self.index.search(&Request {
            scope: &Scope::Public,
            selection: &Selection { kinds: vec![Kind::Dataset], query },
            sort: Sort { key: SortKey::Relevance, direction: Direction::Descending },
            after: None,
            limit: 20,
            facets: &FACETS,
            highlight: true,
            count: true,
        })?)
    }

    /// Asks everything once; the times are those of one query in the mean.
    pub(super) async fn pass(&self, queries: &[Asked]) -> anyhow::Result<Pass> {
        let count = u32::try_from(queries.len().max(1))?;
        let this = std::process::id();
        let begun = Work::of(this)?;
        let found: Vec<Vec<RecordId>> = queries
            .iter()
            .map(|asked| Ok(self.search(asked)?.hits.iter().map(|hit| hit.id).collect()))
            .collect::<anyhow::Result<_>>()?;
        let indexed = Work::of(this)?;
        for ids in &found {
            self.store.records(&Scope::Public, ids, SUMMARISED).await?;
        }
        let read = Work::of(this)?;
        Ok(Pass { index: indexed.since(&begun) / count, with_records: read.since(&begun) / count })
    }
}

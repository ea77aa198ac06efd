//! A small catalog on a temporary folder.

use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;
use vitrina_domain::{
    canonical::Digest,
    change::Seq,
    id::{RecordId, SourceId},
    query::{FacetRequest, Field, Query, Selection, Sort, Test},
    record::{Kind, Metadata, Record, Visibility},
    scope::Scope,
    time::Timestamp,
    vocabulary::Vocabularies,
};
use vitrina_search::{After, Answer, Entry, Index, Request};

/// A record with its neighbours, under construction.
#[derive(Clone)]
pub(crate) struct Item {
    pub record: Record,
    pub organization: Option<(String, String)>,
    pub catalog: Option<String>,
    pub source: String,
}

pub(crate) fn id(number: u128) -> RecordId {
    RecordId::new(Uuid::from_u128(0x0190_b6a5_7e2a_7c3e_8f10_0000_0000_0000 + number))
}

impl Item {
    pub(crate) fn of(kind: Kind, number: u32, document: Value) -> Self {
        let (metadata, _findings) = Metadata::from_document(kind, document).unwrap();
        let record = Record {
            id: id(number.into()),
            slug: format!("registro-{number}").parse().unwrap(),
            source_id: SourceId::new(Uuid::from_u128(7)),
            identifier: format!("id-{number}"),
            catalog_id: None,
            organization_id: None,
            visibility: Visibility::Published,
            was_published: true,
            created_seq: Seq(number.into()),
            revision: 1,
            created: Timestamp::from_micros(i64::from(number) * 1_000_000),
            updated: Timestamp::from_micros(i64::from(number) * 2_000_000),
            hash: Digest::of(b""),
            metadata,
            distribution_ids: Vec::new(),
        };
        Self { record, organization: None, catalog: None, source: "portal".to_owned() }
    }

    pub(crate) fn dataset(number: u32, document: Value) -> Self {
        Self::of(Kind::Dataset, number, document)
    }

    /// A dataset with this title and nothing else.
    pub(crate) fn titled(number: u32, title: &str) -> Self {
        Self::dataset(number, json!({"title": title}))
    }

    pub(crate) fn visibility(mut self, visibility: Visibility) -> Self {
        self.record.visibility = visibility;
        self
    }

    pub(crate) fn owner(mut self, number: u128, slug: &str, name: &str) -> Self {
        self.record.organization_id = Some(id(number));
        self.organization = Some((slug.to_owned(), name.to_owned()));
        self
    }

    pub(crate) fn catalog(mut self, number: u128, slug: &str) -> Self {
        self.record.catalog_id = Some(id(number));
        self.catalog = Some(slug.to_owned());
        self
    }

    pub(crate) fn entry(&self) -> Entry<'_> {
        Entry {
            record: &self.record,
            organization: self.organization.as_ref().map(|(slug, name)| (slug.as_str(), name.as_str())),
            catalog: self.catalog.as_deref(),
            source: &self.source,
        }
    }
}

/// An index with what was put on it.
pub(crate) struct Shelf {
    pub index: Index,
    pub dir: TempDir,
}

impl Shelf {
    pub(crate) fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let index = open(&dir);
        Self { index, dir }
    }

    pub(crate) fn with(items: &[Item]) -> Self {
        let shelf = Self::empty();
        shelf.put(items, 1);
        shelf
    }

    /// Puts items in, in one commit.
    pub(crate) fn put(&self, items: &[Item], position: i64) {
        let mut writer = self.index.writer().unwrap().expect("nobody else writes");
        for item in items {
            writer.upsert(&item.entry()).unwrap();
        }
        writer.commit(Seq(position)).unwrap();
        self.index.reload().unwrap();
    }

    pub(crate) fn ask(&self, ask: &Ask) -> Answer {
        self.index.search(&ask.request()).unwrap()
    }

    /// The numbers of the records that a query finds, best first.
    pub(crate) fn found(&self, query: Query) -> Vec<i64> {
        numbers(&self.ask(&Ask::of(query)))
    }

    /// The same in ascending order.
    pub(crate) fn found_sorted(&self, query: Query) -> Vec<i64> {
        let mut found = self.found(query);
        found.sort_unstable();
        found
    }
}

pub(crate) fn open(dir: &TempDir) -> Index {
    Index::open(dir.path(), &Vocabularies::embedded().unwrap()).unwrap()
}

pub(crate) fn numbers(answer: &Answer) -> Vec<i64> {
    answer.hits.iter().map(|hit| hit.after.created_seq).collect()
}

/// A request under construction.
#[derive(Clone)]
pub(crate) struct Ask {
    pub selection: Selection,
    pub scope: Scope,
    pub sort: Sort,
    pub after: Option<After>,
    pub limit: usize,
    pub facets: Vec<FacetRequest>,
    pub highlight: bool,
}

impl Ask {
    pub(crate) fn of(query: Query) -> Self {
        Self {
            selection: Selection { kinds: Vec::new(), query },
            scope: Scope::Public,
            sort: Sort::RELEVANCE,
            after: None,
            limit: 100,
            facets: Vec::new(),
            highlight: false,
        }
    }

    pub(crate) fn request(&self) -> Request<'_> {
        Request {
            scope: &self.scope,
            selection: &self.selection,
            sort: self.sort,
            after: self.after.clone(),
            limit: self.limit,
            facets: &self.facets,
            highlight: self.highlight,
            count: true,
        }
    }
}

/// All of these words.
pub(crate) fn words(text: &str) -> Query {
    Query::And(text.split_whitespace().map(|word| Query::Word(word.to_owned())).collect())
}

pub(crate) fn phrase(text: &str) -> Query {
    Query::Phrase(text.to_owned())
}

pub(crate) fn is(field: Field, value: &str) -> Query {
    Query::Field(field, Test::AnyOf(vec![value.to_owned()]))
}

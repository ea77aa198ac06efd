//! The index as its readers see it.

use std::{
    fs::File,
    path::Path,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{Duration, Instant},
};

use tantivy::{
    DocAddress, IndexReader, ReloadPolicy, Searcher, TantivyDocument, TantivyError,
    query::{BooleanQuery, ConstScoreQuery, Query},
    schema::Value as _,
};
use uuid::Uuid;
use vitrina_domain::{
    change::Seq,
    id::RecordId,
    query::{FacetRequest, SortKey},
    record::Kind,
    scope::Scope,
    vocabulary::Vocabularies,
};

use crate::{
    answer::{Answer, Facet, Hit, Suggestion},
    code::Codes,
    collect::{self, Collected, Matches, Memory, PageCollector},
    condition::Compiler,
    document,
    error::SearchError,
    facet::{self, Facets},
    folder::{self, Folder},
    highlight::Marks,
    request::Request,
    schema::{Fields, column},
    suggest::{self, TitleCollector},
    view::View,
    words::Purpose,
    writer::Writer,
};

/// How long all facets of a search may take together.
const FACET_TIME: Duration = Duration::from_millis(250);

/// The index.
pub struct Index {
    folder: Folder,
    fields: Arc<Fields>,
    codes: Arc<Codes>,
    engine: tantivy::Index,
    reader: IndexReader,
    snapshot: RwLock<Arc<Snapshot>>,
    /// Keeps others from removing the folder.
    _in_use: File,
    /// Held while the snapshot is replaced, so that an older one never follows a newer.
    replacing: Mutex<()>,
}

/// One state of the index with what was read from it.
struct Snapshot {
    searcher: Searcher,
    position: Seq,
    /// The list of segments it was made from.
    metas: Vec<u8>,
    facets: Facets,
}

impl Index {
    /// Opens the index under `dir/<schema hash>`, creating it, or making it anew when it is torn.
    pub fn open(dir: &Path, vocabularies: &Vocabularies) -> Result<Self, SearchError> {
        let fields = Fields::new();
        let folder = Folder::new(dir, &fields.hash(vocabularies));
        let in_use = folder.use_it()?;
        let engine = folder.open(&fields)?;
        let reader = engine.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let snapshot = Snapshot::take(&engine, &reader)?;
        Ok(Self {
            folder,
            fields: Arc::new(fields),
            codes: Arc::new(Codes::new(vocabularies)),
            engine,
            reader,
            snapshot: RwLock::new(Arc::new(snapshot)),
            _in_use: in_use,
            replacing: Mutex::new(()),
        })
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn compiler(&self) -> Compiler<'_> {
        Compiler { fields: &self.fields, codes: &self.codes }
    }

    /// The change up to which searches see the catalog.
    pub fn position(&self) -> Seq {
        self.snapshot().position
    }

    /// The writer, if no other process or thread holds it.
    pub fn writer(&self) -> Result<Option<Writer>, SearchError> {
        Writer::open(&self.engine, &self.folder, &self.fields, &self.codes)
    }

    /// Forgets everything and gives the writer of an empty index, unless another process holds it: for an index whose
    /// files cannot be used any more. Searches see the old one until the next commit.
    pub fn start_over(&self) -> Result<Option<Writer>, SearchError> {
        if self.folder.renew(&self.fields)? { self.writer() } else { Ok(None) }
    }

    /// Answers a search.
    pub fn search(&self, request: &Request<'_>) -> Result<Answer, SearchError> {
        self.search_within(request, FACET_TIME)
    }

    pub(crate) fn search_within(&self, request: &Request<'_>, time: Duration) -> Result<Answer, SearchError> {
        if let Some(after) = &request.after {
            collect::check(request.sort, after)?;
        }
        let snapshot = self.snapshot();
        let (collected, more) = self.page(&snapshot, request)?;
        let started = Instant::now();
        let mut facets = Vec::with_capacity(request.facets.len());
        let mut timed_out = false;
        for facet in request.facets {
            timed_out = timed_out || started.elapsed() >= time;
            facets.push(if timed_out {
                facet::empty(facet.field)
            } else {
                self.facet(&snapshot, request, *facet, &collected.matches)?
            });
        }
        let marks = request.highlight.then(|| Marks::of(&request.selection.query));
        let scored = request.sort.key == SortKey::Relevance;
        let hits = collected.best.into_iter().map(|(after, address)| {
            let score = match after.key {
                crate::AfterKey::Score(score) if scored => score,
                _ => 0.0,
            };
            let (id, kind) = snapshot.identity(address)?;
            let view = marks.as_ref().map(|_| snapshot.view(&self.fields, address)).transpose()?;
            let (title_highlight, snippet) = match (&marks, &view) {
                (Some(marks), Some(view)) => (marks.title(view), marks.snippet(view)),
                _ => (None, None),
            };
            Ok(Hit { id, kind, score, title_highlight, snippet, after })
        });
        let hits = hits.collect::<Result<_, SearchError>>()?;
        Ok(Answer { hits, more, total: request.count.then_some(collected.total), facets, timed_out })
    }

    /// The page that was asked for, and whether there is another one after it.
    fn page(&self, snapshot: &Snapshot, request: &Request<'_>) -> Result<(Collected, bool), SearchError> {
        let by_score = request.sort.key == SortKey::Relevance && request.limit > 0;
        let purpose = if by_score { Purpose::Rank } else { Purpose::Match };
        let query = self.compiler().compile(request.selection, request.scope, purpose);
        let memory = if request.facets.is_empty() { Memory::Forget } else { Memory::Remember };
        let collector = PageCollector {
            sort: request.sort,
            after: request.after.clone(),
            limit: request.limit + 1,
            memory,
        };
        let mut collected = snapshot.searcher.search(&query, &collector)?;
        let more = collected.best.len() > request.limit;
        collected.best.truncate(request.limit);
        Ok((collected, more))
    }

    fn facet(
        &self,
        snapshot: &Snapshot,
        request: &Request<'_>,
        facet: FacetRequest,
        matches: &Matches,
    ) -> Result<Facet, SearchError> {
        let Some(values) = snapshot.facets.values(&snapshot.searcher, facet.field)? else {
            return Ok(facet::empty(facet.field));
        };
        let wider = request.selection.query.without_field(facet.field);
        if wider == request.selection.query {
            return Ok(Facet { field: facet.field, buckets: values.buckets(matches, facet) });
        }
        let selection =
            vitrina_domain::query::Selection { kinds: request.selection.kinds.clone(), query: wider };
        let query = self.compiler().compile(&selection, request.scope, Purpose::Match);
        let collector = PageCollector { sort: request.sort, after: None, limit: 0, memory: Memory::Remember };
        let matches = snapshot.searcher.search(&query, &collector)?.matches;
        Ok(Facet { field: facet.field, buckets: values.buckets(&matches, facet) })
    }

    /// Titles that begin with these words, most fitting first.
    ///
    /// A title that begins with what was typed comes before one that has it inside; each is offered once.
    pub fn suggest(&self, scope: &Scope, prefix: &str, limit: usize) -> Result<Vec<Suggestion>, SearchError> {
        let Some(titles) = suggest::query(&self.fields, prefix).filter(|_| limit > 0) else {
            return Ok(Vec::new());
        };
        let snapshot = self.snapshot();
        let scope = self
            .compiler()
            .scope(scope)
            .map(|scope| Box::new(ConstScoreQuery::new(scope, 0.0)) as Box<dyn Query>);
        let query = BooleanQuery::intersection([titles].into_iter().chain(scope).collect());
        let found = snapshot.searcher.search(&query, &TitleCollector::new(prefix, limit))?;
        let mut suggestions = Vec::with_capacity(found.len());
        for title in found {
            let (id, kind) = snapshot.identity(title.address)?;
            let view = snapshot.view(&self.fields, title.address)?;
            let text = view.title().unwrap_or_default().to_owned();
            suggestions.push(Suggestion { text, id, kind });
        }
        Ok(suggestions)
    }

    /// How many records the index holds, seen or not.
    pub fn len(&self) -> u64 {
        self.snapshot().searcher.num_docs()
    }

    /// Whether the index holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes searches see the last commit, by whichever process.
    ///
    /// It costs one small read when nothing was committed since.
    pub fn reload(&self) -> Result<(), SearchError> {
        let _replacing = self.replacing.lock().unwrap_or_else(PoisonError::into_inner);
        if metas(&self.engine)? == self.snapshot().metas {
            return Ok(());
        }
        let snapshot = Arc::new(Snapshot::take(&self.engine, &self.reader)?);
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = snapshot;
        Ok(())
    }
}

fn metas(engine: &tantivy::Index) -> Result<Vec<u8>, SearchError> {
    use tantivy::Directory as _;

    engine.directory().atomic_read(Path::new("meta.json")).map_err(SearchError::engine)
}

impl Snapshot {
    /// Reads the last commit; a commit in between makes the position too early, never too late.
    fn take(engine: &tantivy::Index, reader: &IndexReader) -> Result<Self, SearchError> {
        let metas = metas(engine)?;
        let position = folder::position(engine)?;
        reader.reload()?;
        Ok(Self { searcher: reader.searcher(), position, metas, facets: Facets::new() })
    }

    fn identity(&self, address: DocAddress) -> Result<(RecordId, Kind), SearchError> {
        let columns = self.searcher.segment_reader(address.segment_ord).fast_fields();
        let read = |name| -> Result<u64, SearchError> {
            let value = columns.u64(name)?.first(address.doc_id);
            value.ok_or_else(|| TantivyError::InternalError(format!("a record without {name}")).into())
        };
        let id = RecordId::new(Uuid::from_u64_pair(read(column::ID_HIGH)?, read(column::ID_LOW)?));
        let number = read(column::KIND)?;
        let kind = Kind::ALL.into_iter().find(|kind| document::kind_number(*kind) == number);
        let unknown = || TantivyError::InternalError("a record of no kind".to_owned());
        Ok((id, kind.ok_or_else(unknown)?))
    }

    fn view(&self, fields: &Fields, address: DocAddress) -> Result<View, SearchError> {
        let document: TantivyDocument = self.searcher.doc(address)?;
        let stored = document.get_first(fields.view).and_then(|value| value.as_str());
        serde_json::from_str(stored.unwrap_or_default()).map_err(SearchError::engine)
    }
}

#[cfg(test)]
mod tests {
    use vitrina_domain::query::{FacetOrder, Field, Query, Selection, Sort};

    use super::*;

    #[test]
    fn facets_that_time_runs_out_on_are_empty_and_told() {
        let dir = tempfile::tempdir().unwrap();
        let index = Index::open(dir.path(), &Vocabularies::embedded().unwrap()).unwrap();
        let facets = [Field::Theme, Field::Format].map(|field| FacetRequest {
            field,
            limit: 10,
            order: FacetOrder::CountDescending,
        });
        let selection = Selection { kinds: Vec::new(), query: Query::All };
        let request = Request {
            scope: &Scope::Public,
            selection: &selection,
            sort: Sort::RELEVANCE,
            after: None,
            limit: 5,
            facets: &facets,
            highlight: false,
            count: true,
        };
        let answer = index.search_within(&request, Duration::ZERO).unwrap();
        assert!(answer.timed_out);
        assert_eq!(answer.facets, facets.map(|request| facet::empty(request.field)));
        assert!(!index.search_within(&request, Duration::MAX).unwrap().timed_out);
    }
}

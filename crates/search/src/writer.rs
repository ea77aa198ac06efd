//! The one that may write.

use std::{collections::HashSet, sync::Arc};

use tantivy::{
    Index, IndexWriter, TantivyError, Term,
    directory::error::LockError,
    index::SegmentId,
    indexer::{IndexWriterOptions, LogMergePolicy, UserOperation},
    query::AllQuery,
};
use vitrina_domain::{change::Seq, id::RecordId};

use crate::{
    backlog::{Backlog, Queued},
    code::Codes,
    document,
    entry::Entry,
    error::SearchError,
    folder::Folder,
    schema::Fields,
};

/// The threads that build segments, and what each may hold in memory before it writes one.
const THREADS: usize = 2;
const HEAP_PER_THREAD: usize = 32_000_000;
/// As many operations as are handed to the threads at once: waking them for each record costs more than the record.
const BATCH: usize = 128;
/// As many records as may be on their way to the threads.
const MAX_BACKLOG: usize = 2_048;
/// Segments of a size that are merged into one; fewer segments make searches cheaper.
const SEGMENTS_PER_MERGE: usize = 5;
/// The part of a segment that may be deleted before it is rewritten.
const MAX_DELETED: f32 = 0.25;

/// The one that may write the index; dropping it gives the lock back.
///
/// What was not committed is lost with it, and nothing else.
pub struct Writer {
    /// Taken out only by `drop`, so that the lock is given back before the mark goes.
    engine: Option<IndexWriter<Queued>>,
    /// Operations that the threads have yet to be handed.
    pending: Vec<UserOperation<Queued>>,
    backlog: Arc<Backlog>,
    fields: Arc<Fields>,
    codes: Arc<Codes>,
    folder: Folder,
    /// The records put in since the index was empty: others need no deletion. Nothing where it was not empty.
    fresh: Option<HashSet<RecordId>>,
}

impl Writer {
    /// Takes the writer's lock, if no other process or thread holds it.
    pub(crate) fn open(
        index: &Index,
        folder: &Folder,
        fields: &Arc<Fields>,
        codes: &Arc<Codes>,
    ) -> Result<Option<Self>, SearchError> {
        let _door = folder.door()?;
        let options = IndexWriterOptions::builder()
            .num_worker_threads(THREADS)
            .memory_budget_per_thread(HEAP_PER_THREAD)
            .num_merge_threads(1)
            .build();
        let engine = match index.writer_with_options::<Queued>(options) {
            Ok(engine) => engine,
            Err(TantivyError::LockFailure(LockError::LockBusy, _)) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut merges = LogMergePolicy::default();
        merges.set_min_num_segments(SEGMENTS_PER_MERGE);
        merges.set_del_docs_ratio_before_merge(MAX_DELETED);
        engine.set_merge_policy(Box::new(merges));
        folder.begin_work()?;
        folder.clean_others();
        let segments: Vec<SegmentId> = index.searchable_segment_ids()?;
        Ok(Some(Self {
            engine: Some(engine),
            pending: Vec::with_capacity(BATCH),
            backlog: Backlog::new(MAX_BACKLOG),
            fields: Arc::clone(fields),
            codes: Arc::clone(codes),
            folder: folder.clone(),
            fresh: segments.is_empty().then(HashSet::new),
        }))
    }

    fn engine(&mut self) -> Result<&mut IndexWriter<Queued>, SearchError> {
        let gone = || SearchError::from(TantivyError::InternalError("the writer is closed".to_owned()));
        self.engine.as_mut().ok_or_else(gone)
    }

    fn add(&mut self, operation: UserOperation<Queued>) -> Result<(), SearchError> {
        self.pending.push(operation);
        if self.pending.len() >= BATCH { self.hand_over() } else { Ok(()) }
    }

    fn hand_over(&mut self) -> Result<(), SearchError> {
        let pending = std::mem::replace(&mut self.pending, Vec::with_capacity(BATCH));
        self.engine()?.run(pending)?;
        self.backlog.wait_for_room();
        Ok(())
    }

    /// Empties the index, for a rebuild; seen with the next commit.
    pub fn clear(&mut self) -> Result<(), SearchError> {
        self.hand_over()?;
        self.engine()?.delete_query(Box::new(AllQuery))?;
        self.fresh = Some(HashSet::new());
        Ok(())
    }

    /// Puts a record in, replacing its earlier form.
    ///
    /// A record that is gone is taken out instead: its tombstone is for the store to show.
    pub fn upsert(&mut self, entry: &Entry<'_>) -> Result<(), SearchError> {
        let id = entry.record.id;
        let is_new = self.fresh.as_mut().is_some_and(|fresh| fresh.insert(id));
        if !is_new {
            self.delete(id)?;
        }
        if entry.record.visibility.is_gone() {
            return Ok(());
        }
        let document = document::build(&self.fields, &self.codes, entry);
        let queued = self.backlog.queue(document);
        self.add(UserOperation::Add(queued))
    }

    /// Takes a record out.
    pub fn delete(&mut self, id: RecordId) -> Result<(), SearchError> {
        let term = Term::from_field_text(self.fields.id, &id.to_string());
        self.add(UserOperation::Delete(term))
    }

    /// Makes everything durable together with the position that was reached.
    pub fn commit(&mut self, position: Seq) -> Result<(), SearchError> {
        self.hand_over()?;
        let mut prepared = self.engine()?.prepare_commit()?;
        prepared.set_payload(&position.to_string());
        prepared.commit()?;
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // The engine waits for its threads and gives its lock back here.
        if let Some(engine) = self.engine.take() {
            drop(engine);
            self.folder.end_work();
        }
    }
}

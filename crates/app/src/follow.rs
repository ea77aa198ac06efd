//! The follower that keeps the index in step with the change log.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use vitrina_domain::{
    change::{Change, Op, Seq},
    id::RecordId,
    record::{Kind, Record, Stored},
    scope::Scope,
};
use vitrina_search::{Entry, Writer};
use vitrina_store::{ChangeFilter, Extent, ListFilter, Walk};

use crate::{App, AppError, Chain};

/// How long the bell is waited for, before the log is looked at unasked: others may have written.
const POLL: Duration = Duration::from_millis(100);

/// How long the index rests between two looks: a commit costs far more than the few records of one write.
const REST: Duration = Duration::from_millis(100);

/// When what was read of the log is committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// When the log was read to its end: searches see a write at once.
    Prompt,
    /// Once a second, and when the follower stops: few search yet, and fewer commits are cheaper.
    Leisurely,
}

/// How often in a row the index may fail before it is made anew.
const PATIENCE: u32 = 3;

/// How many changes are read at a time.
const BATCH: u64 = 1000;

/// After how many changes the index commits, though the log goes on: each commit is a segment to be merged.
const COMMIT_AFTER: usize = 5_000;

/// How long a leisurely follower goes without a commit.
const LEISURE: Duration = Duration::from_secs(1);

/// Where a rebuild is asked for from another process.
const REBUILD_KEY: &str = "index_rebuild_requested";

/// The index in hand, with how far it has read the log.
struct Held {
    writer: Writer,
    /// The last change that it has read.
    position: Seq,
    /// When it last committed.
    committed: Instant,
    /// How many changes it has read since.
    uncommitted: usize,
}

impl Held {
    /// An index that has committed whatever it read.
    fn new(writer: Writer, position: Seq) -> Self {
        Self { writer, position, committed: Instant::now(), uncommitted: 0 }
    }
}

/// How a drain ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drained {
    /// The index has reached this position.
    Reached(Seq),
    /// Another process holds the index and will follow.
    LeftToOther,
}

impl App {
    /// Follows the log until `stop` resolves. Without the index's lock it waits for the one that has it.
    pub async fn follow(&self, pace: Pace, stop: impl Future<Output = ()> + Send) {
        let mut stop = std::pin::pin!(stop);
        let mut held = None;
        let mut failures = 0;
        loop {
            failures = match self.follow_once(&mut held, pace).await {
                Ok(()) => 0,
                Err(error) => {
                    tracing::error!(error = %Chain(&error), "the index could not follow the log");
                    held = None;
                    failures + 1
                }
            };
            if failures == PATIENCE {
                tracing::warn!("the index does not recover and is made anew");
                held = self.start_over().await.unwrap_or_else(|error| {
                    tracing::error!(error = %Chain(&error), "the index could not be made anew");
                    None
                });
                failures = 0;
            }
            tokio::select! {
                () = &mut stop => break,
                () = tokio::time::sleep(REST) => {}
            }
            tokio::select! {
                () = &mut stop => break,
                () = self.bell.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
        if let Some(held) = held
            && let Err(error) = self.commit_read(held).await
        {
            tracing::error!(error = %Chain(&error), "the index could not commit; the next who has it reads again");
        }
    }

    /// Makes an index anew whose files cannot be used any more: what is in it can be told by the store.
    async fn start_over(&self) -> Result<Option<Held>, AppError> {
        let Some(writer) = self.index().start_over()? else { return Ok(None) };
        let position = self.store().last_change(&ChangeFilter::All).await?;
        Ok(Some(self.fill(writer, position).await?))
    }

    async fn follow_once(&self, held: &mut Option<Held>, pace: Pace) -> Result<(), AppError> {
        if held.is_none() {
            *held = self.index().writer()?.map(|writer| Held::new(writer, self.index().position()));
        }
        let Some(mut following) = held.take() else {
            self.index().reload()?;
            // Searches may show now what another process wrote and indexed.
            self.recent.look_again();
            return Ok(());
        };
        if let Some(request) = self.requested_rebuild().await? {
            following = self.rebuild_with(following.writer, Some(&request)).await?;
        }
        *held = Some(self.catch_up(following, pace).await?);
        Ok(())
    }

    /// Brings the index to the end of the log, if no other process is doing so.
    pub async fn drain(&self) -> Result<Drained, AppError> {
        let Some(writer) = self.index().writer()? else { return Ok(Drained::LeftToOther) };
        let held = Held::new(writer, self.index().position());
        self.catch_up(held, Pace::Prompt).await?;
        Ok(Drained::Reached(self.index().position()))
    }

    /// Makes the index anew from the store; a server that holds the index is asked to.
    pub async fn rebuild_index(&self) -> Result<Drained, AppError> {
        if let Some(writer) = self.index().writer()? {
            self.rebuild_with(writer, None).await?;
            return Ok(Drained::Reached(self.index().position()));
        }
        let mut tx = self.store().begin("operator", self.now()).await?;
        tx.set_setting(REBUILD_KEY, &self.new_id().to_string()).await?;
        tx.commit().await?;
        Ok(Drained::LeftToOther)
    }

    /// Whether the index has reached a position of the log.
    pub fn index_position(&self) -> Seq {
        self.index().position()
    }

    async fn requested_rebuild(&self) -> Result<Option<String>, AppError> {
        Ok(self.store().setting(REBUILD_KEY).await?.filter(|request| !request.is_empty()))
    }

    /// Empties the index and fills it again; searches see the old one until the new one is whole.
    async fn rebuild_with(&self, writer: Writer, request: Option<&str>) -> Result<Held, AppError> {
        let position = self.store().last_change(&ChangeFilter::All).await?;
        let writer = self.with_writer(writer, Writer::clear).await?;
        let held = self.fill(writer, position).await?;
        if request.is_some() {
            let mut tx = self.store().begin("system", self.now()).await?;
            tx.set_setting(REBUILD_KEY, "").await?;
            tx.commit().await?;
        }
        Ok(held)
    }

    /// Puts every record into an empty index.
    async fn fill(&self, mut writer: Writer, position: Seq) -> Result<Held, AppError> {
        self.recent.look_again();
        for kind in Kind::ALL {
            let mut walk = Walk::first(BATCH);
            loop {
                let filter = ListFilter::default();
                let page = self.store().page(&Scope::All, kind, &filter, walk, Extent::Whole).await?;
                let Some(last) = page.last() else { break };
                walk = walk.after(last.created_seq);
                writer = self.put(writer, page).await?;
            }
        }
        writer = self.with_writer(writer, move |writer| writer.commit(position)).await?;
        self.index().reload()?;
        tracing::info!(position = position.0, records = self.index().len(), "the index was made anew");
        Ok(Held::new(writer, position))
    }

    /// Reads the log to its end.
    async fn catch_up(&self, mut held: Held, pace: Pace) -> Result<Held, AppError> {
        loop {
            let changes = self.store().changes(&ChangeFilter::All, &[], held.position, BATCH).await?;
            if let Some(last) = changes.last() {
                held.position = last.seq;
                held.uncommitted += changes.len();
                held.writer = self.apply(held.writer, &changes).await?;
            }
            let is_read = changes.is_empty();
            let is_due = match pace {
                Pace::Prompt => is_read,
                Pace::Leisurely => held.committed.elapsed() >= LEISURE,
            };
            if is_due || held.uncommitted >= COMMIT_AFTER {
                held = self.commit_read(held).await?;
            }
            if is_read {
                return Ok(held);
            }
        }
    }

    /// Commits what was read of the log, and lets searches see it.
    async fn commit_read(&self, mut held: Held) -> Result<Held, AppError> {
        if held.uncommitted > 0 {
            let position = held.position;
            held.writer = self.with_writer(held.writer, move |writer| writer.commit(position)).await?;
            self.index().reload()?;
            held = Held::new(held.writer, position);
        }
        Ok(held)
    }

    /// Brings what changed into the index as it is now.
    async fn apply(&self, mut writer: Writer, changes: &[Change]) -> Result<Writer, AppError> {
        let mut touched: HashMap<RecordId, Kind> = HashMap::new();
        let mut renamed: HashSet<(RecordId, Kind)> = HashSet::new();
        for change in changes {
            let id = RecordId::new(change.entity_id);
            touched.insert(id, change.kind);
            if change.op != Op::Create && matches!(change.kind, Kind::Organization | Kind::Catalog) {
                renamed.insert((id, change.kind));
            }
        }
        // The names that the index takes are those of now, at the earliest of these changes.
        self.recent.look_again();
        let ids: Vec<RecordId> = touched.into_keys().collect();
        let records = self.store().records(&Scope::All, &ids, Extent::Whole).await?;
        let present: HashSet<RecordId> = records.iter().map(|record| record.id).collect();
        let gone: Vec<RecordId> = ids.into_iter().filter(|id| !present.contains(id)).collect();
        writer = self
            .with_writer(writer, move |writer| gone.into_iter().try_for_each(|id| writer.delete(id)))
            .await?;
        writer = self.put(writer, records).await?;
        for (id, kind) in renamed {
            writer = self.put_dependents(writer, id, kind).await?;
        }
        Ok(writer)
    }

    /// Records carry the names of their organization and catalog: when these change, so do the entries.
    async fn put_dependents(&self, mut writer: Writer, id: RecordId, kind: Kind) -> Result<Writer, AppError> {
        let filter = match kind {
            Kind::Organization => ListFilter { organization_id: Some(id), ..ListFilter::default() },
            _ => ListFilter { catalog_id: Some(id), ..ListFilter::default() },
        };
        for kind in Kind::ALL {
            let mut walk = Walk::first(BATCH);
            loop {
                let page = self.store().page(&Scope::All, kind, &filter, walk, Extent::Whole).await?;
                let Some(last) = page.last() else { break };
                walk = walk.after(last.created_seq);
                writer = self.put(writer, page).await?;
            }
        }
        Ok(writer)
    }

    async fn put(&self, writer: Writer, records: Vec<Record<Stored>>) -> Result<Writer, AppError> {
        let neighbours = self.neighbours(&records).await?;
        let records = records.into_iter().map(Record::read).collect::<Result<Vec<_>, _>>()?;
        let languages = self.site().languages(self.site().language);
        self.with_writer(writer, move |writer| {
            for (record, beside) in records.iter().zip(&neighbours) {
                let organization = beside.organization.as_ref();
                writer.upsert(&Entry {
                    record,
                    organization: organization.map(|name| (name.slug.as_str(), name.display(&languages))),
                    catalog: beside.catalog.as_ref().map(|name| name.slug.as_str()),
                    source: &beside.source,
                })?;
            }
            Ok(())
        })
        .await
    }

    /// Works on the index off the async threads: commits write to disk.
    async fn with_writer(
        &self,
        mut writer: Writer,
        work: impl FnOnce(&mut Writer) -> Result<(), vitrina_search::SearchError> + Send + 'static,
    ) -> Result<Writer, AppError> {
        tokio::task::spawn_blocking(move || work(&mut writer).map(|()| writer))
            .await
            .map_err(AppError::Task)?
            .map_err(AppError::from)
    }
}

/// Keeps the index in step until it is told to stop.
pub fn spawn(
    app: &App,
    pace: Pace,
    stop: impl Future<Output = ()> + Send + 'static,
) -> tokio::task::JoinHandle<()> {
    let app = app.clone();
    tokio::spawn(async move { app.follow(pace, stop).await })
}

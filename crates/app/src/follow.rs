//! The follower that keeps the index in step with the change log.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
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

/// How the index follows the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Searches see a write at once.
    Prompt,
    /// Nobody searches yet; fewer commits are cheaper.
    Leisurely,
}

impl Pace {
    /// How long the index rests between two commits, which cost far more than the few records of one write.
    fn rest(self) -> Duration {
        match self {
            Self::Prompt => Duration::from_millis(100),
            Self::Leisurely => Duration::from_secs(1),
        }
    }
}

/// How often in a row the index may fail before it is made anew.
const PATIENCE: u32 = 3;

/// How many changes are read at a time.
const BATCH: u64 = 1000;

/// After how many changes the index commits, though the log goes on: each commit is a segment to be merged.
const COMMIT_AFTER: usize = 5_000;

/// Where a rebuild is asked for from another process.
const REBUILD_KEY: &str = "index_rebuild_requested";

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
        let mut writer = None;
        let mut failures = 0;
        loop {
            failures = match self.follow_once(&mut writer).await {
                Ok(()) => 0,
                Err(error) => {
                    tracing::error!(error = %Chain(&error), "the index could not follow the log");
                    writer = None;
                    failures + 1
                }
            };
            if failures == PATIENCE {
                tracing::warn!("the index does not recover and is made anew");
                writer = self.start_over().await.unwrap_or_else(|error| {
                    tracing::error!(error = %Chain(&error), "the index could not be made anew");
                    None
                });
                failures = 0;
            }
            tokio::select! {
                () = &mut stop => return,
                () = tokio::time::sleep(pace.rest()) => {}
            }
            tokio::select! {
                () = &mut stop => return,
                () = self.bell.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    /// Makes an index anew whose files cannot be used any more: what is in it can be told by the store.
    async fn start_over(&self) -> Result<Option<Writer>, AppError> {
        let Some(writer) = self.index().start_over()? else { return Ok(None) };
        let position = self.store().last_change(&ChangeFilter::All).await?;
        Ok(Some(self.fill(writer, position).await?))
    }

    async fn follow_once(&self, writer: &mut Option<Writer>) -> Result<(), AppError> {
        if writer.is_none() {
            *writer = self.index().writer()?;
        }
        let Some(held) = writer.take() else {
            self.index().reload()?;
            // Searches may show now what another process wrote and indexed.
            self.recent.look_again();
            return Ok(());
        };
        let held = match self.requested_rebuild().await? {
            Some(request) => self.rebuild_with(held, Some(&request)).await?,
            None => held,
        };
        *writer = Some(self.catch_up(held).await?);
        Ok(())
    }

    /// Brings the index to the end of the log, if no other process is doing so.
    pub async fn drain(&self) -> Result<Drained, AppError> {
        let Some(writer) = self.index().writer()? else { return Ok(Drained::LeftToOther) };
        self.catch_up(writer).await?;
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
    async fn rebuild_with(&self, writer: Writer, request: Option<&str>) -> Result<Writer, AppError> {
        let position = self.store().last_change(&ChangeFilter::All).await?;
        let writer = self.with_writer(writer, Writer::clear).await?;
        let writer = self.fill(writer, position).await?;
        if request.is_some() {
            let mut tx = self.store().begin("system", self.now()).await?;
            tx.set_setting(REBUILD_KEY, "").await?;
            tx.commit().await?;
        }
        Ok(writer)
    }

    /// Puts every record into an empty index.
    async fn fill(&self, mut writer: Writer, position: Seq) -> Result<Writer, AppError> {
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
        Ok(writer)
    }

    async fn catch_up(&self, mut writer: Writer) -> Result<Writer, AppError> {
        let mut position = self.index().position();
        let mut uncommitted = 0;
        loop {
            let changes = self.store().changes(&ChangeFilter::All, &[], position, BATCH).await?;
            if let Some(last) = changes.last() {
                position = last.seq;
                uncommitted += changes.len();
                writer = self.apply(writer, &changes).await?;
            }
            if uncommitted >= COMMIT_AFTER || (changes.is_empty() && uncommitted > 0) {
                writer = self.with_writer(writer, move |writer| writer.commit(position)).await?;
                self.index().reload()?;
                uncommitted = 0;
            }
            if changes.is_empty() {
                return Ok(writer);
            }
        }
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

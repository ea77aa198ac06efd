//! Whether a catalog is what its writers were told that it is.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context as _, anyhow, ensure};
use vitrina_domain::{
    canonical::{self, Digest},
    change::{Change, Op, Seq},
    id::RecordId,
    record::Kind,
    scope::Scope,
};
use vitrina_store::{ChangeFilter, Config, Extent, Store};

use crate::{
    Http, Setup,
    ledger::{Object, Version},
};

/// How many changes are read at once.
const STRETCH: u64 = 500;

/// One who looks through the change log of a catalog once, however often the catalog is looked at.
#[derive(Debug, Default)]
pub struct Auditor {
    position: Seq,
    token: Option<String>,
    live: u64,
}

/// What an audit saw.
#[derive(Debug, Clone, Copy, Default)]
pub struct Found {
    /// Acknowledged writes that were looked for, and found.
    pub acknowledged: usize,
    /// Writes that nobody acknowledged and that happened all the same.
    pub happened: usize,
    /// Writes that nobody acknowledged and that did not happen.
    pub vanished: usize,
}

impl std::ops::AddAssign for Found {
    fn add_assign(&mut self, other: Self) {
        self.acknowledged += other.acknowledged;
        self.happened += other.happened;
        self.vanished += other.vanished;
    }
}

/// Opens the store of a place beside its server.
pub async fn open(setup: &Setup) -> anyhow::Result<Store> {
    let files_url = setup.bucket.as_ref().map(|bucket| bucket.url().parse()).transpose()?;
    let config = Config {
        data_dir: setup.data_dir(),
        database_url: setup.database_url(),
        files_url,
        max_connections: 2,
    };
    Ok(Store::open(&config).await?)
}

impl Auditor {
    /// Looks at everything that changed since the last look, and settles what nobody knew.
    pub async fn look(
        &mut self,
        store: &Store,
        http: &Http,
        objects: impl Iterator<Item = &mut Object>,
    ) -> anyhow::Result<Found> {
        let faults = store.faults().await.map_err(|error| anyhow!(error))?;
        ensure!(faults.is_empty(), "the store is not sound: {faults:#?}");
        let changes = self.new_changes(store).await?;
        self.compare_served(http, &changes).await?;
        let mut by_identifier = by_identifier(store, changes).await?;
        let mut found = Found::default();
        for object in objects {
            let entry = by_identifier.remove(&object.identifier);
            let known = object.versions.len();
            let was_pending = object.pending.is_some();
            let was_live =
                object.audited > 0 && object.versions[..object.audited].last().is_some_and(is_present);
            settle(object, entry)?;
            found.acknowledged += known - object.audited;
            let happened = object.versions.len() > known;
            if let Some(file) = object.pending_file.take().filter(|_| happened) {
                object.file = Some(file);
            }
            found.happened += usize::from(happened);
            found.vanished += usize::from(was_pending && !happened);
            if object.versions.len() > object.audited {
                check_revisions(store, object).await?;
                check_served(http, object).await?;
                check_file(http, object).await?;
                object.audited = object.versions.len();
            }
            self.live += u64::from(object.is_live());
            self.live -= u64::from(was_live);
        }
        let invented: Vec<_> = by_identifier.keys().collect();
        ensure!(invented.is_empty(), "nobody wrote {invented:?}");
        self.compare_counts(store, http).await?;
        Ok(found)
    }

    async fn new_changes(&mut self, store: &Store) -> anyhow::Result<Vec<Change>> {
        let mut all = Vec::new();
        loop {
            let changes = store.changes(&ChangeFilter::All, &[Kind::Dataset], self.position, STRETCH).await?;
            let Some(last) = changes.last() else { return Ok(all) };
            let sorted = changes.is_sorted_by(|one, next| one.seq < next.seq);
            ensure!(
                sorted && changes.iter().all(|change| change.seq > self.position),
                "the log is out of order"
            );
            self.position = last.seq;
            all.extend(changes);
        }
    }

    /// The changes that are served are those that are stored, one for one and in their order.
    async fn compare_served(&mut self, http: &Http, changes: &[Change]) -> anyhow::Result<()> {
        let mut served = Vec::new();
        loop {
            let from = self.token.as_ref().map_or_else(String::new, |token| format!("&from={token}"));
            let page =
                http.get(&format!("/api/v1/changes?kind=dataset&limit=100{from}")).await?.expect(200)?.json();
            for item in page["items"].as_array().context("items")? {
                served.push(["id", "revision", "op", "hash"].map(|name| item[name].to_string()));
            }
            self.token = Some(page["token"].as_str().context("a token")?.to_owned());
            if page["next"].is_null() {
                break;
            }
        }
        let stored: Vec<[String; 4]> = changes
            .iter()
            .map(|change| {
                let quoted = |text: &str| format!("\"{text}\"");
                [
                    quoted(&change.entity_id.to_string()),
                    change.revision.to_string(),
                    quoted(change.op.as_str()),
                    quoted(&change.hash.to_string()),
                ]
            })
            .collect();
        let at = served.iter().zip(&stored).position(|(one, other)| one != other);
        ensure!(
            served == stored,
            "{} changes are served, {} stored; they part at {at:?}",
            served.len(),
            stored.len()
        );
        Ok(())
    }

    async fn compare_counts(&self, store: &Store, http: &Http) -> anyhow::Result<()> {
        let stored = store.counts(&Scope::Public).await?[&Kind::Dataset];
        ensure!(stored == self.live, "{stored} datasets are stored, {} should be", self.live);
        for path in
            ["/api/v1/datasets?limit=1&count=exact", "/api/v1/search?kind=dataset&limit=1&count=exact"]
        {
            let total = http.get(path).await?.expect(200)?.json()["total"].clone();
            ensure!(total == stored, "{path} counts {total}, the store {stored}");
        }
        Ok(())
    }

    /// The list that is served, page by page, is what the writers wrote.
    pub async fn walk(http: &Http, objects: impl Iterator<Item = &Object>) -> anyhow::Result<usize> {
        let mut expected: BTreeMap<String, usize> = objects
            .filter(|object| object.is_live())
            .map(|object| (object.identifier.clone(), object.versions.len()))
            .collect();
        let live = expected.len();
        let mut next = Some("/api/v1/datasets?limit=100".to_owned());
        while let Some(target) = next {
            let page = http.get(&relative(&target)).await?.expect(200)?.json();
            for item in page["items"].as_array().context("items")? {
                let identifier = item["identifier"].as_str().unwrap_or_default();
                let revision = expected.remove(identifier);
                let revision =
                    revision.with_context(|| format!("{identifier} is listed, and should not be"))?;
                ensure!(
                    item["revision"] == u64::try_from(revision)?,
                    "{identifier} is not at {revision}: {item}"
                );
            }
            next = page["next"].as_str().map(str::to_owned);
        }
        ensure!(expected.is_empty(), "not listed: {:?}", expected.keys());
        Ok(live)
    }
}

/// A link without its host, which is another one after a restart.
fn relative(target: &str) -> String {
    target.find("/api/").and_then(|at| target.get(at..)).unwrap_or(target).to_owned()
}

fn is_present(version: &Version) -> bool {
    version.op != Op::Delete
}

/// The changes of each record, by the record's identifier.
async fn by_identifier(
    store: &Store,
    changes: Vec<Change>,
) -> anyhow::Result<HashMap<String, (RecordId, Vec<Change>)>> {
    let mut by_id: HashMap<RecordId, Vec<Change>> = HashMap::new();
    for change in changes {
        by_id.entry(RecordId::new(change.entity_id)).or_default().push(change);
    }
    let mut by_identifier = HashMap::new();
    for (id, changes) in by_id {
        let record = store.record(&Scope::All, Kind::Dataset, id, Extent::HEAD).await?;
        let record = record.context("a change without a record")?;
        let again = by_identifier.insert(record.identifier.clone(), (id, changes));
        ensure!(again.is_none(), "{} is there twice", record.identifier);
    }
    Ok(by_identifier)
}

/// Compares the changes of an object with what its writer knows; what nobody knew is known afterwards.
fn settle(object: &mut Object, entry: Option<(RecordId, Vec<Change>)>) -> anyhow::Result<()> {
    let identifier = object.identifier.clone();
    let (id, changes) = entry.map_or((None, Vec::new()), |(id, changes)| (Some(id), changes));
    let acknowledged = object.versions.len() - object.audited;
    ensure!(
        changes.len() >= acknowledged,
        "LOST: {identifier} has {} new revisions, {acknowledged} were acknowledged",
        changes.len()
    );
    if let Some(pending) = object.pending.take()
        && changes.len() > acknowledged
    {
        object.versions.push(pending);
        object.tag = None;
    }
    let new = object.versions.get(object.audited..).unwrap_or_default();
    ensure!(
        changes.len() == new.len(),
        "{identifier} was written {} times more than sent",
        changes.len() - new.len()
    );
    for (index, (change, version)) in changes.iter().zip(new).enumerate() {
        let revision = u32::try_from(object.audited + index + 1)?;
        ensure!(change.revision == revision, "{identifier}: {change:?} is not revision {revision}");
        ensure!(change.op == version.op, "{identifier}: {change:?} is no {:?}", version.op);
        ensure!(
            version.hash.is_none_or(|hash| hash == change.hash),
            "{identifier}: {change:?} is not {version:?}"
        );
    }
    ensure!(object.id.is_none() || id.is_none() || object.id == id, "{identifier} has another id now");
    object.id = object.id.or(id);
    Ok(())
}

/// Every new revision is kept with the document that was sent.
async fn check_revisions(store: &Store, object: &Object) -> anyhow::Result<()> {
    let id = object.id.context("a written object has an id")?;
    let new = object.versions.iter().enumerate().skip(object.audited);
    for (index, version) in new {
        let number = u32::try_from(index + 1)?;
        let what = || format!("revision {number} of {}", object.identifier);
        let revision =
            store.revision(&Scope::All, id, number).await?.with_context(|| format!("LOST: {}", what()))?;
        ensure!(canonical::digest(&revision.document) == revision.hash, "{} is not what was hashed", what());
        ensure!(
            version.hash.is_none_or(|hash| hash == revision.hash),
            "{} is another document than was acknowledged",
            what()
        );
        let sent = object.document(&version.word);
        let (parts, whole) = (sent["distribution"].as_array(), revision.document["distribution"].as_array());
        ensure!(
            revision.document.to_string().contains(&version.word)
                && parts.map_or(0, Vec::len) == whole.map_or(0, Vec::len),
            "{} is half of what was sent: {}",
            what(),
            revision.document
        );
    }
    let record =
        store.record(&Scope::All, Kind::Dataset, id, Extent::Whole).await?.context("a record")?.read()?;
    ensure!(
        canonical::digest(&record.metadata.to_document()) == record.hash,
        "{} is not whole: {record:?}",
        object.identifier
    );
    Ok(())
}

/// The file that was acknowledged last is given, byte by byte.
async fn check_file(http: &Http, object: &Object) -> anyhow::Result<()> {
    let Some((distribution, digest)) = object.distribution.as_ref().zip(object.file) else { return Ok(()) };
    let answer = http.get(&format!("/api/v1/distributions/{distribution}/download")).await?.expect(200);
    let answer = answer.with_context(|| format!("LOST: the file of {}", object.identifier))?;
    let found = Digest::of(&answer.body);
    ensure!(found == digest, "LOST: {} gives the file {found}, not {digest}", object.identifier);
    Ok(())
}

/// The server shows the object at its last revision, and searches find it by its last word alone.
async fn check_served(http: &Http, object: &Object) -> anyhow::Result<()> {
    let id = object.id.context("a written object has an id")?;
    let answer = http.get(&format!("/api/v1/datasets/{id}")).await?;
    let last = object.versions.last().context("a written object has a version")?;
    let found = http.get(&format!("/api/v1/search?kind=dataset&q={}", last.word)).await?.expect(200)?.json();
    let hits: Vec<_> =
        found["items"].as_array().context("items")?.iter().map(|hit| hit["id"].clone()).collect();
    if !object.is_live() {
        ensure!(
            answer.status.as_u16() == 410,
            "{} is deleted and served: {}",
            object.identifier,
            answer.status
        );
        ensure!(hits.is_empty(), "{} is deleted and found", object.identifier);
        return Ok(());
    }
    let body = answer.expect(200)?.json();
    ensure!(
        body["revision"] == u64::try_from(object.versions.len())?,
        "{} is old: {body}",
        object.identifier
    );
    ensure!(body["title"].to_string().contains(&last.word), "{} is another one: {body}", object.identifier);
    ensure!(hits == [id.to_string()], "a search for {} of {} gives {hits:?}", last.word, object.identifier);
    let older = object.versions.iter().rev().nth(1).filter(|older| older.word != last.word);
    if let Some(older) = older {
        let found =
            http.get(&format!("/api/v1/search?kind=dataset&q={}", older.word)).await?.expect(200)?.json();
        ensure!(found["total"] == 0, "{} is still found by {}", object.identifier, older.word);
    }
    Ok(())
}

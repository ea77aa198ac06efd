//! The change log as its readers see it.

use std::collections::HashMap;

use serde::Serialize;
use vitrina_domain::{
    change::{Change, Seq},
    id::RecordId,
    record::{Kind, Record, Stored, Unreadable},
    scope::Scope,
    time::Timestamp,
};
use vitrina_store::{ChangeFilter, Extent};

use crate::{App, AppError, auth::Actor};

/// Changes after a position.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangePage {
    /// The changes, oldest first, each with its record as it is now, if the reader may see it.
    pub changes: Vec<(Change, Option<Record<Stored>>)>,
    /// Where to go on; the same position as before when nothing is new.
    pub next: Seq,
    /// Whether there is more to read now.
    pub more: bool,
}

/// What a reader is told of one change of a record: the same in `/changes` and in events (`schemas/core/change`). It is a
/// hint: the record itself is the truth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The opaque token of the change; `from` takes it.
    pub token: String,
    /// When it was committed.
    pub at: String,
    /// What happened: create, update or delete.
    pub op: &'static str,
    /// The kind of record.
    pub kind: &'static str,
    /// The record.
    pub id: String,
    /// The revision that the change made.
    pub revision: u32,
    /// The hash of that revision's document.
    pub hash: String,
    /// The record's address in the API; `410` with a tombstone when it is gone.
    pub url: String,
    /// The top-level members in which the document differs from the revision before; empty unless it is an update.
    pub changed: Vec<String>,
    /// The record's title now, where it is still there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

impl App {
    /// What is told of a change, with the record as it is now.
    pub fn tell(
        &self,
        change: &Change,
        record: Option<&Record<Stored>>,
        languages: &[&str],
    ) -> Result<Told, Unreadable> {
        let Change { seq, at, actor: _, audience: _, kind, entity_id, op, revision, hash, changed } = change;
        let outline = record.map(Record::outline).transpose()?;
        let title = outline.as_ref().and_then(|outline| outline.title().pick(languages));
        Ok(Told {
            token: seq.token(),
            at: at.to_string(),
            op: op.as_str(),
            kind: kind.as_str(),
            id: entity_id.to_string(),
            revision: *revision,
            hash: hash.to_string(),
            url: self.address(&format!("/api/v1/{}/{entity_id}", kind.collection())),
            changed: changed.clone(),
            title: title.map(|(_, title)| title.to_owned()),
        })
    }

    /// Changes after a position, in the order they were committed. Nothing is ever pruned.
    pub async fn changes(
        &self,
        actor: &Actor,
        kinds: &[Kind],
        after: Seq,
        limit: usize,
    ) -> Result<ChangePage, AppError> {
        let filter = visible_changes(actor);
        let fetch = u64::try_from(limit + 1).unwrap_or(u64::MAX);
        let mut changes = self.store().changes(&filter, kinds, after, fetch).await?;
        if let Some(last) = changes.last() {
            // Who hears of a change and asks for its record must not be given one of before.
            self.recent.heard_of(last.seq);
        }
        let more = changes.len() > limit;
        changes.truncate(limit);
        let ids: Vec<RecordId> = changes.iter().map(|change| RecordId::new(change.entity_id)).collect();
        let records: HashMap<RecordId, Record<Stored>> = self
            .store()
            .records(&actor.scope(), &ids, Extent::HEAD)
            .await?
            .into_iter()
            .map(|record| (record.id, record))
            .collect();
        let next = changes.last().map_or(after, |change| change.seq);
        let changes = changes
            .into_iter()
            .map(|change| {
                let record = records.get(&RecordId::new(change.entity_id)).cloned();
                (change, record)
            })
            .collect();
        Ok(ChangePage { changes, next, more })
    }

    /// The position and time of the last change a reader sees: what validators of lists are made from.
    pub async fn last_change(&self, actor: &Actor) -> Result<(Seq, Option<Timestamp>), AppError> {
        match visible_changes(actor) {
            ChangeFilter::Public => Ok(self.moment().await?.public),
            all @ ChangeFilter::All => {
                Ok((self.store().last_change(&all).await?, self.store().last_change_at(&all).await?))
            }
        }
    }
}

fn visible_changes(actor: &Actor) -> ChangeFilter {
    match actor.scope() {
        Scope::All => ChangeFilter::All,
        Scope::Public | Scope::Organizations(_) => ChangeFilter::Public,
    }
}

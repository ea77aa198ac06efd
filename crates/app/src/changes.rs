//! The change log as its readers see it.

use std::collections::HashMap;

use vitrina_domain::{
    change::{Change, Seq},
    id::RecordId,
    record::{Kind, Record, Stored},
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

impl App {
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

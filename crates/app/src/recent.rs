//! What changed lately: whatever is kept in memory is held against it before it is used.
//!
//! A look at the log counts for a moment (`FRESH`), or until this process writes: its own writes are seen at once,
//! those of other processes a moment later.

use std::{
    collections::HashMap,
    sync::{
        PoisonError, RwLock, RwLockReadGuard,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Mutex, time::Instant};
use vitrina_domain::{
    change::{Audience, Change, Seq},
    id::RecordId,
    time::Timestamp,
};
use vitrina_store::{ChangeFilter, Store, StoreError};

use crate::{App, AppError};

/// How long a look at the log counts.
const FRESH: Duration = Duration::from_millis(20);

/// As many new changes as are read one by one; after more, nothing that was kept counts any more.
const MOST_NEW: u64 = 1_000;

/// As many records as it is remembered of when they changed.
const MOST_REMEMBERED: usize = 50_000;

/// How far the log has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moment {
    /// The last change.
    pub log: Seq,
    /// The last change that everyone may see, and when it was made.
    pub public: (Seq, Option<Timestamp>),
}

/// What this process knows of the last changes.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    seen: RwLock<Seen>,
    /// Held by the one who looks, so that the others wait for the same answer; when the last look failed, if it did.
    looking: Mutex<Option<Instant>>,
    /// Counts what makes a look old: the writes of this process, and what it hears of those of others.
    news: AtomicU64,
}

#[derive(Debug, Default)]
struct Seen {
    moment: Moment,
    /// When the log was looked at, and how much news there had been by then.
    looked: Option<(Instant, u64)>,
    /// Every change after this one is among `changed`.
    horizon: Seq,
    /// The last change of each record that changed lately.
    changed: HashMap<RecordId, Seq>,
}

impl Recent {
    /// There is news: whatever was seen is old.
    pub(crate) fn look_again(&self) {
        self.news.fetch_add(1, Ordering::Release);
    }

    /// Somebody was told of a change: if it is a later one than was seen, what was seen is old.
    pub(crate) fn heard_of(&self, seq: Seq) {
        if seq > self.seen().moment.log {
            self.look_again();
        }
    }

    /// Whether a record is as it was when the log had come so far.
    pub(crate) fn is_as_of(&self, made: Seq, id: RecordId) -> bool {
        let seen = self.seen();
        made >= seen.horizon && seen.changed.get(&id).is_none_or(|changed| *changed <= made)
    }

    /// How far the log has come, if that was looked at a moment ago.
    fn fresh(&self) -> Option<Moment> {
        let seen = self.seen();
        let (looked, news) = seen.looked?;
        let is_fresh = news == self.news.load(Ordering::Acquire) && looked.elapsed() < FRESH;
        is_fresh.then_some(seen.moment)
    }

    pub(crate) async fn moment(&self, store: &Store) -> Result<Moment, StoreError> {
        if let Some(moment) = self.fresh() {
            return Ok(moment);
        }
        let asked = Instant::now();
        let mut failed = self.looking.lock().await;
        if let Some(moment) = self.fresh() {
            return Ok(moment);
        }
        if failed.is_some_and(|failed| failed >= asked) {
            // A database that is gone is waited for by one, and not by all who wait for him, one after the other.
            return Err(StoreError::Unavailable("a look that was waited for failed".into()));
        }
        // Taken before the look: what is written during it makes it old.
        let looked = (Instant::now(), self.news.load(Ordering::Acquire));
        let last = {
            let seen = self.seen();
            seen.looked.map(|_| seen.moment.log)
        };
        let sight = match last {
            Some(last) => Sight::after(last, store).await,
            None => Sight::whole(store).await,
        };
        *failed = sight.is_err().then(Instant::now);
        let sight = sight?;
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        match sight {
            Sight::New(changes) => seen.follow(&changes),
            Sight::Whole(moment) => seen.begin(moment),
        }
        seen.looked = Some(looked);
        Ok(seen.moment)
    }

    fn seen(&self) -> RwLockReadGuard<'_, Seen> {
        self.seen.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a look at the log shows.
enum Sight {
    /// What came after the last look.
    New(Vec<Change>),
    /// Only how far it has come.
    Whole(Moment),
}

impl Sight {
    async fn after(last: Seq, store: &Store) -> Result<Self, StoreError> {
        let new = store.changes(&ChangeFilter::All, &[], last, MOST_NEW + 1).await?;
        if u64::try_from(new.len()).is_ok_and(|new| new <= MOST_NEW) {
            return Ok(Self::New(new));
        }
        Self::whole(store).await
    }

    async fn whole(store: &Store) -> Result<Self, StoreError> {
        // In this order: what comes in between makes what is kept look older than it is, never newer.
        let log = store.last_change(&ChangeFilter::All).await?;
        let public = store.last_change(&ChangeFilter::Public).await?;
        let at = store.last_change_at(&ChangeFilter::Public).await?;
        Ok(Self::Whole(Moment { log, public: (public, at) }))
    }
}

impl Seen {
    fn begin(&mut self, moment: Moment) {
        self.moment = moment;
        self.horizon = moment.log;
        self.changed.clear();
    }

    fn follow(&mut self, new: &[Change]) {
        for change in new {
            self.moment.log = change.seq;
            if change.audience == Audience::Public {
                self.moment.public = (change.seq, Some(change.at));
            }
            self.changed.insert(RecordId::new(change.entity_id), change.seq);
        }
        if self.changed.len() > MOST_REMEMBERED {
            self.begin(self.moment);
        }
    }
}

impl App {
    /// How far the log has come: not before any write of this process, nor long before one of another.
    pub async fn moment(&self) -> Result<Moment, AppError> {
        Ok(self.recent.moment(self.store()).await?)
    }

    /// Whether records are as they were at a moment, as far as [`App::moment`] last saw.
    pub fn are_as_of(&self, made: Moment, ids: &[RecordId]) -> bool {
        ids.iter().all(|id| self.recent.is_as_of(made.log, *id))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use vitrina_domain::{canonical::Digest, change::Op, record::Kind};

    use super::*;

    fn id(number: u128) -> RecordId {
        RecordId::new(Uuid::from_u128(number))
    }

    fn change(seq: i64, number: u128, audience: Audience) -> Change {
        Change {
            seq: Seq(seq),
            at: Timestamp::from_micros(seq),
            actor: String::new(),
            audience,
            kind: Kind::Dataset,
            entity_id: Uuid::from_u128(number),
            op: Op::Update,
            revision: 1,
            hash: Digest::of(b""),
            changed: Vec::new(),
        }
    }

    #[test]
    fn only_what_changed_since_is_old() {
        let recent = Recent::default();
        let begun = Moment { log: Seq(10), public: (Seq(9), None) };
        recent.seen.write().unwrap().begin(begun);
        assert!(!recent.is_as_of(Seq(9), id(1)), "nothing is known of what changed before the first look");
        recent
            .seen
            .write()
            .unwrap()
            .follow(&[change(11, 1, Audience::Public), change(12, 2, Audience::Internal)]);
        for (made, number, expected) in
            [(10, 1, false), (11, 1, true), (10, 2, false), (11, 2, false), (12, 2, true), (10, 3, true)]
        {
            assert_eq!(recent.is_as_of(Seq(made), id(number)), expected, "{made} {number}");
        }
        let seen = recent.seen.read().unwrap();
        assert_eq!(seen.moment, Moment { log: Seq(12), public: (Seq(11), Some(Timestamp::from_micros(11))) });
    }

    #[test]
    fn the_memory_of_changes_is_bounded() {
        let mut seen = Seen::default();
        let most = i64::try_from(MOST_REMEMBERED).unwrap();
        let changes: Vec<Change> =
            (1..=most + 1).map(|seq| change(seq, seq.unsigned_abs().into(), Audience::Public)).collect();
        seen.follow(&changes);
        assert_eq!((seen.changed.len(), seen.horizon), (0, Seq(most + 1)));
    }

    #[test]
    fn a_change_that_is_told_makes_a_look_old() {
        let recent = Recent::default();
        recent.seen.write().unwrap().looked = Some((Instant::now() + Duration::from_mins(1), 0));
        assert!(recent.fresh().is_some());
        recent.heard_of(Seq::default());
        assert!(recent.fresh().is_some(), "an earlier change is no news");
        recent.heard_of(Seq(1));
        assert_eq!(recent.fresh(), None);
    }
}

//! How many records a public list holds: counted once for each state of the log, because a count walks the list.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use vitrina_domain::{change::Seq, record::Kind, scope::Scope};
use vitrina_store::ListFilter;

use crate::{App, AppError};

/// As many lists as are remembered.
const MOST: usize = 1_000;

type List = (Kind, ListFilter);

/// The lengths of the lists that were counted since the log last changed.
#[derive(Debug, Default)]
pub(crate) struct Lengths(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    /// How far the log had come.
    log: Seq,
    lists: HashMap<List, u64>,
}

impl Lengths {
    fn known(&self, log: Seq, list: &List) -> Option<u64> {
        let counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counted.lists.get(list).filter(|_| counted.log == log).copied()
    }

    fn remember(&self, log: Seq, list: List, count: u64) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.log < log || counted.lists.len() >= MOST {
            *counted = Counted { log, lists: HashMap::new() };
        }
        if counted.log == log {
            counted.lists.insert(list, count);
        }
    }
}

impl App {
    /// How many records a list holds.
    pub(crate) async fn count(
        &self,
        scope: &Scope,
        kind: Kind,
        filter: &ListFilter,
    ) -> Result<u64, AppError> {
        if *scope != Scope::Public {
            return Ok(self.store().count(scope, kind, filter).await?);
        }
        let log = self.moment().await?.log;
        let list = (kind, filter.clone());
        if let Some(count) = self.lengths.known(log, &list) {
            return Ok(count);
        }
        let count = self.store().count(scope, kind, filter).await?;
        self.lengths.remember(log, list, count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_holds_until_the_log_changes() {
        let lengths = Lengths::default();
        let list = (Kind::Dataset, ListFilter::default());
        lengths.remember(Seq(5), list.clone(), 7);
        assert_eq!((lengths.known(Seq(5), &list), lengths.known(Seq(6), &list)), (Some(7), None));
        assert_eq!(lengths.known(Seq(5), &(Kind::Catalog, ListFilter::default())), None);
        lengths.remember(Seq(6), list.clone(), 8);
        lengths.remember(Seq(5), list.clone(), 7);
        assert_eq!(lengths.known(Seq(6), &list), Some(8), "what was counted late does not come back");
    }
}

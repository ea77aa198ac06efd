//! How many of something each address holds at once: connections, or running requests.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::AddressKey;

type Counts = Arc<Mutex<HashMap<AddressKey, usize>>>;

/// Counts what each address holds.
#[derive(Debug, Clone)]
pub(crate) struct Census {
    most: usize,
    counts: Counts,
}

/// One place of an address; dropping it gives the place back.
#[derive(Debug)]
pub(crate) struct Place {
    key: AddressKey,
    counts: Counts,
}

impl Census {
    /// A census that gives each address at most so many places.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, counts: Arc::default() }
    }

    /// One more place for an address, if it may have one.
    pub(crate) fn admit(&self, key: AddressKey) -> Option<Place> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(key).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Place { key, counts: Arc::clone(&self.counts) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.key) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(address: &str) -> AddressKey {
        AddressKey::of(address.parse().unwrap())
    }

    #[test]
    fn counts_by_address_and_by_network_for_ipv6() {
        let census = Census::new(2);
        let first = census.admit(key("203.0.113.1"));
        let _second = census.admit(key("203.0.113.1")).unwrap();
        assert!(census.admit(key("203.0.113.1")).is_none());
        drop(first);
        assert!(census.admit(key("203.0.113.1")).is_some());
        let _six = census.admit(key("2001:db8::1")).unwrap();
        let _same = census.admit(key("2001:db8::2")).unwrap();
        assert!(census.admit(key("2001:db8::3")).is_none());
    }

    #[test]
    fn nothing_is_remembered_of_who_left() {
        let census = Census::new(2);
        drop(census.admit(key("203.0.113.1")));
        assert!(census.counts.lock().unwrap().is_empty());
    }
}

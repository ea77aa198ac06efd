//! How many connections each address holds.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use crate::limit::AddressKey;

/// Counts connections by address.
#[derive(Debug, Clone)]
pub(super) struct Census {
    most: usize,
    counts: Arc<Mutex<HashMap<AddressKey, usize>>>,
}

/// One connection's place; dropping it gives the place back.
#[derive(Debug)]
pub(super) struct Place {
    key: Option<AddressKey>,
    counts: Arc<Mutex<HashMap<AddressKey, usize>>>,
}

impl Census {
    pub(super) fn new(most: usize) -> Self {
        Self { most, counts: Arc::default() }
    }

    /// A place for one more connection from this address, if it may have one.
    pub(super) fn admit(&self, address: IpAddr) -> Option<Place> {
        let key = (!address.to_canonical().is_loopback()).then(|| AddressKey::of(address));
        if let Some(key) = key {
            let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            let count = counts.entry(key).or_default();
            if *count >= self.most {
                return None;
            }
            *count += 1;
        }
        Some(Place { key, counts: Arc::clone(&self.counts) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(key) = self.key else { return };
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&key) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_address_and_by_network_for_ipv6() {
        let census = Census::new(2);
        let first = census.admit("203.0.113.1".parse().unwrap());
        let _second = census.admit("203.0.113.1".parse().unwrap()).unwrap();
        assert!(census.admit("203.0.113.1".parse().unwrap()).is_none());
        drop(first);
        assert!(census.admit("203.0.113.1".parse().unwrap()).is_some());
        let _six = census.admit("2001:db8::1".parse().unwrap()).unwrap();
        let _same = census.admit("2001:db8::2".parse().unwrap()).unwrap();
        assert!(census.admit("2001:db8::3".parse().unwrap()).is_none());
        let places: Vec<_> = (0..10).map(|_| census.admit("127.0.0.1".parse().unwrap())).collect();
        assert!(places.iter().all(Option::is_some));
    }
}

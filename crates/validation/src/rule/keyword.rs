//! Keywords.

use super::{Observation, Subject, subject};
use crate::message::Details;

/// How many keywords are advised.
const ADVISED: usize = 3;

/// W-DS-2: there are at least three keywords.
pub(super) fn at_least_three(subject: &Subject<'_>, observed: &mut Vec<Observation>) {
    let Some(keywords) = subject.get("keyword") else { return };
    if subject::texts(keywords).filter(|word| !word.trim().is_empty()).take(ADVISED).count() < ADVISED {
        observed.push(Observation::new("W-DS-2", "/keyword", Details::default()));
    }
}

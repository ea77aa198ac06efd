//! The frequency of update.

use super::{Observation, Subject, subject};
use crate::message::{self, Details};

/// E-DS-5: the frequency is one of the list.
pub(super) fn in_the_list(subject: &Subject<'_>, observed: &mut Vec<Observation>) {
    let Some(spelling) = subject.get("accrualPeriodicity").and_then(subject::spelling) else { return };
    if subject.vocabularies.frequency.resolve(spelling).is_none() {
        let details = Details::default().with_both("value", message::excerpt(&spelling.into()));
        observed.push(Observation::new("E-DS-5", "/accrualPeriodicity", details));
    }
}

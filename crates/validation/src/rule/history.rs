//! Earlier versions, and how close the data are to their source.

use super::{Observation, Subject, subject};
use crate::message::Details;

/// Members that lead to earlier versions.
const VERSIONS: &[&str] = &["previousVersion", "hasVersion", "isVersionOf", "inSeries", "prev"];

/// W-DS-4: data that are updated say where their earlier versions are.
pub(super) fn is_kept(subject: &Subject<'_>, observed: &mut Vec<Observation>) {
    let frequency = subject.get("accrualPeriodicity").and_then(subject::spelling);
    let periodic = frequency
        .and_then(|spelling| subject.vocabularies.frequency.resolve(spelling))
        .is_some_and(|term| term.text("period").is_some());
    if periodic && !VERSIONS.iter().any(|name| subject.get(name).is_some()) {
        observed.push(Observation::new("W-DS-4", "/previousVersion", Details::default()));
    }
}

/// W-DS-5: the record does not say that the data are aggregated only.
pub(super) fn is_primary(subject: &Subject<'_>, observed: &mut Vec<Observation>) {
    let Some(granularity) = subject.get("granularity") else { return };
    let aggregated = |text: &str| {
        let text = text.to_lowercase();
        ["agregad", "aggregat"].iter().any(|stem| text.contains(stem))
            && !["desagregad", "disaggregat"].iter().any(|stem| text.contains(stem))
    };
    if subject::texts(granularity).any(aggregated) {
        observed.push(Observation::new("W-DS-5", "/granularity", Details::default()));
    }
}

//! Licences of datasets and distributions.

use super::{Observation, Subject, subject};
use crate::message::{self, Details};

/// E-DS-4: naming the source is all that a licence asks; W-DS-6: a licence that the list does not know.
pub(super) fn citation_only(subject: &Subject<'_>, observed: &mut Vec<Observation>) {
    let own = subject.get("license").map(|value| ("/license".to_owned(), value));
    for (pointer, value) in own.into_iter().chain(subject.of_distributions("license")) {
        let Some(spelling) = subject::spelling(value) else { continue };
        let code = match subject.vocabularies.licence.resolve(spelling) {
            Some(term) => match term.flag("citationOnly") {
                Some(true) => continue,
                Some(false) => "E-DS-4",
                None => "W-DS-6",
            },
            None => "W-DS-6",
        };
        let details = Details::default().with_both("value", message::excerpt(&spelling.into()));
        observed.push(Observation::new(code, pointer, details));
    }
}

//! Required metadata that may stand in one of several places.

use serde_json::Value;

use super::{Observation, Subject};
use crate::message::Details;

/// E-DS-1: whom to ask (post and e-mail) and the licence, wherever the record says them.
pub(super) fn publisher_and_licence(subject: &Subject<'_>, observed: &mut Vec<Observation>) {
    let mut missing = |pointer: &str| observed.push(Observation::new("E-DS-1", pointer, Details::default()));
    if let Some(publisher) = subject.get("publisher").and_then(Value::as_object) {
        let contacts = || subject.get("contactPoint").and_then(Value::as_array).into_iter().flatten();
        for (own, of_contact) in [("position", "title"), ("mbox", "hasEmail")] {
            if !publisher.contains_key(own) && !contacts().any(|contact| contact.get(of_contact).is_some()) {
                missing(&format!("/publisher/{own}"));
            }
        }
    }
    if subject.get("license").is_none() {
        let mut distributions = subject.distributions().peekable();
        if distributions.peek().is_none()
            || distributions.any(|(_, members)| !members.contains_key("license"))
        {
            missing("/license");
        }
    }
}

/// W-DS-1: some place describes the columns.
pub(super) fn has_dictionary(subject: &Subject<'_>, observed: &mut Vec<Observation>) {
    let own = ["dataDictionary", "describedBy"].into_iter().any(|name| subject.get(name).is_some());
    let described = |members: &serde_json::Map<String, Value>| {
        members.contains_key("describedBy") || members.contains_key("field")
    };
    if !own && !subject.distributions().any(|(_, members)| described(members)) {
        observed.push(Observation::new("W-DS-1", "/dataDictionary", Details::default()));
    }
}

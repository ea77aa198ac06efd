//! The entries of a `data.json` file seen together.

use std::collections::HashMap;

use serde_json::Value;

use super::{Observation, Subject};
use crate::message::{self, Details};

/// E-UC-3: no two entries have the same identifier.
pub(super) fn identifiers_are_unique(subject: &Subject<'_>, observed: &mut Vec<Observation>) {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (index, entry) in subject.get("dataset").and_then(Value::as_array).into_iter().flatten().enumerate() {
        let Some(identifier) = entry.get("identifier").and_then(Value::as_str) else { continue };
        if let Some(first) = seen.get(identifier) {
            let details = Details::default()
                .with_both("value", message::excerpt(&identifier.into()))
                .with("limit", first.to_string());
            observed.push(Observation::new("E-UC-3", format!("/dataset/{index}/identifier"), details));
        } else {
            seen.insert(identifier, index);
        }
    }
}

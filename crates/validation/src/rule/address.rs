//! Addresses of files.

use std::collections::HashMap;

use serde_json::Value;

use super::{Observation, Subject};
use crate::message::{self, Details};

/// E-DI-3: no two distributions have the same download address.
pub(super) fn not_repeated(subject: &Subject<'_>, observed: &mut Vec<Observation>) {
    let mut seen: HashMap<&str, String> = HashMap::new();
    for (pointer, value) in subject.of_distributions("downloadURL") {
        let Some(address) = value.as_str() else { continue };
        if let Some(first) = seen.get(address) {
            let position = first.split('/').nth(2).unwrap_or_default();
            let details = Details::default().with("value", message::shorten(address)).with("limit", position);
            observed.push(Observation::new("E-DI-3", pointer, details));
        } else {
            seen.insert(address, pointer);
        }
    }
}

/// W-DI-12: file names hold no blanks, accents or ñ.
pub(super) fn plain_file_name(subject: &Subject<'_>, observed: &mut Vec<Observation>) {
    for (index, members) in subject.distributions() {
        let stated = members.get("fileName").and_then(Value::as_str).map(|name| ("fileName", name));
        let from_address = || {
            let address = members.get("downloadURL").and_then(Value::as_str)?;
            Some(("downloadURL", file_name(address)?))
        };
        let Some((member, name)) = stated.or_else(from_address) else { continue };
        // In an address a blank or an accent may come percent-encoded.
        if !name.is_ascii()
            || name.contains(char::is_whitespace)
            || (member == "downloadURL" && name.contains('%'))
        {
            let details = Details::default().with_both("value", message::excerpt(&name.into()));
            observed.push(Observation::new("W-DI-12", format!("/distribution/{index}/{member}"), details));
        }
    }
}

/// The last segment of an address's path, when it looks like the name of a file.
fn file_name(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    let path = rest.split(['?', '#']).next()?;
    let (_, name) = path.rsplit_once('/')?;
    name.contains('.').then_some(name)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://example.org/datos/obra.csv?x=1", Some("obra.csv"))]
    #[case("https://example.org/datos/", None)]
    #[case("https://example.org", None)]
    #[case("obra.csv", None)]
    fn names(#[case] address: &str, #[case] expected: Option<&str>) {
        assert_eq!(file_name(address), expected);
    }
}

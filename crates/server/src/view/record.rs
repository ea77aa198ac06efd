//! A whole record: its document with what the server says of it.

use serde_json::{Map, Value, json};
use vitrina_app::directory::Neighbours;
use vitrina_domain::{
    finding::{Finding, Locale},
    record::{Record, Revision, Stored},
};
use vitrina_formats::write::{Beside, json_record};

use super::summary::name;
use crate::site::Site;

/// The most distributions a dataset embeds; the others are in its paged collection.
pub(crate) const MOST_DISTRIBUTIONS: u8 = 25;

/// A record as JSON, with what else is said of it.
pub(crate) fn record(site: &Site, record: &Record<Stored>, mut beside: Map<String, Value>) -> Vec<u8> {
    let all = record.metadata.total_distributions();
    if all > usize::from(MOST_DISTRIBUTIONS) {
        let url = site.url(&format!("/api/v1/datasets/{}/distributions", record.id));
        beside.insert("distributions".to_owned(), json!({"total": all, "url": url}));
    }
    let beside = Beside { members: beside, distributions: Some(MOST_DISTRIBUTIONS.into()) };
    json_record(record, &site.base_url, &beside)
}

/// A record as it was, with all its distributions: those of the past have no collection to go on in.
pub(crate) fn past_record(site: &Site, record: &Record<Stored>, beside: Map<String, Value>) -> Vec<u8> {
    json_record(record, &site.base_url, &Beside { members: beside, distributions: None })
}

/// The names that stand beside a record; `expand` names the references to follow.
pub(crate) fn neighbours(
    site: &Site,
    neighbours: &Neighbours,
    expand: &[String],
    languages: &[&str],
) -> Map<String, Value> {
    let mut beside = Map::from_iter([("source_name".to_owned(), Value::from(&*neighbours.source))]);
    for (word, neighbour) in [("organization", &neighbours.organization), ("catalog", &neighbours.catalog)] {
        if let Some(neighbour) = neighbour.as_ref().filter(|_| expand.iter().any(|asked| asked == word)) {
            let expanded = serde_json::to_value(name(site, neighbour, languages)).unwrap_or_default();
            beside.insert(format!("{word}_expanded"), expanded);
        }
    }
    beside
}

/// Findings in the reader's language.
pub(crate) fn findings(findings: &[Finding], locale: Locale) -> Value {
    findings
        .iter()
        .map(|finding| {
            let Finding { severity, code, pointer, message, source, hint } = finding;
            let mut view = json!({
                "severity": severity.as_str(),
                "code": code,
                "pointer": pointer,
                "message": message.get(locale),
            });
            if let Some(object) = view.as_object_mut() {
                if let Some(source) = source {
                    object.insert("source".to_owned(), Value::from(source.as_str()));
                }
                if let Some(hint) = hint {
                    object.insert("hint".to_owned(), Value::from(hint.get(locale)));
                }
            }
            view
        })
        .collect()
}

/// A revision, with its document where it is at hand.
pub(crate) fn revision(site: &Site, record: &Record<Stored>, revision: &Revision) -> Value {
    let Revision { number, valid_from, valid_to, actor, hash, document, raw: _ } = revision;
    let path = format!("/api/v1/{}/{}/revisions/{number}", record.kind().collection(), record.id);
    let mut view = json!({
        "number": number,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "actor": actor,
        "hash": hash,
        "url": site.url(&path),
    });
    if let Some(object) = view.as_object_mut().filter(|_| !document.is_null()) {
        object.insert("document".to_owned(), document.clone());
    }
    view
}

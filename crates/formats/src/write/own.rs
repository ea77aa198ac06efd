//! Our own JSON: the document, and beside it what the server says of the record.

use std::{fmt::Display, io::Write as _};

use serde::Serialize;
use serde_json::{Map, Value};
use vitrina_domain::record::{Described, Kind, Record, Stored};

/// The members that stand beside the document's own; readers take them out again.
pub(crate) const SERVED: &[&str] = &[
    "id",
    "kind",
    "slug",
    "revision",
    "visibility",
    "reason",
    "created_at",
    "updated_at",
    "source_id",
    "catalog_id",
    "organization_id",
    "hash",
    "url",
    "iri",
];

/// About as many bytes as the server says of a record, beside its document.
pub(super) const BESIDE: usize = 1_024;

/// The permanent IRI of a record.
pub(super) fn iri<M: Described>(record: &Record<M>, base_url: &str) -> String {
    format!("{base_url}/id/{}/{}", record.kind().as_str(), record.id)
}

/// The address of the page about a record.
pub(super) fn page<M: Described>(record: &Record<M>, base_url: &str) -> String {
    let segment = match record.kind() {
        Kind::Dataset => "dataset",
        Kind::Catalog => "catalog",
        Kind::Organization => "organization",
        Kind::DataService => "data-service",
        Kind::DatasetSeries => "series",
    };
    format!("{base_url}/{segment}/{}", record.slug)
}

/// What else is shown of a record in our own JSON.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// Members that stand before those of the document.
    pub members: Map<String, Value>,
    /// How many distributions are shown at most; nothing means all that are at hand.
    pub distributions: Option<usize>,
}

/// Appends the record as one object: what the server says of it, then its document as it is stored.
pub(super) fn append(record: &Record<Stored>, base_url: &str, beside: &Beside, out: &mut Vec<u8>) {
    let mut members = Members { out, separator: b'{' };
    served(record, base_url, &mut members);
    for (name, value) in &beside.members {
        members.value(name, value);
    }
    members.stored(record.metadata.members());
    let distributions = record.metadata.distributions().zip(&record.distribution_ids);
    let most = beside.distributions.unwrap_or(usize::MAX);
    if most > 0 && distributions.len() > 0 {
        members.name("distribution");
        members.out.push(b'[');
        for (place, (distribution, id)) in distributions.take(most).enumerate() {
            if place > 0 {
                members.out.push(b',');
            }
            let mut members = Members { out: &mut *members.out, separator: b'{' };
            members.plain("id", id);
            members.stored(distribution);
            members.out.push(b'}');
        }
        members.out.push(b']');
    }
    members.out.push(b'}');
}

fn served(record: &Record<Stored>, base_url: &str, members: &mut Members<'_>) {
    members.plain("id", record.id);
    members.plain("kind", record.kind().as_str());
    members.text("slug", record.slug.as_str());
    members.name("revision");
    json(&record.revision, members.out);
    members.plain("visibility", record.visibility.state());
    if let Some(reason) = record.visibility.reason() {
        members.text("reason", reason);
    }
    members.plain("created_at", record.created);
    members.plain("updated_at", record.updated);
    members.plain("source_id", record.source_id);
    for (name, id) in [("catalog_id", record.catalog_id), ("organization_id", record.organization_id)] {
        if let Some(id) = id {
            members.plain(name, id);
        }
    }
    members.plain("hash", record.hash);
    members.text("url", &page(record, base_url));
    members.text("iri", &iri(record, base_url));
}

/// Writes the members of one object.
struct Members<'a> {
    out: &'a mut Vec<u8>,
    /// What stands before the next member: the brace, then commas.
    separator: u8,
}

impl Members<'_> {
    fn separate(&mut self) {
        self.out.push(std::mem::replace(&mut self.separator, b','));
    }

    /// A name of ours, without anything to be escaped.
    fn name(&mut self, name: &'static str) {
        self.separate();
        for part in ["\"", name, "\":"] {
            self.out.extend_from_slice(part.as_bytes());
        }
    }

    fn value(&mut self, name: &str, value: &Value) {
        self.separate();
        json(name, self.out);
        self.out.push(b':');
        json(value, self.out);
    }

    fn text(&mut self, name: &'static str, text: &str) {
        self.name(name);
        json(text, self.out);
    }

    /// A text of ours without anything to be escaped: an id, an instant, a word.
    fn plain(&mut self, name: &'static str, text: impl Display) {
        self.name(name);
        // Writing into memory cannot fail.
        let _infallible = write!(self.out, "\"{text}\"");
    }

    /// Members that are JSON text already.
    fn stored(&mut self, members: &str) {
        if !members.is_empty() {
            self.separate();
            self.out.extend_from_slice(members.as_bytes());
        }
    }
}

/// Appends compact JSON.
pub(super) fn json<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) {
    // Writing texts and `Value`s into memory cannot fail: their keys are strings and their numbers finite.
    let _infallible = serde_json::to_writer(out, value);
}

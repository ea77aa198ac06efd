//! Tests of the store; each runs on both databases.

mod change;
mod distribution;
mod file;
mod import;
mod job;
mod long_name;
mod lost_update;
mod mail;
mod past;
mod record;
mod revision;
mod schema;
mod scope;
mod server;
mod slug;
mod sqlite;
mod webhook;

use serde_json::{Value, json};
use uuid::Uuid;
use vitrina_domain::{
    change::{Audience, Op, Seq},
    id::{DistributionId, RecordId, SourceId},
    record::{Kind, Metadata, Record, Sealed, Visibility},
    scope::Scope,
    slug::Slug,
    time::Timestamp,
};

use crate::{
    Extent, RecordWrite, Store, Written,
    testing::{Engine, TestStore},
};

/// A record with all its distributions, read.
async fn read(store: &Store, scope: &Scope, kind: Kind, id: RecordId) -> Option<Record> {
    let record = store.record(scope, kind, id, Extent::Whole).await.unwrap();
    record.map(|record| record.read().unwrap())
}

/// A migrated store, or the end of the test where `PostgreSQL` is not installed.
macro_rules! open {
    ($engine:expr) => {
        match $crate::testing::TestStore::open($engine).await.unwrap() {
            Some(test) => test,
            None => return,
        }
    };
}
pub(crate) use open;

fn record_id(number: u128) -> RecordId {
    RecordId::new(Uuid::from_u128(number))
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000)
}

fn source_id() -> SourceId {
    SourceId::new(Uuid::from_u128(0xfeed))
}

fn document(kind: Kind, document: Value) -> Metadata {
    Metadata::from_document(kind, document).unwrap().0
}

/// The document of a write, read.
fn metadata_of(write: &RecordWrite) -> Metadata {
    document(write.document.kind, serde_json::from_str(&write.document.whole).unwrap())
}

/// A write that makes a published dataset with two distributions.
fn dataset(number: u128, title: &str) -> RecordWrite {
    let identifier = format!("ds-{number}");
    let metadata = document(
        Kind::Dataset,
        json!({
            "title": title,
            "identifier": identifier,
            "distribution": [
                {"title": "CSV", "downloadURL": format!("https://datos.example/{number}.csv")},
                {"identifier": format!("{number}-api"), "accessURL": "https://datos.example/api"},
            ],
        }),
    );
    let ids = [1, 2].map(|position| DistributionId::new(Uuid::from_u128(number << 64 | position)));
    RecordWrite { distribution_ids: ids.to_vec(), ..write_of(number, identifier, &metadata) }
}

/// A write that makes a published organization.
fn organization(number: u128, name: &str) -> RecordWrite {
    let identifier = format!("org-{number}");
    let metadata = document(Kind::Organization, json!({"name": name, "identifier": identifier}));
    write_of(number, identifier, &metadata)
}

fn write_of(number: u128, identifier: String, metadata: &Metadata) -> RecordWrite {
    let title = metadata.title().iter().next().map(|(_, text)| text.to_owned()).unwrap_or_default();
    RecordWrite {
        id: record_id(number),
        source_id: source_id(),
        identifier,
        slug: Slug::from_title(&title, metadata.kind().as_str()),
        catalog_id: None,
        organization_id: None,
        visibility: Visibility::Published,
        expected_revision: 0,
        document: Sealed::from(metadata),
        distribution_ids: Vec::new(),
        raw: None,
        op: Op::Create,
        audience: Audience::Public,
    }
}

/// The same record after the revision that is there, with the operation that made it so.
fn after(write: &RecordWrite, revision: u32, op: Op) -> RecordWrite {
    RecordWrite { expected_revision: revision, op, ..write.clone() }
}

/// The same record, gone.
fn deleted(write: &RecordWrite, revision: u32) -> RecordWrite {
    let visibility = Visibility::Deleted { reason: "gone from its source".to_owned() };
    RecordWrite { visibility, ..after(write, revision, Op::Delete) }
}

/// Writes in one transaction at a second.
async fn put(store: &Store, second: i64, writes: Vec<RecordWrite>) -> Vec<Written> {
    let mut tx = store.begin("tests", at(second)).await.unwrap();
    tx.ensure_source(source_id(), "portal", "file").await.unwrap();
    let written = tx.write(writes).await.unwrap();
    tx.commit().await.unwrap();
    written
}

fn stored(slug: &str, revision: u32, seq: i64) -> Written {
    Written::Stored { slug: slug.parse().unwrap(), revision, seq: Seq(seq) }
}

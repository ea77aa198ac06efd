//! A record around any document, with fixed ids and times.

use std::sync::LazyLock;

use vitrina_domain::{
    change::Seq,
    metadata::Catalog,
    record::{Metadata, Record, Visibility},
    time::Timestamp,
    vocabulary::Vocabularies,
};

/// The languages that texts are chosen by.
pub const LANGUAGES: [&str; 2] = ["es", "en"];

/// The lists in force.
pub static VOCABULARIES: LazyLock<Vocabularies> =
    LazyLock::new(|| Vocabularies::embedded().expect("the embedded vocabularies can be used"));

/// The catalog that the records are listed in.
pub static CATALOG: LazyLock<Catalog> = LazyLock::new(|| vitrina_tests::site().catalog());

/// A published record with this document.
pub fn record(metadata: Metadata) -> Record {
    let id = |number: usize| format!("0190b6a5-7e2a-7c3e-8f10-{number:012}");
    let files = metadata.as_dataset().map_or(0, |dataset| dataset.distribution.len());
    Record {
        id: id(1).parse().expect("an id"),
        slug: "agua".parse().expect("a slug"),
        source_id: id(2).parse().expect("an id"),
        identifier: metadata.identifier().unwrap_or_default().to_owned(),
        catalog_id: Some(id(3).parse().expect("an id")),
        organization_id: None,
        visibility: Visibility::Published,
        was_published: true,
        created_seq: Seq::default(),
        revision: 1,
        created: Timestamp::default(),
        updated: Timestamp::default(),
        hash: metadata.digest(),
        distribution_ids: (0..files).map(|file| id(1000 + file).parse().expect("an id")).collect(),
        metadata,
    }
}

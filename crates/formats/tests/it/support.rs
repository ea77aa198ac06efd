//! What the tests of this crate share: fixtures, and a record with fixed ids and times.

use std::{fs, io::Cursor, path::PathBuf, sync::LazyLock};

use serde_json::Value;
use vitrina_domain::{
    metadata::Catalog,
    record::{Kind, Metadata, Record, Visibility},
    vocabulary::Vocabularies,
};
use vitrina_formats::read::{
    InputFormat, Limits, Outline, Parsed, RawItem, ReadError, items, outline, parse,
};

pub(crate) fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

pub(crate) fn fixture(name: &str) -> Vec<u8> {
    fs::read(folder("fixtures").join(name)).unwrap()
}

pub(crate) fn read_all(bytes: &[u8], limits: Limits) -> Result<(Outline, Vec<RawItem>), ReadError> {
    let outline = outline(&mut Cursor::new(bytes), limits)?;
    let records = items(Cursor::new(bytes), &outline, limits)?.collect::<Result<Vec<_>, _>>()?;
    Ok((outline, records))
}

pub(crate) fn parsed(format: InputFormat, item: &RawItem) -> Parsed {
    parse(format, item.json.as_ref().unwrap()).unwrap()
}

pub(crate) fn dataset(document: Value) -> Metadata {
    Metadata::from_document(Kind::Dataset, document).unwrap().0
}

pub(crate) fn full() -> Metadata {
    dataset(serde_json::from_slice(&fixture("full.json")).unwrap())
}

pub(crate) fn record(metadata: Metadata) -> Record {
    let files = metadata.as_dataset().map_or(0, |dataset| dataset.distribution.len());
    Record {
        id: "0190b6a5-7e2a-7c3e-8f10-000000000001".parse().unwrap(),
        slug: "consumo-de-agua-por-pozo".parse().unwrap(),
        source_id: "0190b6a5-7e2a-7c3e-8f10-000000000002".parse().unwrap(),
        identifier: metadata.identifier().unwrap_or("sin-identificador").to_owned(),
        catalog_id: Some("0190b6a5-7e2a-7c3e-8f10-000000000003".parse().unwrap()),
        organization_id: None,
        visibility: Visibility::Published,
        was_published: true,
        created_seq: serde_json::from_value(1.into()).unwrap(),
        revision: 3,
        created: "2026-01-02T03:04:05Z".parse().unwrap(),
        updated: "2026-02-03T04:05:06Z".parse().unwrap(),
        hash: metadata.digest(),
        metadata,
        distribution_ids: (0..files)
            .map(|index| format!("0190b6a5-7e2a-7c3e-8f10-000000001{index:03}").parse().unwrap())
            .collect(),
    }
}

pub(crate) fn catalog() -> Catalog {
    let document = serde_json::json!({
        "@id": "https://datos.example.org/",
        "title": {"es": "Catálogo de prueba", "en": "Test catalog"},
        "description": {"es": "Información de interés público de prueba."},
        "publisher": {"name": {"es": "Organismo garante de prueba"}},
        "homepage": "https://datos.example.org/"
    });
    match Metadata::from_document(Kind::Catalog, document).unwrap().0 {
        Metadata::Catalog(catalog) => *catalog,
        other => panic!("{other:?}"),
    }
}

/// The folder of real catalogs, where there is one.
pub(crate) fn cases() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cases");
    std::env::var_os("VITRINA_CASES").map(PathBuf::from).or(Some(beside)).filter(|folder| folder.is_dir())
}

pub(crate) fn files_below(folder: &std::path::Path) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

pub(crate) fn vocabularies() -> &'static Vocabularies {
    static LISTS: LazyLock<Vocabularies> = LazyLock::new(|| Vocabularies::embedded().unwrap());
    &LISTS
}

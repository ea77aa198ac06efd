//! What is exported comes back unchanged; what is altered is one update; what is unchanged writes nothing.
#![expect(clippy::unwrap_used, reason = "helpers of tests may stop them")]

use std::{fs, path::Path};

use serde_json::{Value, json};
use vitrina_app::{auth::Actor, export::ExportRequest};
use vitrina_domain::{finding::Locale, import::Outcome, query::Query, record::Kind};
use vitrina_formats::Format;
use vitrina_store::ChangeFilter;
use vitrina_tests::{Imported, World, cases, request};

async fn export(world: &World, format: Format) -> Vec<u8> {
    let request = ExportRequest { kind: Kind::Dataset, query: Query::All, format, locale: Locale::Es };
    let mut chunks = world.app.export(&Actor::Anonymous, request);
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.recv().await {
        bytes.extend(chunk.unwrap());
    }
    bytes
}

fn outcomes(imported: &Imported, wanted: Outcome) -> usize {
    imported.items.iter().filter(|item| item.outcome == wanted).count()
}

async fn again(world: &World, source: &str, bytes: &[u8]) -> Imported {
    let mut request = request("again");
    request.source = Some(source.to_owned());
    world.import_with(request, bytes).await.unwrap()
}

/// Imports, exports and imports again; nothing may change, and no change may be logged.
async fn check(name: &str, bytes: &[u8]) {
    let world = World::new().await.unwrap();
    let first = world.import(name, bytes).await.unwrap();
    let stored = outcomes(&first, Outcome::Created);
    assert!(stored > 0, "{name}: nothing was imported");
    let source = first.report.source.clone();
    let log = world.store.last_change(&ChangeFilter::All).await.unwrap();
    for format in [Format::DataJson, Format::Ndjson] {
        let exported = export(&world, format).await;
        let second = again(&world, &source, &exported).await;
        let changed: Vec<_> = second.items.iter().filter(|item| item.outcome != Outcome::Unchanged).collect();
        assert!(changed.is_empty(), "{name} as {}: {:?}", format.name(), changed.first());
        assert_eq!(second.items.len(), stored, "{name} as {}", format.name());
    }
    let same = again(&world, &source, bytes).await;
    assert_eq!(outcomes(&same, Outcome::Unchanged), stored, "{name}: the same bytes again");
    let kinds = [Kind::Dataset];
    let later = world.store.changes(&ChangeFilter::All, &kinds, log, 10).await.unwrap();
    assert_eq!(later, [], "{name}: an unchanged dataset was logged as changed");
    one_field(&world, name, &source).await;
}

/// Alters one field of one dataset: exactly one update.
async fn one_field(world: &World, name: &str, source: &str) {
    let exported = export(world, Format::Ndjson).await;
    let text = String::from_utf8(exported).unwrap();
    let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let altered = lines.len() / 2;
    lines[altered]["description"] = json!({"es": "Otra descripción"});
    let bytes: String = lines.iter().flat_map(|line| [line.to_string(), "\n".to_owned()]).collect();
    let third = again(world, source, bytes.as_bytes()).await;
    assert_eq!(outcomes(&third, Outcome::Updated), 1, "{name}");
    assert_eq!(outcomes(&third, Outcome::Unchanged), lines.len() - 1, "{name}");
}

fn fixtures(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn our_fixtures_come_back_unchanged() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/formats/tests/fixtures"));
    let world = World::new().await.unwrap();
    let mut checked = 0;
    for path in fixtures(folder).into_iter().filter(|path| path.is_file()) {
        let bytes = fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // Broken fixtures are for the readers' own tests.
        if world.import(&name, &bytes).await.is_ok_and(|first| outcomes(&first, Outcome::Created) > 0) {
            check(&name, &bytes).await;
            checked += 1;
        }
    }
    assert!(checked >= 5, "only {checked} fixtures were checked");
}

#[tokio::test(flavor = "multi_thread")]
async fn real_catalogs_come_back_unchanged() {
    let Some(root) = cases() else {
        eprintln!("no real catalogs here: set VITRINA_CASES to their folder");
        return;
    };
    for file in [
        "argentina-datajson/yvera.data.json",
        "pydatajson/tests/samples/full_data.json",
        "pydatajson/samples/catalogo-justicia.json",
        "geobtaa-latest/shared/05b-119_20190104.json",
        "geobtaa-latest/shared/13c-02_20220417.json",
        "project-open-data/v1.1/examples/catalog-sample-extended.json",
        "datagov-harvester/example_data/dcatus/dcatus_with_none.json",
        "ckan-responses/legado.dados.gov.br__package_search__ccd33064.json",
        "ckan-responses/legado.dados.gov.br__group_package_show__9a370c15.json",
    ] {
        check(file, &fs::read(root.join(file)).unwrap()).await;
    }
}

//! What is exported comes back unchanged; what is altered is one update; what is unchanged writes nothing.
#![expect(clippy::unwrap_used, reason = "helpers of tests may stop them")]

use std::{fs, path::Path};

use rstest::rstest;
use serde_json::{Value, json};
use vitrina_app::{auth::Actor, export::ExportRequest};
use vitrina_domain::{
    change::Op,
    finding::Locale,
    import::Outcome,
    query::{Field, Query, Test},
    record::Kind,
};
use vitrina_formats::Format;
use vitrina_store::ChangeFilter;
use vitrina_tests::{Engine, FOLDERS, Imported, World, cases, files, request};

/// The formats that come back.
const BACK: [Format; 2] = [Format::DataJson, Format::Ndjson];

/// The real catalogs that go round on the second database too; all of them do on the first.
const SAMPLE: [&str; 9] = [
    "argentina-datajson/yvera.data.json",
    "pydatajson/tests/samples/full_data.json",
    "pydatajson/samples/catalogo-justicia.json",
    "geobtaa-latest/shared/05b-119_20190104.json",
    "geobtaa-latest/shared/13c-02_20220417.json",
    "project-open-data/v1.1/examples/catalog-sample-extended.json",
    "datagov-harvester/example_data/dcatus/dcatus_with_none.json",
    "ckan-responses/legado.dados.gov.br__package_search__ccd33064.json",
    "ckan-responses/legado.dados.gov.br__group_package_show__9a370c15.json",
];

/// One document on its way round, apart from all others by its source.
struct Trip<'a> {
    world: &'a World,
    source: &'a str,
}

impl Trip<'_> {
    async fn import(&self, bytes: &[u8]) -> anyhow::Result<Imported> {
        let mut request = request(self.source);
        request.source = Some(self.source.to_owned());
        Box::pin(self.world.import_with(request, bytes)).await
    }

    async fn export(&self, format: Format) -> Vec<u8> {
        let query = Query::Field(Field::Source, Test::AnyOf(vec![self.source.to_owned()]));
        let request = ExportRequest { kind: Kind::Dataset, query, format, locale: Locale::Es };
        let mut chunks = self.world.app.export(&Actor::Anonymous, request);
        let mut bytes = Vec::new();
        while let Some(chunk) = chunks.recv().await {
            bytes.extend(chunk.unwrap());
        }
        bytes
    }

    /// What the log says of datasets after the work.
    async fn logged(&self, work: impl Future<Output = ()>) -> Vec<Op> {
        let before = self.world.store.last_change(&ChangeFilter::All).await.unwrap();
        work.await;
        let store = &self.world.store;
        let later = store.changes(&ChangeFilter::All, &[Kind::Dataset], before, 10).await.unwrap();
        later.into_iter().map(|change| change.op).collect()
    }

    /// Imports, exports and imports again: nothing may change, and no change may be logged. Then one altered field
    /// is one update. Gives how many datasets went round, or nothing when the document is none that is imported.
    async fn go(&self, bytes: &[u8]) -> Option<usize> {
        let stored = self.import(bytes).await.map_or(0, |first| count(&first, Outcome::Created));
        if stored == 0 {
            return None;
        }
        let logged = self.logged(self.come_back(bytes, stored)).await;
        assert_eq!(logged, [], "{}: an unchanged dataset was logged as changed", self.source);
        for format in BACK {
            self.alter_one(format, stored).await;
        }
        Some(stored)
    }

    async fn come_back(&self, bytes: &[u8], stored: usize) {
        for format in BACK {
            let exported = self.export(format).await;
            let again = self.import(&exported).await.unwrap();
            self.check(&again, Outcome::Unchanged, format);
            assert_eq!(again.items.len(), stored, "{} as {}", self.source, format.name());
        }
        let same = self.import(bytes).await.unwrap();
        assert_eq!(count(&same, Outcome::Unchanged), stored, "{}: the same bytes again", self.source);
    }

    fn check(&self, imported: &Imported, wanted: Outcome, format: Format) {
        let other = imported.items.iter().find(|item| item.outcome != wanted);
        assert!(other.is_none(), "{} as {}: {other:?}", self.source, format.name());
    }

    /// Alters the description of one dataset on the way.
    async fn alter_one(&self, format: Format, stored: usize) {
        let mut exported = Exported::parse(format, &self.export(format).await);
        assert_eq!(exported.datasets().len(), stored, "{} as {}", self.source, format.name());
        exported.datasets()[stored / 2]["description"] = match format {
            Format::Ndjson => json!({"es": "Otra descripción"}),
            _ => json!(format!("Una descripción más, por {}", format.name())),
        };
        self.expect_one_update(&exported, stored, "description").await;
    }

    async fn expect_one_update(&self, altered: &Exported, stored: usize, what: &str) {
        let told = self.told(altered, stored).await;
        assert_eq!(told, [Op::Update], "{}: {what} altered", self.source);
    }

    /// What the log says of a catalog with one altered dataset, if the report says the same.
    async fn told(&self, altered: &Exported, stored: usize) -> Vec<Op> {
        let mut updated = 0;
        let work = async {
            let back = self.import(&altered.bytes()).await.unwrap();
            assert_eq!(back.items.len(), stored, "{}", self.source);
            updated = count(&back, Outcome::Updated);
        };
        let logged = self.logged(work).await;
        assert_eq!(logged.len(), updated, "{}: the log and the report differ", self.source);
        logged
    }
}

/// An exported catalog that can be altered.
enum Exported {
    /// One document.
    Whole(Value),
    /// A document per line.
    Lines(Vec<Value>),
}

impl Exported {
    fn parse(format: Format, bytes: &[u8]) -> Self {
        if format == Format::Ndjson {
            let lines = serde_json::Deserializer::from_slice(bytes).into_iter();
            return Self::Lines(lines.collect::<Result<_, _>>().unwrap());
        }
        Self::Whole(serde_json::from_slice(bytes).unwrap())
    }

    fn datasets(&mut self) -> &mut [Value] {
        match self {
            Self::Whole(document) => document["dataset"].as_array_mut().unwrap(),
            Self::Lines(lines) => lines,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Whole(document) => document.to_string().into_bytes(),
            Self::Lines(lines) => lines.iter().flat_map(|line| format!("{line}\n").into_bytes()).collect(),
        }
    }
}

fn count(imported: &Imported, wanted: Outcome) -> usize {
    imported.items.iter().filter(|item| item.outcome == wanted).count()
}

/// Every fixture of the readers, with its name.
fn fixtures() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/formats/tests/fixtures"));
    let named = files(folder).into_iter().map(|path| {
        let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
        (name, fs::read(path).unwrap())
    });
    named.filter(|(name, _)| !name.contains('/')).collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn our_fixtures_come_back_unchanged(#[case] engine: Engine) {
    let Some(world) = World::on(engine).await.unwrap() else { return };
    let mut round = 0;
    for (source, bytes) in fixtures() {
        // Broken fixtures are for the readers' own tests.
        let trip = Trip { world: &world, source: &source };
        round += usize::from(trip.go(&bytes).await.is_some());
    }
    assert!(round >= 12, "only {round} fixtures went round");
}

/// Every text of every dataset of the fixtures, altered alone, in each format that comes back.
#[rstest]
#[case::data_json(Format::DataJson)]
#[case::ndjson(Format::Ndjson)]
#[tokio::test(flavor = "multi_thread")]
async fn each_text_altered_alone_is_one_update(#[case] format: Format) {
    let world = World::new().await.unwrap();
    let mut altered = 0;
    let mut lost = Vec::new();
    for (source, bytes) in fixtures() {
        let trip = Trip { world: &world, source: &source };
        let Ok(first) = trip.import(&bytes).await else { continue };
        let stored = count(&first, Outcome::Created);
        for position in 0..stored {
            let whole = Exported::parse(format, &trip.export(format).await).datasets()[position].take();
            for pointer in texts(&whole, format) {
                let mut exported = Exported::parse(format, &trip.export(format).await);
                let text = exported.datasets()[position].pointer_mut(&pointer).unwrap();
                *text = Value::from(format!("{} x", text.as_str().unwrap()));
                if trip.told(&exported, stored).await != [Op::Update] {
                    lost.push(format!("{source} {position}{pointer}"));
                }
                altered += 1;
            }
        }
    }
    assert!(lost.is_empty(), "altered without an update:\n{}", lost.join("\n"));
    assert!(altered > 100, "only {altered} texts were altered");
}

/// What the server says of a record in its own form, and ignores when it comes back.
const OWN: [&str; 13] = [
    "/catalog_id",
    "/created_at",
    "/hash",
    "/id",
    "/iri",
    "/kind",
    "/organization_id",
    "/slug",
    "/source_id",
    "/source_name",
    "/updated_at",
    "/url",
    "/visibility",
];

/// Pointers to the texts of a document that are its content.
fn texts(document: &Value, format: Format) -> Vec<String> {
    let mut found = Vec::new();
    let mut pending = vec![(String::new(), document)];
    while let Some((pointer, value)) = pending.pop() {
        match value {
            Value::Object(members) => pending.extend(members.iter().map(|(name, value)| {
                (format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")), value)
            })),
            Value::Array(values) => {
                pending
                    .extend(values.iter().enumerate().map(|(at, value)| (format!("{pointer}/{at}"), value)));
            }
            Value::String(_) => found.push(pointer),
            _ => {}
        }
    }
    found.retain(|pointer| !is_no_content(pointer, format));
    // Whole values first: they go when the member beside them is altered.
    found.sort_by_key(|pointer| (!pointer.contains("/vitrina/"), pointer.clone()));
    found
}

/// Whether a text names something or is made by the format.
fn is_no_content(pointer: &str, format: Format) -> bool {
    let last = pointer.rsplit('/').next().unwrap_or_default();
    let is_own = format == Format::Ndjson
        && (OWN.contains(&pointer)
            || (pointer.starts_with("/distribution/") && pointer.matches('/').count() == 3 && last == "id"));
    is_own || pointer.contains("/vitrinaSeals/") || pointer == "/identifier" || last.starts_with('@')
}

#[tokio::test(flavor = "multi_thread")]
async fn every_real_catalog_comes_back_unchanged() {
    let Some(root) = cases() else {
        eprintln!("no real catalogs here: set VITRINA_CASES to their folder");
        return;
    };
    let world = World::new().await.unwrap();
    let (mut catalogs, mut datasets) = (0, 0);
    for path in FOLDERS.iter().flat_map(|folder| files(&root.join(folder))) {
        let source = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        let trip = Trip { world: &world, source: &source };
        let round = trip.go(&fs::read(&path).unwrap()).await;
        catalogs += usize::from(round.is_some());
        datasets += round.unwrap_or_default();
    }
    println!("{catalogs} catalogs with {datasets} datasets went round");
    assert!(catalogs >= 50, "only {catalogs} catalogs went round");
}

#[tokio::test(flavor = "multi_thread")]
async fn real_catalogs_come_back_unchanged_on_postgres() {
    let Some(root) = cases() else {
        eprintln!("no real catalogs here: set VITRINA_CASES to their folder");
        return;
    };
    let Some(world) = World::on(Engine::Postgres).await.unwrap() else { return };
    for source in SAMPLE {
        let trip = Trip { world: &world, source };
        let round = trip.go(&fs::read(root.join(source)).unwrap()).await;
        assert!(round.is_some(), "{source}: nothing was imported");
    }
}

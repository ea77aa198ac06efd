//! A whole Vitrina inside the test, with the machine's clock and a real index.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, anyhow};
use vitrina_app::{
    App, Parts,
    auth::Actor,
    import::{ImportReport, ImportRequest, Mode, Observer, Replace},
    jobs::Kinds,
    ports::{Clock, Deliver, SystemClock, SystemIds},
    site::Site,
};
use vitrina_domain::{
    finding::{Bilingual, Locale},
    guideline::Guidelines,
    import::Item,
    vocabulary::Vocabularies,
};
use vitrina_egress::{Client, Config, Contact, Webhooks};
use vitrina_formats::read::Outline;
use vitrina_search::Index;
use vitrina_store::{
    Store,
    testing::{Engine, TestStore},
};
use vitrina_validation::Validator;

/// A whole Vitrina; its data goes with it.
pub struct World {
    /// The use cases.
    pub app: App,
    /// The store behind them.
    pub store: Store,
    // Dropped last, after everything that is connected to it.
    place: TestStore,
}

impl World {
    /// A new, empty one on SQLite.
    pub async fn new() -> anyhow::Result<Self> {
        Self::on(Engine::Sqlite).await?.context("SQLite is always there")
    }

    /// A new, empty one on a database; nothing when it is to be on `PostgreSQL` and none is installed.
    pub async fn on(engine: Engine) -> anyhow::Result<Option<Self>> {
        let Some(place) = TestStore::open(engine).await.map_err(|error| anyhow!(error))? else {
            return Ok(None);
        };
        let store = place.store.clone();
        let app = assembled(store.clone(), &place.config.data_dir, Kinds::standard())?;
        Ok(Some(Self { app, store, place }))
    }

    /// The data folder.
    pub fn folder(&self) -> PathBuf {
        self.place.config.data_dir.clone()
    }

    /// Imports bytes as the operator would from a file with this name.
    pub async fn import(&self, name: &str, bytes: &[u8]) -> anyhow::Result<Imported> {
        self.import_with(request(name), bytes).await
    }

    /// Imports bytes.
    pub async fn import_with(&self, request: ImportRequest, bytes: &[u8]) -> anyhow::Result<Imported> {
        let document = self.app.spool_all(bytes)?;
        let mut items = Collector::default();
        let report = self.app.import(&Actor::Operator, request, document, &mut items).await?;
        Ok(Imported { report, items: items.0 })
    }
}

/// A Vitrina around an open store, with the machine's clock.
pub fn assembled(store: Store, data_dir: &Path, kinds: Kinds) -> anyhow::Result<App> {
    Ok(App::new(parts(store, data_dir, kinds)?))
}

/// The same with a clock of its own.
pub fn assembled_at(
    store: Store,
    data_dir: &Path,
    kinds: Kinds,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<App> {
    Ok(App::new(Parts { clock, ..parts(store, data_dir, kinds)? }))
}

/// The same with a way to subscribers of one's own.
pub fn assembled_with(
    store: Store,
    data_dir: &Path,
    kinds: Kinds,
    deliver: Arc<dyn Deliver>,
) -> anyhow::Result<App> {
    Ok(App::new(Parts { deliver, ..parts(store, data_dir, kinds)? }))
}

/// The parts around an open store, with the machine's clock and without a mail server; nothing of this machine or its
/// network can be called.
pub fn parts(store: Store, data_dir: &Path, kinds: Kinds) -> anyhow::Result<Parts> {
    let contact = site().base_url.parse::<Contact>()?;
    let client = Client::new(Config::new(contact), Arc::new(SystemClock))?;
    let vocabularies = Arc::new(Vocabularies::embedded()?);
    let guidelines = Arc::new(Guidelines::embedded()?);
    let validator = Arc::new(Validator::embedded(&vocabularies, &guidelines)?);
    let index = Arc::new(Index::open(&data_dir.join("index"), &vocabularies)?);
    Ok(Parts {
        store,
        index,
        vocabularies,
        guidelines,
        validator,
        clock: Arc::new(SystemClock),
        ids: Arc::new(SystemIds),
        parser: Arc::new(vitrina_cli::parse_worker::Here),
        deliver: Arc::new(Webhooks::new(client, Arc::new(SystemClock))),
        site: site(),
        files: vitrina_app::file::Rules::default(),
        kinds,
        mail: None,
    })
}

/// The request that the command line makes for a file.
pub fn request(name: &str) -> ImportRequest {
    ImportRequest {
        source: None,
        fallback_source: name.to_owned(),
        catalog_id: None,
        organization_id: None,
        fetched: SystemClock.now(),
        mode: Mode::Apply,
        replace: Replace::Keep,
    }
}

/// What an import did, with every item.
pub struct Imported {
    /// The report.
    pub report: ImportReport,
    /// The items, in the order they were decided.
    pub items: Vec<Item>,
}

#[derive(Default)]
struct Collector(Vec<Item>);

impl Observer for Collector {
    fn recognised(&mut self, _outline: &Outline) {}

    fn item(&mut self, item: &Item) {
        self.0.push(item.clone());
    }
}

/// The site of every journey.
pub fn site() -> Site {
    Site {
        base_url: "http://127.0.0.1:8080".to_owned(),
        title: Bilingual::new("Vitrina de prueba", "Test showcase"),
        description: Bilingual::new("Catálogo de las pruebas", "The catalog of the tests"),
        publisher: "Pruebas".to_owned(),
        language: Locale::Es,
    }
}

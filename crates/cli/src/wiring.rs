//! Where the parts meet: a catalog opened from its folder.

use std::sync::Arc;

use tempfile::TempDir;
use vitrina_app::{
    App, Parts,
    file::Rules,
    jobs::Kinds,
    ports::{Deliver, Mail, SystemClock, SystemIds, parser::Parser},
    site::Site,
};
use vitrina_domain::{finding::Bilingual, guideline::Guidelines, vocabulary::Vocabularies};
use vitrina_egress::{Client, Webhooks, guard::Allow};
use vitrina_search::Index;
use vitrina_store::{Store, StoreError};
use vitrina_validation::Validator;

use crate::{
    authorities::authorities,
    config::{Settings, Size},
    failure::Failure,
    parse_worker,
    postman::postman,
};

/// The key under which the store keeps what permanent addresses begin with.
pub(crate) const BASE_URL_KEY: &str = "base_url";

/// A catalog, opened.
pub(crate) struct Catalog {
    /// The use cases.
    pub app: App,
    /// The store behind them: to close it, and to look at it from outside.
    pub store: Store,
}

impl Catalog {
    /// Opens the catalog and brings its schema up to date. Addresses begin with `base_url`, else with what the
    /// catalog was published under, else with the loopback address.
    pub(crate) async fn open(settings: &Settings) -> Result<Self, Failure> {
        let store = open_store(settings).await?;
        store
            .migrate()
            .await
            .map_err(|error| store_failure("cannot bring the database up to date", error))?;
        let base_url = match &settings.base_url {
            Some(base_url) => base_url.to_string(),
            None => store
                .setting(BASE_URL_KEY)
                .await
                .map_err(|error| store_failure("cannot read the catalog", error))?
                .unwrap_or_else(|| settings.base_url()),
        };
        Self::assemble(settings, store, base_url)
    }

    /// An empty catalog in a folder that goes away with the handle: for work that stores nothing.
    pub(crate) async fn scratch(settings: &Settings) -> Result<(TempDir, Self), Failure> {
        let folder = TempDir::new()
            .map_err(|error| Failure::because("cannot make a scratch folder for the time being", error))?;
        let settings = Settings {
            data_dir: folder.path().to_owned(),
            database_url: None,
            files_url: None,
            ..settings.clone()
        };
        let store = open_store(&settings).await?;
        let base_url = settings.base_url();
        Ok((folder, Self::assemble(&settings, store, base_url)?))
    }

    /// Puts the parts around an open store together.
    pub(crate) fn assemble(settings: &Settings, store: Store, base_url: String) -> Result<Self, Failure> {
        let vocabularies = Vocabularies::embedded()
            .map_err(|error| Failure::because("the embedded vocabularies cannot be used", error))?;
        let guidelines = Guidelines::embedded()
            .map_err(|error| Failure::because("the embedded guidelines cannot be used", error))?;
        let validator = Validator::embedded(&vocabularies, &guidelines)
            .map_err(|error| Failure::because("the embedded rules cannot be used", error))?;
        let folder = settings.data_dir.join("index");
        let index = Index::open(&folder, &vocabularies).map_err(|error| {
            Failure::because(format!("cannot open the search index in {}", folder.display()), error)
                .help("the index is derived: delete that folder and it is made anew")
        })?;
        let mail = postman(settings, &base_url)?.map(|postman| Arc::new(postman) as Arc<dyn Mail>);
        let client = client(settings, &base_url)?;
        let app = App::new(Parts {
            store: store.clone(),
            index: Arc::new(index),
            vocabularies: Arc::new(vocabularies),
            guidelines: Arc::new(guidelines),
            validator: Arc::new(validator),
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds),
            parser: parser(settings)?,
            deliver: deliver(client),
            site: site(settings, base_url),
            kinds: Kinds::standard(),
            mail,
            files: Rules {
                types: settings.file_types.0.clone(),
                organization_quota: settings.organization_quota.map(Size::get),
                site_quota: settings.site_quota.map(Size::get),
            },
        });
        Ok(Self { app, store })
    }

    /// Closes the database; nothing is lost when this is not reached.
    pub(crate) async fn close(self) {
        drop(self.app);
        self.store.close().await;
    }
}

/// Connects to the database of the settings; the schema is not touched.
pub(crate) async fn open_store(settings: &Settings) -> Result<Store, Failure> {
    if settings.data_dir.is_file() {
        return Err(Failure::usage(format!("{} is a file, not a folder", settings.data_dir.display())).help(
            "--data-dir takes the folder of a catalog; a file to import is given to `vitrina import`",
        ));
    }
    let config = vitrina_store::Config {
        data_dir: settings.data_dir.clone(),
        database_url: settings.database_url.as_ref().map(|url| url.expose().to_owned()),
        files_url: settings.files_url.clone(),
        max_connections: settings.max_connections.get(),
    };
    let place = settings
        .database_url
        .as_ref()
        .map_or_else(|| settings.data_dir.display().to_string(), ToString::to_string);
    Store::open(&config)
        .await
        .map_err(|error| store_failure(format!("cannot open the catalog in {place}"), error))
}

/// A failure of the store with the advice that fits it.
pub(crate) fn store_failure(sentence: impl Into<String>, error: StoreError) -> Failure {
    let help = match &error {
        StoreError::Unavailable(_) => "is the database running, and may this user connect to it?",
        StoreError::Busy(_) => "another process writes to the catalog; try again when it has ended",
        StoreError::File { .. } => "may this user write to the folder, and is there room on the disk?",
        StoreError::Files(_) => "is the object store running, and may this key write to the bucket?",
        StoreError::Damaged { .. } => "bring the file back from a backup, or have it uploaded again",
        StoreError::Unsupported(_) => "use the version of Vitrina that wrote the catalog, or a newer one",
        StoreError::Database(_) | StoreError::Inconsistent { .. } | StoreError::Taken { .. } => {
            "`vitrina doctor` looks for the reason"
        }
    };
    Failure::because(sentence, error).help(help)
}

/// Who looks into files: processes of their own.
#[cfg(unix)]
pub(crate) fn parser(settings: &Settings) -> Result<Arc<dyn Parser>, Failure> {
    let bulk_bytes = u64::from(settings.parse_memory.get()) << 20;
    let pool = parse_worker::this_program()
        .and_then(|program| parse_worker::Pool::start(program, vitrina_server::cores(), bulk_bytes))
        .map_err(|error| Failure::because("cannot start the threads of the parse workers", error))?;
    Ok(Arc::new(pool))
}

/// Elsewhere a process cannot give up what it does not need, and one of its own would protect nobody.
#[cfg(not(unix))]
pub(crate) fn parser(_settings: &Settings) -> Result<Arc<dyn Parser>, Failure> {
    Ok(Arc::new(parse_worker::Here))
}

/// The one way out, as the operator opened it.
fn client(settings: &Settings, base_url: &str) -> Result<Client, Failure> {
    let contact = match &settings.egress_contact {
        Some(contact) => contact.0.clone(),
        None => base_url.parse().map_err(|error| {
            Failure::because("cannot tell other servers whom to write to", error)
                .help("write an address into the setting egress_contact")
        })?,
    };
    let mut config = vitrina_egress::Config::new(contact);
    config.allow = Allow::new(settings.egress_allow.0.clone());
    config.roots = authorities("egress_roots", settings.egress_roots.as_deref())?;
    Client::new(config, Arc::new(SystemClock))
        .map_err(|error| Failure::because("cannot set up the way out to other servers", error))
}

/// Who tells subscribers what changed.
fn deliver(client: Client) -> Arc<dyn Deliver> {
    Arc::new(Webhooks::new(client, Arc::new(SystemClock)))
}

fn site(settings: &Settings, base_url: String) -> Site {
    Site {
        base_url,
        title: Bilingual::new(&settings.site_title, &settings.site_title_en),
        description: Bilingual::new(&settings.site_description, &settings.site_description_en),
        publisher: settings.site_publisher.clone(),
        language: settings.language,
    }
}

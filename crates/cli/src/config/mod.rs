//! The configuration: defaults, then the file, then the environment, then the flags; the later one wins.
//!
//! To add a setting: a field of [`Settings`], its default, and one row of [`SETTINGS`]. The reference in
//! `docs/configuration.md` is written from that table.

use std::{
    net::SocketAddr,
    num::NonZeroU32,
    path::{Path, PathBuf},
};

use figment::{
    Figment, Profile, Provider,
    providers::{Format as _, Serialized, Toml},
    value::{Dict, Map, Value},
};
use serde::{Deserialize, Serialize};
use vitrina_domain::{finding::Locale, network::Network};
use vitrina_egress::{Contact, guard::Allowed};
use vitrina_formats::FileType;
use vitrina_server::limit::OwnBudget;
use vitrina_store::BucketUrl;

mod list;
mod mail_url;
mod problem;
mod reference;
mod setting;
mod size;
mod value;

pub use list::{HostName, List, Written};
pub use mail_url::{InvalidMailUrl, MailUrl};
pub use problem::ConfigError;
pub use reference::{as_toml, reference};
pub use setting::{SETTINGS, Setting};
pub use size::Size;
pub use value::{BaseUrl, DatabaseUrl, LogFormat, Tls};

/// What every environment variable of ours begins with.
pub const PREFIX: &str = "VITRINA_";

/// The file that is read when it stands in the data folder.
pub const FILE: &str = "vitrina.toml";

/// The configuration in force.
///
/// Serialising it shows no secret: passwords are masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The folder of the catalog.
    pub data_dir: PathBuf,
    /// The database, when it is not the file in the data folder.
    pub database_url: Option<DatabaseUrl>,
    /// The bucket for the files, when it is not the folder `blobs`.
    pub files_url: Option<BucketUrl>,
    /// The kinds of files that may be uploaded.
    pub file_types: List<FileType>,
    /// The longest file.
    pub file_size: Size,
    /// The most bytes of the files of one organization.
    pub organization_quota: Option<Size>,
    /// The most bytes of all files.
    pub site_quota: Option<Size>,
    /// The most connections for reading.
    pub max_connections: NonZeroU32,
    /// Where the server listens.
    pub listen: SocketAddr,
    /// What permanent addresses begin with.
    pub base_url: Option<BaseUrl>,
    /// Who encrypts the traffic of a public address.
    pub tls: Option<Tls>,
    /// The proxies whose word about the client is believed: addresses and networks.
    pub proxies: List<Network>,
    /// Names that the server answers to beside that of `base_url`.
    pub hosts: List<HostName>,
    /// Where the figures for the operator are, when not beside everything else.
    pub metrics_listen: Option<SocketAddr>,
    /// How many requests of a class run at once, where ours does not fit.
    pub budgets: List<OwnBudget>,
    /// What may be asked although it is inside the operator's network.
    pub egress_allow: List<Allowed>,
    /// Whom the owner of a server that is asked can write to, when not the site.
    pub egress_contact: Option<Written<Contact>>,
    /// A file with authorities that are trusted beside the usual ones.
    pub egress_roots: Option<PathBuf>,
    /// How many jobs a process does at once.
    pub workers: usize,
    /// The memory of a parse worker for tables and archives, in MiB.
    pub parse_memory: NonZeroU32,
    /// The mail server that letters are handed to.
    pub mail_url: Option<MailUrl>,
    /// Whom letters are from.
    pub mail_from: Option<String>,
    /// A file with certificates of authorities that the mail server's may be from, beside those of Mozilla's list.
    pub mail_authorities: Option<PathBuf>,
    /// What the site is called, in Spanish.
    pub site_title: String,
    /// What the site is called, in English.
    pub site_title_en: String,
    /// What the site offers, in Spanish.
    pub site_description: String,
    /// What the site offers, in English.
    pub site_description_en: String,
    /// Who runs the site.
    pub site_publisher: String,
    /// The language for readers who ask for none.
    pub language: Locale,
    /// How much is logged.
    pub log_level: Option<String>,
    /// The form of the log.
    pub log_format: LogFormat,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("./vitrina-data"),
            database_url: None,
            files_url: None,
            file_types: List(FileType::OPEN.to_vec()),
            file_size: Size::bytes(1 << 30),
            organization_quota: None,
            site_quota: None,
            max_connections: NonZeroU32::MIN.saturating_add(7),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            base_url: None,
            tls: None,
            proxies: List::default(),
            hosts: List::default(),
            metrics_listen: None,
            budgets: List::default(),
            egress_allow: List::default(),
            egress_contact: None,
            egress_roots: None,
            workers: 2,
            parse_memory: NonZeroU32::MIN.saturating_add(511),
            mail_url: None,
            mail_from: None,
            mail_authorities: None,
            site_title: "Catálogo de información de interés público".to_owned(),
            site_title_en: "Catalog of public-interest information".to_owned(),
            site_description: "Lo que las instituciones publican porque a todas las personas les sirve."
                .to_owned(),
            site_description_en: "What institutions publish because everybody has a use for it.".to_owned(),
            site_publisher: "Vitrina".to_owned(),
            language: Locale::Es,
            log_level: None,
            log_format: LogFormat::Auto,
        }
    }
}

/// What the flags of a command say; nothing where a flag was not given.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Flags {
    /// `--data-dir`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    /// `--database-url`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_url: Option<String>,
    /// `--listen`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
    /// `--base-url`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// `--tls`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// `--proxies`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxies: Option<String>,
    /// `--hosts`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hosts: Option<String>,
    /// `--metrics-listen`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics_listen: Option<SocketAddr>,
    /// `--log-level`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_level: Option<String>,
    /// `--log-format`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_format: Option<LogFormat>,
}

/// The environment's variables of ours, handed in so that tests need no real ones.
pub type Environment = Vec<(String, String)>;

impl Settings {
    /// Puts the configuration together. `file` is the one named by `--config`.
    pub fn load(file: Option<&Path>, environment: &Environment, flags: &Flags) -> Result<Self, ConfigError> {
        let variables = Variables::read(environment)?;
        let named = file.map(Path::to_owned).or_else(|| variables.file.clone());
        let base = Figment::from(Serialized::defaults(Self::default()));
        let over = |figment: Figment| figment.merge(&variables).merge(Serialized::defaults(flags));
        let base = if let Some(file) = named {
            base.merge(read_file(&file)?)
        } else {
            let data_dir: PathBuf = over(base.clone()).extract_inner("data_dir")?;
            match data_dir.join(FILE) {
                file if file.exists() => base.merge(refuse_data_dir(read_file(&file)?, &file)?),
                _ => base,
            }
        };
        Ok(over(base).extract()?)
    }

    /// What permanent addresses begin with: the setting, else the loopback address.
    pub fn base_url(&self) -> String {
        match &self.base_url {
            Some(base_url) => base_url.to_string(),
            None => format!("http://{}", self.listen),
        }
    }

    /// Refuses a public address without the settings that make it safe, and figures in the place of the catalog.
    pub fn check_addresses(&self) -> Result<(), ConfigError> {
        self.check_exposure()?;
        match self.metrics_listen {
            Some(metrics) if metrics == self.listen && metrics.port() != 0 => {
                Err(ConfigError::Shared { address: metrics })
            }
            _ => Ok(()),
        }
    }

    /// Refuses a public address of which it is not said what it is called and who encrypts it.
    fn check_exposure(&self) -> Result<(), ConfigError> {
        if self.listen.ip().is_loopback() || (self.base_url.is_some() && self.tls.is_some()) {
            return Ok(());
        }
        let mut missing = Vec::new();
        if self.base_url.is_none() {
            missing.push("base_url");
        }
        if self.tls.is_none() {
            missing.push("tls");
        }
        Err(ConfigError::Exposed { listen: self.listen, missing })
    }
}

/// A configuration file, read and checked for names that are no settings.
struct File {
    path: PathBuf,
    values: Dict,
}

impl Provider for File {
    fn metadata(&self) -> figment::Metadata {
        figment::Metadata::named(self.path.display().to_string())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.values.clone()))
    }
}

fn read_file(path: &Path) -> Result<File, ConfigError> {
    let unreadable = |source| ConfigError::File { path: path.to_owned(), source };
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    let values: Dict = Toml::from_str(&text)
        .map_err(|error| ConfigError::Toml { path: path.to_owned(), reason: error.to_string() })?;
    for key in values.keys() {
        setting::known(key).map_err(|nearest| ConfigError::Unknown {
            key: key.clone(),
            place: path.display().to_string(),
            nearest,
        })?;
    }
    let has_secret = ["database_url", "files_url", "mail_url"]
        .iter()
        .any(|name| values.get(*name).and_then(Value::as_str).is_some_and(value::has_password));
    if has_secret && is_readable_by_others(path).map_err(unreadable)? {
        return Err(ConfigError::Readable { path: path.to_owned() });
    }
    Ok(File { path: path.to_owned(), values })
}

/// The file in the data folder cannot say where the data folder is.
fn refuse_data_dir(file: File, path: &Path) -> Result<File, ConfigError> {
    if file.values.contains_key("data_dir") {
        return Err(ConfigError::Circular { path: path.to_owned() });
    }
    Ok(file)
}

#[cfg(unix)]
fn is_readable_by_others(path: &Path) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(std::fs::metadata(path)?.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_readable_by_others(_path: &Path) -> std::io::Result<bool> {
    Ok(false)
}

/// The settings that the environment gives.
struct Variables {
    values: Dict,
    /// `VITRINA_CONFIG`, the variable of `--config`.
    file: Option<PathBuf>,
}

/// Variables that begin like ours and are none: those of the tests, and those that Kubernetes sets in every
/// container for a service called `vitrina`.
const FOREIGN: &[&str] = &["TEST_", "CASES", "BENCH_", "ADVISORY_DB", "SERVICE_", "PORT"];

impl Variables {
    fn read(environment: &Environment) -> Result<Self, ConfigError> {
        let mut variables = Self { values: Dict::new(), file: None };
        for (name, value) in environment {
            let Some(rest) = name.strip_prefix(PREFIX) else { continue };
            // An empty variable is how a compose file or a unit says "not set".
            if value.is_empty() || FOREIGN.iter().any(|foreign| rest.starts_with(foreign)) {
                continue;
            }
            if rest == "CONFIG" {
                variables.file = Some(PathBuf::from(value));
                continue;
            }
            let key = rest.to_ascii_lowercase();
            setting::known(&key).map_err(|nearest| ConfigError::Unknown {
                key: name.clone(),
                place: "the environment".to_owned(),
                nearest: nearest.map(|nearest| format!("{PREFIX}{}", nearest.to_ascii_uppercase())),
            })?;
            variables.values.insert(key, setting::typed(value));
        }
        Ok(variables)
    }
}

impl Provider for &Variables {
    fn metadata(&self) -> figment::Metadata {
        figment::Metadata::named("the environment")
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.values.clone()))
    }
}

#[cfg(test)]
mod tests;

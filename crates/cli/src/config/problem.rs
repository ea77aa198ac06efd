//! What can be wrong with a configuration, and what to do about it.

use std::{net::SocketAddr, path::PathBuf};

use super::setting;
use crate::failure::Failure;

/// Why a configuration is refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file named cannot be read.
    #[error("the configuration file {} cannot be read", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file is no TOML.
    #[error("the configuration file {} is not TOML", path.display())]
    Toml {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        reason: String,
    },
    /// A name that is no setting.
    #[error("unknown setting {key:?} in {place}")]
    Unknown {
        /// The name.
        key: String,
        /// Where it stands.
        place: String,
        /// The name that is most like it.
        nearest: Option<String>,
    },
    /// A value that does not fit its setting.
    #[error("the setting {key:?} in {place} cannot be used: {reason}")]
    Value {
        /// The setting.
        key: String,
        /// Where it stands.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// The file in the data folder says where the data folder is.
    #[error("{} stands in the data folder and cannot set data_dir", path.display())]
    Circular {
        /// The file.
        path: PathBuf,
    },
    /// A file with a password that others can read.
    #[error("{} holds a password and others can read it", path.display())]
    Readable {
        /// The file.
        path: PathBuf,
    },
    /// One address for two things.
    #[error("listen and metrics_listen are both {address}")]
    Shared {
        /// The address.
        address: SocketAddr,
    },
    /// A public address without the settings that make it safe.
    #[error("{listen} can be reached from other machines, and {} not set", said(missing))]
    Exposed {
        /// The address.
        listen: SocketAddr,
        /// The settings that are missing.
        missing: Vec<&'static str>,
    },
}

fn said(missing: &[&str]) -> String {
    format!("{} {}", missing.join(" and "), if missing.len() == 1 { "is" } else { "are" })
}

impl From<figment::Error> for ConfigError {
    fn from(error: figment::Error) -> Self {
        let key = error.path.join(".");
        let place = error.metadata.as_ref().map_or("the configuration", |metadata| &metadata.name);
        // figment names the provider of flags by a Rust type.
        let place = if place.contains("::") { "the flags" } else { place }.to_owned();
        Self::Value { key, place, reason: error.kind.to_string() }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let help = match &error {
            ConfigError::File { .. } => "check the path given with --config or VITRINA_CONFIG".to_owned(),
            ConfigError::Toml { reason, .. } => reason.trim_end().to_owned(),
            ConfigError::Unknown { nearest: Some(nearest), .. } => format!("did you mean {nearest}?"),
            ConfigError::Unknown { nearest: None, .. } => {
                "`vitrina config --reference` lists every setting".to_owned()
            }
            ConfigError::Value { key, .. } => match setting::find(key) {
                Some(setting) => format!("for example {} = {:?}", setting.name, setting.example),
                None => "`vitrina config --reference` lists every setting".to_owned(),
            },
            ConfigError::Circular { .. } => "give the folder with --data-dir or VITRINA_DATA_DIR".to_owned(),
            ConfigError::Readable { path } => format!("chmod 600 {}", path.display()),
            ConfigError::Shared { .. } => {
                "give metrics_listen a port of its own, or leave it out: on loopback /metrics is beside the rest"
                    .to_owned()
            }
            ConfigError::Exposed { .. } => {
                "for example: --base-url https://datos.example.org --tls proxy (a server \
                                            in front encrypts), or --tls off-explicitly (nobody does)"
                    .to_owned()
            }
        };
        let sentence = error.to_string();
        match error {
            ConfigError::File { source, .. } => Self::usage(format!("{sentence}: {source}")),
            _ => Self::usage(sentence),
        }
        .help(help)
    }
}

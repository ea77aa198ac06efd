//! Values of settings that carry a rule.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, Serializer};
use url::Url;

/// The address of a database; its password shows nowhere.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct DatabaseUrl(String);

/// What no database address can be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a database address begins with postgres://, postgresql:// or sqlite:")]
pub struct InvalidDatabaseUrl;

impl DatabaseUrl {
    /// The address with its password, for the one that connects.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the address holds a password.
    pub fn has_password(&self) -> bool {
        has_password(&self.0)
    }
}

/// Whether an address holds a password, before it is known to be a good address.
pub(super) fn has_password(address: &str) -> bool {
    Url::parse(address)
        .is_ok_and(|url| url.password().is_some() || url.query_pairs().any(|(key, _)| key == "password"))
}

impl TryFrom<String> for DatabaseUrl {
    type Error = InvalidDatabaseUrl;

    fn try_from(text: String) -> Result<Self, InvalidDatabaseUrl> {
        let known = ["postgres://", "postgresql://", "sqlite:"];
        if known.iter().any(|scheme| text.starts_with(scheme)) {
            Ok(Self(text))
        } else {
            Err(InvalidDatabaseUrl)
        }
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(mut url) = Url::parse(&self.0) else {
            return f.write_str("(masked)");
        };
        if url.password().is_some() && url.set_password(Some("***")).is_err() {
            return f.write_str("(masked)");
        }
        if url.query().is_some() {
            // Options may hold a password too, in any spelling: none of them is shown.
            url.set_query(Some("***"));
        }
        f.write_str(url.as_str())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

impl Serialize for DatabaseUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What permanent addresses begin with: `https://host[/path]`, no slash at the end.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct BaseUrl(String);

/// What cannot begin a permanent address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} cannot begin an address: it takes http:// or https://, a host, and no user, query or fragment"
)]
pub struct InvalidBaseUrl(pub String);

impl FromStr for BaseUrl {
    type Err = InvalidBaseUrl;

    fn from_str(text: &str) -> Result<Self, InvalidBaseUrl> {
        let invalid = || InvalidBaseUrl(text.to_owned());
        let url = Url::parse(text.trim()).map_err(|_error| invalid())?;
        let fits = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if fits { Ok(Self(url.as_str().trim_end_matches('/').to_owned())) } else { Err(invalid()) }
    }
}

impl TryFrom<String> for BaseUrl {
    type Error = InvalidBaseUrl;

    fn try_from(text: String) -> Result<Self, InvalidBaseUrl> {
        text.parse()
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for BaseUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Who encrypts the traffic of a public address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Tls {
    /// A server in front of Vitrina.
    Proxy,
    /// Nobody, knowingly.
    OffExplicitly,
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// Text.
    Text,
    /// One JSON object a line.
    Json,
}

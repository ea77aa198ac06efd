//! What the server knows of itself: where it is reached and in which language it speaks by default.

use vitrina_domain::finding::{Bilingual, Locale};

/// The public face of the server. Addresses are built from it and never from the `Host` header.
#[derive(Debug, Clone)]
pub struct Site {
    /// The public base of every address, without a slash at the end.
    pub base_url: String,
    /// The language for readers who ask for none that is there.
    pub locale: Locale,
    /// What the site is called.
    pub title: Bilingual,
    /// The paths of the API, for hints on mistaken ones.
    pub paths: Vec<String>,
}

impl Site {
    /// The absolute address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// Whether the site is reached over TLS.
    pub fn is_https(&self) -> bool {
        self.base_url.starts_with("https://")
    }

    /// The host and port in the base address.
    pub fn authority(&self) -> Option<&str> {
        self.base_url.split_once("://").and_then(|(_, rest)| rest.split('/').next())
    }

    /// Whether the site is reached from its own machine only.
    pub fn is_loopback(&self) -> bool {
        let host = self.authority().map(host_of).unwrap_or_default();
        host == "localhost"
            || host
                .trim_matches(['[', ']'])
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    }

    #[cfg(test)]
    pub(crate) fn sample() -> Self {
        Self {
            base_url: "https://datos.example.org".to_owned(),
            locale: Locale::Es,
            title: Bilingual::new("Datos de ejemplo", "Sample data"),
            paths: vec!["/api/v1/datasets".to_owned(), "/api/v1/catalogs".to_owned()],
        }
    }
}

/// A host name or bracketed address without its port.
fn host_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => authority,
    }
}

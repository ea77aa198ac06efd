//! What the operator excepts from the rules.

use std::{fmt, net::IpAddr, str::FromStr};

use url::{Host, Url};
use vitrina_domain::network::Network;

/// One exception: an address, a network in CIDR notation, or a name with whatever it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// An address or a network.
    Network(Network),
    /// A name, in lower case and in the form of DNS.
    Name(String),
}

/// A text that excepts nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no address, network or name")]
pub struct InvalidAllowed(pub String);

impl FromStr for Allowed {
    type Err = InvalidAllowed;

    fn from_str(text: &str) -> Result<Self, InvalidAllowed> {
        let text = text.trim();
        if let Ok(network) = text.parse() {
            return Ok(Self::Network(network));
        }
        let invalid = || InvalidAllowed(text.to_owned());
        if text.contains(['/', '@', ':', '?', '#', '*', '%', '\\', '[']) || text.contains(char::is_whitespace)
        {
            return Err(invalid());
        }
        let url = Url::parse(&format!("http://{text}/")).map_err(|_error| invalid())?;
        match url.host() {
            Some(Host::Domain(name)) => Ok(Self::Name(bare(name).to_owned())),
            // An odd spelling of an address is a slip of the pen: it would except more than it seems to.
            _ => Err(invalid()),
        }
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(network) => network.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}

/// All exceptions. There are none unless the operator writes them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Allow(Vec<Allowed>);

impl Allow {
    /// These exceptions.
    pub fn new(allowed: Vec<Allowed>) -> Self {
        Self(allowed)
    }

    /// Whether an address is excepted.
    pub(super) fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|allowed| matches!(allowed, Allowed::Network(network) if network.contains(address)))
    }

    /// Whether a name is excepted.
    pub(super) fn names(&self, name: &str) -> bool {
        self.0.iter().any(|allowed| matches!(allowed, Allowed::Name(own) if own == bare(name)))
    }
}

/// A name without the dot of the root.
fn bare(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("10.0.0.0/8", "10.0.0.0/8")]
    #[case("10.1.2.3", "10.1.2.3/32")]
    #[case("fd00::/8", "fd00::/8")]
    #[case(" Datos.Interno. ", "datos.interno")]
    #[case("datos.año.mx", "datos.xn--ao-zja.mx")]
    fn exceptions_are_addresses_networks_and_names(#[case] text: &str, #[case] read: &str) {
        assert_eq!(text.parse::<Allowed>().unwrap().to_string(), read);
    }

    #[rstest]
    #[case("")]
    #[case("*.interno")]
    #[case("http://datos.interno")]
    #[case("datos.interno:8080")]
    #[case("10.0.0.0/33")]
    #[case("127.1")]
    #[case("0x7f000001")]
    fn anything_else_is_none(#[case] text: &str) {
        assert!(text.parse::<Allowed>().is_err());
    }
}

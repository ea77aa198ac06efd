//! What the operator decides about the way out.

use std::{fmt, str::FromStr, time::Duration};

use url::Url;
use vitrina_app::ports::Pace;

use crate::{guard::Allow, tls::Root};

/// What the operator decides about the way out.
#[derive(Debug, Clone)]
pub struct Config {
    /// Whom the owner of a server that is asked can write to.
    pub contact: Contact,
    /// What may be asked although it is inside the operator's network.
    pub allow: Allow,
    /// How much and how long.
    pub limits: Limits,
    /// How hard one host is asked where the request does not say.
    pub pace: Pace,
    /// Certificates that are trusted beside those of Mozilla's list, for an authority of one's own.
    pub roots: Vec<Root>,
}

impl Config {
    /// The defaults, with somebody to write to.
    pub fn new(contact: Contact) -> Self {
        Self {
            contact,
            allow: Allow::default(),
            limits: Limits::default(),
            pace: Pace::default(),
            roots: Vec::new(),
        }
    }
}

/// How much is taken and how long is waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the question for a name to the connection; then as long again for TLS.
    ///
    /// What cannot be reached is told no sooner than this, so that time does not tell why.
    pub connect: Duration,
    /// From the request to the end of the answer's headers.
    pub first_byte: Duration,
    /// From one piece of the body to the next.
    pub idle: Duration,
    /// For everything, from the first connection to the last byte, where the request does not say.
    pub total: Duration,
    /// For a turn at a host that is being asked.
    pub patience: Duration,
    /// The most bytes of a body, packed and unpacked, where the request does not say.
    pub max_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(15),
            idle: Duration::from_secs(15),
            total: Duration::from_mins(5),
            patience: Duration::from_mins(1),
            max_bytes: 64 << 20,
        }
    }
}

/// Whom the owner of a server that is asked can write to: a web address or a mail address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact(String);

/// A text that nobody can write to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no contact: write an address that begins with https://, or a mail address")]
pub struct InvalidContact(pub String);

impl FromStr for Contact {
    type Err = InvalidContact;

    fn from_str(text: &str) -> Result<Self, InvalidContact> {
        let invalid = || InvalidContact(text.to_owned());
        let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && !b"()\\\"".contains(&b));
        let web = Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        let mail = text.parse::<lettre::Address>().is_ok();
        if plain && (web || mail) { Ok(Self(text.to_owned())) } else { Err(invalid()) }
    }
}

impl fmt::Display for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Contact {
    /// What we call ourselves in requests.
    pub(crate) fn user_agent(&self) -> String {
        format!("Vitrina/{} (+{self})", env!("CARGO_PKG_VERSION"))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://datos.example.org/contacto", true)]
    #[case("datos@example.org", true)]
    #[case("", false)]
    #[case("nobody", false)]
    #[case("ftp://example.org", false)]
    #[case("https://example.org/\r\nx-injected: 1", false)]
    #[case("https://example.org/) Gecko (", false)]
    fn a_contact_can_be_written_to(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(text.parse::<Contact>().is_ok(), fits);
    }

    #[test]
    fn the_user_agent_names_program_and_contact() {
        let contact: Contact = "datos@example.org".parse().unwrap();
        let expected = format!("Vitrina/{} (+datos@example.org)", env!("CARGO_PKG_VERSION"));
        assert_eq!(contact.user_agent(), expected);
    }
}

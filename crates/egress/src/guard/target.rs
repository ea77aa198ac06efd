//! An address that every program reads alike.

use std::{fmt, net::IpAddr};

use url::{Host, Position, Url};
use vitrina_app::ports::{FetchError, Rule};

/// The ports that are asked without the operator saying so.
const PORTS: [u16; 4] = [80, 443, 8080, 8443];

/// The longest address.
const MAX_CHARS: usize = 8 << 10;

/// An address as one parser read it. What is kept, checked and dialled is this and never the text again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    url: Url,
}

/// Who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name<'a> {
    /// Somebody by name.
    Domain(&'a str),
    /// Somebody by address.
    Literal(IpAddr),
}

impl Target {
    /// Reads an address.
    pub(super) fn parse(text: &str) -> Result<Self, FetchError> {
        if text.len() > MAX_CHARS {
            return Err(FetchError::new(Rule::Unreadable, format!("the address has {} bytes", text.len())));
        }
        check_spelling(text)?;
        let url = Url::parse(text)
            .map_err(|error| FetchError::new(Rule::Unreadable, format!("{text:?} is no address: {error}")))?;
        let target = Self::from_url(url)?;
        // Parsers differ on addresses with fewer or more than two slashes.
        let after_slashes = text.split_once("://").filter(|(scheme, rest)| {
            scheme.eq_ignore_ascii_case(target.url.scheme()) && !rest.starts_with('/')
        });
        let Some((_, rest)) = after_slashes else {
            return Err(FetchError::new(Rule::Ambiguous, format!("{text:?} has not two slashes")));
        };
        if has_userinfo(rest) {
            return Err(userinfo());
        }
        Ok(target)
    }

    /// Reads a reference that was found at this address.
    pub(super) fn join(&self, reference: &str) -> Result<Self, FetchError> {
        if reference.len() > MAX_CHARS {
            return Err(FetchError::new(Rule::Unreadable, "the redirect's address is too long"));
        }
        check_spelling(reference)?;
        let url = self.url.join(reference).map_err(|error| {
            FetchError::new(Rule::Unreadable, format!("{self} redirects to {reference:?}: {error}"))
        })?;
        Self::from_url(url)
    }

    fn from_url(mut url: Url) -> Result<Self, FetchError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(FetchError::new(Rule::Scheme, format!("{} is not asked", url.scheme())));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(userinfo());
        }
        // It is for whoever shows the document, not for whoever sends it.
        url.set_fragment(None);
        Ok(Self { url })
    }

    pub(super) fn check_port(&self, ports: &[u16]) -> Result<(), FetchError> {
        let port = self.port();
        if PORTS.contains(&port) || ports.contains(&port) {
            return Ok(());
        }
        Err(FetchError::new(Rule::Port, format!("{self} is at port {port}")))
    }

    /// The address as text: what is kept and shown.
    pub fn as_str(&self) -> &str {
        self.url.as_str()
    }

    /// Who is asked.
    pub fn name(&self) -> Name<'_> {
        match self.url.host() {
            Some(Host::Ipv4(address)) => Name::Literal(address.into()),
            Some(Host::Ipv6(address)) => Name::Literal(address.into()),
            Some(Host::Domain(name)) => Name::Domain(name),
            // An address with one of our schemes has a host, or it would not have been read.
            None => Name::Domain(""),
        }
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or_default()
    }

    /// Whether the connection is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The host as a key to count by.
    pub(crate) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Host and port, as the `Host` header has them.
    pub(crate) fn authority(&self) -> &str {
        &self.url[Position::BeforeHost..Position::AfterPort]
    }

    /// Path and query, as the first line of a request has them.
    pub(crate) fn path(&self) -> &str {
        &self.url[Position::BeforePath..Position::AfterQuery]
    }

    /// Whether a secret for one address may be told to the other.
    pub(crate) fn is_same_origin(&self, other: &Self) -> bool {
        self.url.origin() == other.url.origin()
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn userinfo() -> FetchError {
    FetchError::new(Rule::Userinfo, "the address holds a user or a password")
}

/// Refuses what parsers are known to disagree on: they drop line breaks and tabs, and take backslashes for slashes.
fn check_spelling(text: &str) -> Result<(), FetchError> {
    let odd = |c: char| c.is_control() || c == '\\';
    if text.chars().any(odd) || text.trim() != text {
        return Err(FetchError::new(Rule::Ambiguous, format!("{text:?} is read differently by others")));
    }
    Ok(())
}

/// Whether the part before the path has an `@`, even one with nothing before it.
fn has_userinfo(rest: &str) -> bool {
    rest.split(['/', '?', '#']).next().is_some_and(|authority| authority.contains('@'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn rule(text: &str) -> Option<Rule> {
        Target::parse(text).and_then(|target| target.check_port(&[])).err().map(|error| error.rule)
    }

    #[rstest]
    #[case("http://datos.example.org/a b?c=d e#f", "http://datos.example.org/a%20b?c=d%20e")]
    #[case("HTTPS://Datos.Example.ORG:443/../x", "https://datos.example.org/x")]
    #[case("http://datos.año.mx", "http://datos.xn--ao-zja.mx/")]
    #[case("http://example.org:8080/?u=http://a@b", "http://example.org:8080/?u=http://a@b")]
    fn an_address_is_kept_in_one_form(#[case] text: &str, #[case] kept: &str) {
        let target = Target::parse(text).unwrap();
        assert_eq!(target.as_str(), kept);
        assert_eq!(Target::parse(kept).unwrap(), target, "the kept form is read as the same address");
    }

    #[rstest]
    #[case::ftp("ftp://example.org/", Rule::Scheme)]
    #[case::file("file:///etc/passwd", Rule::Scheme)]
    #[case::gopher("gopher://example.org/", Rule::Scheme)]
    #[case::dict("dict://example.org/", Rule::Scheme)]
    #[case::jar("jar:http://example.org!/", Rule::Scheme)]
    #[case::data("data:text/plain,x", Rule::Scheme)]
    #[case::ldap("ldap://example.org/", Rule::Scheme)]
    #[case::javascript("javascript:alert(1)", Rule::Scheme)]
    #[case::ws("ws://example.org/", Rule::Scheme)]
    #[case::ssh("http://example.org:22/", Rule::Port)]
    #[case::smtp("http://example.org:25/", Rule::Port)]
    #[case::postgres("http://example.org:5432/", Rule::Port)]
    #[case::redis("http://example.org:6379/", Rule::Port)]
    #[case::elastic("http://example.org:9200/", Rule::Port)]
    #[case::memcached("http://example.org:11211/", Rule::Port)]
    #[case::zero("http://example.org:0/", Rule::Port)]
    #[case::too_high("http://example.org:65536/", Rule::Unreadable)]
    #[case::nothing("", Rule::Unreadable)]
    #[case::word("datos", Rule::Unreadable)]
    #[case::no_host("http://", Rule::Unreadable)]
    #[case::one_slash("http:/example.org", Rule::Ambiguous)]
    #[case::no_slash("http:example.org", Rule::Ambiguous)]
    #[case::three_slashes("http:///example.org", Rule::Ambiguous)]
    fn schemes_and_ports_are_few(#[case] text: &str, #[case] expected: Rule) {
        assert_eq!(rule(text), Some(expected), "{text}");
    }

    #[test]
    fn a_source_may_have_a_port_of_its_own() {
        let target = Target::parse("http://example.org:9200/").unwrap();
        assert!(target.check_port(&[9200]).is_ok());
        assert!(target.check_port(&[9201]).is_err());
    }

    #[test]
    fn a_long_address_is_refused_before_it_is_read() {
        assert_eq!(rule(&format!("http://example.org/{}", "a".repeat(9_000))), Some(Rule::Unreadable));
    }

    proptest! {
        /// One parser, one string: what is kept is read as what was checked.
        #[test]
        fn the_kept_form_is_stable(text in "https?://[ -~]{0,40}") {
            if let Ok(target) = Target::parse(&text) {
                prop_assert_eq!(&Target::parse(target.as_str()).unwrap(), &target);
                prop_assert!(!target.authority().contains('@'));
                prop_assert_eq!(target.authority().split(':').next().unwrap().is_empty(), false);
            }
        }
    }
}

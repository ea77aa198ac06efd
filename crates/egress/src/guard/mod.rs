//! What may be asked: pure rules over addresses, without I/O.
//!
//! Three checks stand one behind the other. The text must be an address that every program reads alike
//! ([`Guard::address`]); a redirect must lead to such an address without giving up encryption ([`Guard::redirect`]); and
//! every address of the Internet that a host stands for must be public ([`Guard::answer`]). The last one is asked for
//! literals, too, right before the connection, with the very addresses that are then dialled.

use std::net::IpAddr;

use vitrina_app::ports::{FetchError, Rule};

mod allow;
mod range;
mod target;

pub use allow::{Allow, Allowed, InvalidAllowed};
pub use range::forbidden;
pub use target::{Name, Target};

/// The rules of one operator.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    allow: Allow,
}

impl Guard {
    /// The rules, with exceptions.
    pub fn new(allow: Allow) -> Self {
        Self { allow }
    }

    /// Reads an address; `ports` may be asked beside the usual ones.
    pub fn address(&self, text: &str, ports: &[u16]) -> Result<Target, FetchError> {
        let target = Target::parse(text)?;
        target.check_port(ports)?;
        Ok(target)
    }

    /// Reads where a redirect leads.
    pub fn redirect(&self, from: &Target, location: &str, ports: &[u16]) -> Result<Target, FetchError> {
        let target = from.join(location)?;
        target.check_port(ports)?;
        if from.is_encrypted() && !target.is_encrypted() {
            return Err(FetchError::new(Rule::Downgrade, format!("{from} redirects to {target}")));
        }
        Ok(target)
    }

    /// Checks what a host stands for: one forbidden address refuses them all.
    ///
    /// A resolver that mixes public and private addresses hopes that the private one is taken sooner or later.
    pub fn answer(&self, target: &Target, addresses: &[IpAddr]) -> Result<(), FetchError> {
        if addresses.is_empty() {
            return Err(FetchError::new(Rule::NoName, format!("{target}: the name has no address")));
        }
        if let Name::Domain(name) = target.name()
            && self.allow.names(name)
        {
            return Ok(());
        }
        for address in addresses.iter().filter(|address| !self.allow.contains(**address)) {
            if let Some(rule) = forbidden(*address) {
                return Err(FetchError::new(
                    rule,
                    format!("{target} leads to {address}: {}", rule.meaning()),
                ));
            }
        }
        Ok(())
    }

    /// Whether the operator named this very host, by its name or by its address.
    pub(crate) fn is_named(&self, target: &Target) -> bool {
        match target.name() {
            Name::Domain(name) => self.allow.names(name),
            Name::Literal(address) => self.allow.contains(address),
        }
    }

    /// Whether the operator named this address as one that may be asked, wherever it is.
    pub(crate) fn is_excepted(&self, target: &Target, address: IpAddr) -> bool {
        let named = matches!(target.name(), Name::Domain(name) if self.allow.names(name));
        named || self.allow.contains(address)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn guard(allow: &str) -> Guard {
        Guard::new(Allow::new(allow.split_whitespace().map(|text| text.parse().unwrap()).collect()))
    }

    fn addresses(texts: &[&str]) -> Vec<IpAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[rstest]
    #[case::public("", &["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"], None)]
    #[case::mixed("", &["93.184.215.14", "10.0.0.1"], Some(Rule::Private))]
    #[case::mixed_families("", &["93.184.215.14", "::1"], Some(Rule::Loopback))]
    #[case::nothing("", &[], Some(Rule::NoName))]
    #[case::allowed_network("10.0.0.0/8", &["10.0.0.1"], None)]
    #[case::only_some_allowed("10.0.0.0/8", &["10.0.0.1", "192.168.0.1"], Some(Rule::Private))]
    #[case::allowed_name("datos.interno", &["10.0.0.1", "::1"], None)]
    #[case::other_name("otros.interno", &["10.0.0.1"], Some(Rule::Private))]
    fn one_forbidden_address_refuses_the_answer(
        #[case] allow: &str,
        #[case] answer: &[&str],
        #[case] rule: Option<Rule>,
    ) {
        let guard = guard(allow);
        let target = guard.address("http://datos.interno/", &[]).unwrap();
        let verdict = guard.answer(&target, &addresses(answer));
        assert_eq!(verdict.err().map(|error| error.rule), rule);
    }

    #[test]
    fn a_long_answer_is_read_to_its_end() {
        let guard = guard("");
        let target = guard.address("http://datos.example.org/", &[]).unwrap();
        let mut answer = vec![IpAddr::from([93, 184, 215, 14]); 511];
        assert!(guard.answer(&target, &answer).is_ok());
        answer.push(IpAddr::from([127, 0, 0, 1]));
        assert_eq!(guard.answer(&target, &answer).unwrap_err().rule, Rule::Loopback);
    }

    #[rstest]
    #[case("https://a.example/", "http://a.example/", Some(Rule::Downgrade))]
    #[case("https://a.example/", "//b.example/x", None)]
    #[case("http://a.example/", "https://b.example/", None)]
    #[case("http://a.example/", "ftp://b.example/", Some(Rule::Scheme))]
    #[case("http://a.example/", "javascript:alert(1)", Some(Rule::Scheme))]
    #[case("http://a.example/", "http://b.example:22/", Some(Rule::Port))]
    #[case("http://a.example/", "//u:p@b.example/", Some(Rule::Userinfo))]
    #[case("http://a.example/", "/\\b.example/", Some(Rule::Ambiguous))]
    #[case("http://a.example/", "http://[::1", Some(Rule::Unreadable))]
    fn redirects_are_read_like_addresses(
        #[case] from: &str,
        #[case] location: &str,
        #[case] rule: Option<Rule>,
    ) {
        let guard = guard("");
        let from = guard.address(from, &[]).unwrap();
        assert_eq!(guard.redirect(&from, location, &[]).err().map(|error| error.rule), rule, "{location}");
    }
}

//! Whom letters are for, what they are for, and who is not written to any more.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use url::Host;

use crate::{canonical::Digest, change::UnknownWord, id::SuppressionId, time::Timestamp};

/// The address of a person. `Debug` shows its domain only: addresses do not belong into logs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MailAddress {
    local: String,
    domain: String,
}

/// A text that nobody can be written to at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a mail address: it takes letters, digits and .!#$%&'*+/=?^_`{{|}}~- before the @, and a domain after it"
)]
pub struct InvalidAddress;

impl MailAddress {
    /// The domain that receives its letters, in ASCII and lower case.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// What is the same for all spellings of one mailbox.
    ///
    /// A server may tell capitals before the `@` apart, but none is known that does; what stands after a `+` is kept,
    /// because only the receiving server knows whether it means anything.
    pub fn identity(&self) -> String {
        format!("{}@{}", self.local.to_ascii_lowercase(), self.domain)
    }
}

impl FromStr for MailAddress {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidAddress)?;
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(is_atom);
        if local.len() > 64 || !local.split('.').all(is_word) || domain.contains('%') {
            return Err(InvalidAddress);
        }
        let Ok(Host::Domain(domain)) = Host::parse(domain) else { return Err(InvalidAddress) };
        let is_label = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        if domain.len() > 253 || !domain.split('.').all(is_label) {
            return Err(InvalidAddress);
        }
        Ok(Self { local: local.to_owned(), domain })
    }
}

/// What stands in a word without quotes (RFC 5322 section 3.2.3). Letters beyond ASCII would need a server that knows
/// SMTPUTF8.
fn is_atom(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

impl TryFrom<String> for MailAddress {
    type Error = InvalidAddress;

    fn try_from(text: String) -> Result<Self, InvalidAddress> {
        text.parse()
    }
}

impl From<MailAddress> for String {
    fn from(address: MailAddress) -> Self {
        address.to_string()
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

impl fmt::Debug for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MailAddress(…@{})", self.domain)
    }
}

/// What somebody can subscribe to, by name: lower-case words joined by hyphens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ListName(String);

/// A text that is no name of a list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a list: {0:?}")]
pub struct InvalidListName(pub String);

impl ListName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ListName {
    type Err = InvalidListName;

    fn from_str(text: &str) -> Result<Self, InvalidListName> {
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        let fits = text.len() <= 40 && text.split('-').all(is_word);
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidListName(text.to_owned())) }
    }
}

impl TryFrom<String> for ListName {
    type Error = InvalidListName;

    fn try_from(text: String) -> Result<Self, InvalidListName> {
        text.parse()
    }
}

impl From<ListName> for String {
    fn from(name: ListName) -> Self {
        name.0
    }
}

/// What a letter is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// It answers what the person did, or must reach them: accounts, legal notices.
    Transactional,
    /// The person asked for all letters of a list, and may end that.
    Subscribed(ListName),
}

/// Somebody who is not written to any more. The address itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// Its id; ids grow in the order in which they were made.
    pub id: SuppressionId,
    /// The keyed digest of the address.
    pub address: Digest,
    /// The list that it is about; without one it is about all letters.
    pub list: Option<ListName>,
    /// Why.
    pub reason: SuppressionReason,
    /// The domain of the address, where it was known.
    pub domain: Option<String>,
    /// When it was made.
    pub created: Timestamp,
    /// Who made it.
    pub actor: String,
}

impl Suppression {
    /// Whether it stands against a letter.
    pub fn forbids(&self, purpose: &Purpose) -> bool {
        match (&self.list, purpose) {
            (None, _) => true,
            (Some(own), Purpose::Subscribed(list)) => own == list,
            (Some(_), Purpose::Transactional) => false,
        }
    }
}

/// Why somebody is not written to any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuppressionReason {
    /// The person ended a subscription.
    Unsubscribed,
    /// The mail server says for good that there is no such person.
    Rejected,
    /// Whoever runs the site said so.
    Operator,
}

impl SuppressionReason {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::Unsubscribed, Self::Rejected, Self::Operator];

    /// The word used in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unsubscribed => "unsubscribed",
            Self::Rejected => "rejected",
            Self::Operator => "operator",
        }
    }
}

impl FromStr for SuppressionReason {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|reason| reason.as_str() == word)
            .ok_or_else(|| UnknownWord { list: "reason of a suppression", word: word.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use uuid::Uuid;

    use super::*;

    #[rstest]
    #[case("ana@example.org", "ana@example.org")]
    #[case("Ana.Ruiz+avisos@Example.ORG", "ana.ruiz+avisos@example.org")]
    #[case("ana@educación.mx", "ana@xn--educacin-13a.mx")]
    #[case("ana@EDUCACIÓN.mx", "ana@xn--educacin-13a.mx")]
    #[case("ana@xn--educacin-13a.mx", "ana@xn--educacin-13a.mx")]
    fn all_spellings_of_a_mailbox_are_one(#[case] text: &str, #[case] identity: &str) {
        assert_eq!(text.parse::<MailAddress>().unwrap().identity(), identity);
    }

    #[rstest]
    #[case("")]
    #[case("ana")]
    #[case("@example.org")]
    #[case("ana@")]
    #[case("ana@example.org\r\nBcc: otra@example.org")]
    #[case("ana@example.org>")]
    #[case("Ana <ana@example.org>")]
    #[case("ana@example.org, otra@example.org")]
    #[case("a na@example.org")]
    #[case("\"ana\"@example.org")]
    #[case(".ana@example.org")]
    #[case("a..na@example.org")]
    #[case("ñandú@example.org")]
    #[case("ana@127.0.0.1")]
    #[case("ana@[127.0.0.1]")]
    #[case("ana@0x7f.1")]
    #[case("ana@ex%61mple.org")]
    #[case("ana@exa_mple.org")]
    #[case("ana@example..org")]
    #[case("ana@example.org.")]
    fn what_is_no_address_is_refused(#[case] text: &str) {
        assert_eq!(text.parse::<MailAddress>(), Err(InvalidAddress));
    }

    #[test]
    fn capitals_reach_the_server_and_no_address_reaches_a_log() {
        let address: MailAddress = "Ana@Example.org".parse().unwrap();
        assert_eq!(address.to_string(), "Ana@example.org");
        assert_eq!(format!("{address:?}"), "MailAddress(…@example.org)");
    }

    #[rstest]
    #[case("busquedas", true)]
    #[case("avisos-2026", true)]
    #[case("", false)]
    #[case("-", false)]
    #[case("Avisos", false)]
    #[case("avisos\n", false)]
    fn names_of_lists_are_words(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(text.parse::<ListName>().is_ok(), fits);
    }

    #[test]
    fn whoever_ended_a_subscription_still_gets_what_is_no_part_of_it() {
        let own: ListName = "busquedas".parse().unwrap();
        let other: ListName = "avisos".parse().unwrap();
        let about = |list: Option<ListName>| Suppression {
            id: SuppressionId::new(Uuid::from_u128(1)),
            address: Digest::of(b""),
            list,
            reason: SuppressionReason::Unsubscribed,
            domain: None,
            created: Timestamp::default(),
            actor: String::new(),
        };
        let purposes = [Purpose::Transactional, Purpose::Subscribed(own.clone()), Purpose::Subscribed(other)];
        let verdicts =
            |suppression: &Suppression| purposes.each_ref().map(|purpose| suppression.forbids(purpose));
        assert_eq!(verdicts(&about(Some(own))), [false, true, false]);
        assert_eq!(verdicts(&about(None)), [true, true, true]);
    }

    #[test]
    fn words_are_read_back() {
        for reason in SuppressionReason::ALL {
            assert_eq!(reason.as_str().parse(), Ok(reason));
        }
        assert!("bounced".parse::<SuppressionReason>().is_err());
    }
}

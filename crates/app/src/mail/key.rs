//! The secret of the site behind digests of addresses and behind links that end subscriptions.

use std::array;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use vitrina_domain::{canonical::Digest, mail::MailAddress};
use vitrina_store::{StoreError, Tx};

use crate::{App, AppError};

/// The name under which the store keeps it.
const SETTING: &str = "mail_key";

/// As long as a block of SHA-256, which is what HMAC takes as it is.
const LENGTH: usize = 64;

/// The length of a signature.
pub(super) const TAG: usize = 32;

/// The secret. Whoever has it can tell whether an address is on the list, and end subscriptions.
pub(super) struct MailKey([u8; LENGTH]);

impl MailKey {
    pub(super) fn generate(mut random_byte: impl FnMut() -> u8) -> Self {
        Self(array::from_fn(|_| random_byte()))
    }

    fn parse(text: &str) -> Result<Self, StoreError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        let key = bytes.and_then(|bytes| bytes.try_into().ok()).map(Self);
        key.ok_or_else(|| StoreError::Inconsistent {
            table: "settings",
            column: "value",
            row: SETTING.to_owned(),
        })
    }

    fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// One use of the key says nothing about another: each begins with a word of its own.
    fn mac(&self, usage: &str, bytes: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::new((&self.0).into());
        for part in [usage.as_bytes(), b"\n", bytes] {
            mac.update(part);
        }
        mac
    }

    /// What is kept of an address.
    pub(super) fn digest(&self, address: &MailAddress) -> Digest {
        Digest::from_bytes(self.mac("address", address.identity().as_bytes()).finalize().into_bytes().into())
    }

    /// What stands for the receiving domain where everybody who runs the site can read it.
    pub(super) fn label(&self, domain: &str) -> String {
        let whole: [u8; TAG] = self.mac("domain", domain.as_bytes()).finalize().into_bytes().into();
        let [first, second, third, fourth, ..] = whole;
        format!("{:08x}", u32::from_be_bytes([first, second, third, fourth]))
    }

    /// A signature of what a link says.
    pub(super) fn sign(&self, bytes: &[u8]) -> [u8; TAG] {
        self.mac("unsubscribe", bytes).finalize().into_bytes().into()
    }

    /// Whether a signature is ours. It takes as long for one that is nearly right.
    pub(super) fn has_signed(&self, bytes: &[u8], tag: &[u8; TAG]) -> bool {
        self.mac("unsubscribe", bytes).verify(tag.into()).is_ok()
    }
}

impl App {
    /// The secret, when one was needed before.
    pub(super) async fn mail_key(&self) -> Result<Option<MailKey>, AppError> {
        let kept = self.store().setting(SETTING).await?;
        Ok(kept.map(|text| MailKey::parse(&text)).transpose()?)
    }

    /// The secret, made when it is needed first. It never changes afterwards: links in letters must go on working.
    pub(super) async fn ensure_mail_key(&self, tx: &mut Tx) -> Result<MailKey, AppError> {
        if let Some(key) = self.mail_key().await? {
            return Ok(key);
        }
        let made = MailKey::generate(|| self.parts.ids.random_byte());
        Ok(MailKey::parse(&tx.ensure_setting(SETTING, &made.text()).await?)?)
    }

    /// The secret, made in a transaction of its own when it is needed first.
    pub(super) async fn kept_mail_key(&self) -> Result<MailKey, AppError> {
        if let Some(key) = self.mail_key().await? {
            return Ok(key);
        }
        let mut tx = self.store().begin("system", self.now()).await?;
        let key = self.ensure_mail_key(&mut tx).await?;
        tx.commit().await?;
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(first: u8) -> MailKey {
        let mut next = first;
        MailKey::generate(|| {
            next = next.wrapping_add(1);
            next
        })
    }

    #[test]
    fn a_key_reads_back_and_damage_is_seen() {
        let made = key(1);
        assert_eq!(MailKey::parse(&made.text()).unwrap().0, made.0);
        for damaged in ["", "?", "AAAA"] {
            assert!(MailKey::parse(damaged).is_err(), "{damaged}");
        }
    }

    #[test]
    fn a_digest_is_that_of_the_mailbox_and_of_no_other_site() {
        let address = |text: &str| text.parse::<MailAddress>().unwrap();
        let digest = key(1).digest(&address("ana@example.org"));
        assert_eq!(key(1).digest(&address("Ana@EXAMPLE.org")), digest);
        assert_ne!(key(1).digest(&address("ana+1@example.org")), digest);
        assert_ne!(key(2).digest(&address("ana@example.org")), digest);
        assert_ne!(Digest::of(b"ana@example.org"), digest);
    }

    #[test]
    fn a_signature_is_of_these_bytes_with_this_key() {
        let tag = key(1).sign(b"text");
        assert!(key(1).has_signed(b"text", &tag));
        assert!(!key(1).has_signed(b"test", &tag) && !key(2).has_signed(b"text", &tag));
        assert_eq!(key(1).label("example.org").len(), 8);
    }
}

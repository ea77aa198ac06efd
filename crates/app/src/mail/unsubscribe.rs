//! Links that end a subscription with one click (RFC 8058).
//!
//! A link says whom it is about and which list, signed by the site: nothing has to be kept for it, it never ends, and nobody
//! can make one. It holds the digest of the address, which tells its reader nothing.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use vitrina_domain::{
    canonical::Digest,
    id::SuppressionId,
    mail::{ListName, MailAddress, Suppression, SuppressionReason},
};

use super::key::{MailKey, TAG};
use crate::{App, AppError, auth::Actor};

/// The first byte of what a link says, should its form ever change.
const VERSION: u8 = 1;

/// The length of a digest.
const DIGEST: usize = 32;

/// Who ends a subscription to what.
#[derive(Debug, PartialEq, Eq)]
struct Leaver {
    address: Digest,
    list: ListName,
}

impl Leaver {
    fn token(&self, key: &MailKey) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(self.address.as_bytes());
        bytes.extend_from_slice(self.list.as_str().as_bytes());
        let tag = key.sign(&bytes);
        bytes.extend_from_slice(&tag);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What a token says, if it is one of ours to the last bit.
    fn read(key: &MailKey, token: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (said, tag) = bytes.split_last_chunk::<TAG>()?;
        if !key.has_signed(said, tag) {
            return None;
        }
        let (version, said) = said.split_first()?;
        let (address, list) = said.split_first_chunk::<DIGEST>()?;
        let list = std::str::from_utf8(list).ok()?.parse().ok()?;
        (*version == VERSION).then_some(Self { address: Digest::from_bytes(*address), list })
    }
}

impl App {
    /// The address that ends a subscription of a person.
    pub async fn unsubscribe_address(
        &self,
        person: &MailAddress,
        list: &ListName,
    ) -> Result<String, AppError> {
        let key = self.kept_mail_key().await?;
        let leaver = Leaver { address: key.digest(person), list: list.clone() };
        Ok(self.address(&format!("/api/v1/unsubscribe/{}", leaver.token(&key))))
    }

    /// The list that a token is about. Nothing ends by that.
    pub async fn subscription(&self, token: &str) -> Result<ListName, AppError> {
        Ok(self.leaver(token).await?.list)
    }

    /// Ends the subscription that a token is about; again and again is the same, and so is it for whom nobody knows.
    pub async fn unsubscribe(&self, token: &str) -> Result<ListName, AppError> {
        let Leaver { address, list } = self.leaver(token).await?;
        let suppression = Suppression {
            id: SuppressionId::new(self.new_id()),
            address,
            list: Some(list.clone()),
            reason: SuppressionReason::Unsubscribed,
            domain: None,
            created: self.now(),
            actor: Actor::Anonymous.audit_name(),
        };
        let mut tx = self.store().begin(&suppression.actor, suppression.created).await?;
        tx.suppress(&suppression).await?;
        tx.commit().await?;
        Ok(list)
    }

    async fn leaver(&self, token: &str) -> Result<Leaver, AppError> {
        let key = self.mail_key().await?;
        key.and_then(|key| Leaver::read(&key, token)).ok_or(AppError::NotFound("subscription"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> MailKey {
        MailKey::generate(|| byte)
    }

    fn leaver() -> Leaver {
        Leaver { address: Digest::of(b"somebody"), list: "busquedas".parse().unwrap() }
    }

    #[test]
    fn a_token_is_read_by_the_site_that_made_it() {
        let token = leaver().token(&key(1));
        assert_eq!(Leaver::read(&key(1), &token), Some(leaver()));
        assert_eq!(Leaver::read(&key(2), &token), None);
        assert!(token.len() < 200 && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
    }

    #[test]
    fn no_bit_of_a_token_can_be_turned() {
        let token = leaver().token(&key(1));
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut turned = bytes.clone();
            turned[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Leaver::read(&key(1), &URL_SAFE_NO_PAD.encode(&turned)), None, "bit {bit}");
        }
        for cut in 0..token.len() {
            assert_eq!(Leaver::read(&key(1), token.get(..cut).unwrap()), None, "{cut}");
        }
        for odd in [format!("{token}="), format!("{token}A"), format!(" {token}"), String::new()] {
            assert_eq!(Leaver::read(&key(1), &odd), None, "{odd:?}");
        }
    }

    #[test]
    fn what_was_signed_for_something_else_is_no_token() {
        for said in
            [vec![], vec![VERSION], vec![VERSION; 33], [vec![2], leaver().token(&key(1)).into()].concat()]
        {
            let signed = [said.clone(), key(1).sign(&said).to_vec()].concat();
            assert_eq!(Leaver::read(&key(1), &URL_SAFE_NO_PAD.encode(signed)), None, "{said:?}");
        }
    }
}

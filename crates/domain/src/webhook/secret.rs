//! What a subscriber checks signatures with.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// The bytes that a subscriber checks signatures with. `Debug` never shows them.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(Vec<u8>);

/// A text that is no signing secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a signing secret: whsec_ and the base64 of 24 to 64 bytes")]
pub struct InvalidSecret;

impl SigningSecret {
    /// What the text form begins with, as Standard Webhooks has it.
    pub const PREFIX: &'static str = "whsec_";

    /// As many bytes as the signature has: more would add nothing.
    const LENGTH: usize = 32;

    /// A secret made from random bytes.
    pub fn generate(random_byte: impl FnMut() -> u8) -> Self {
        Self(std::iter::repeat_with(random_byte).take(Self::LENGTH).collect())
    }

    /// Reads the text form.
    pub fn parse(text: &str) -> Result<Self, InvalidSecret> {
        let encoded = text.strip_prefix(Self::PREFIX).ok_or(InvalidSecret)?;
        let bytes = STANDARD.decode(encoded).map_err(|_error| InvalidSecret)?;
        // The bounds of Standard Webhooks 1.0: 192 bits are enough, more than the hash's block add nothing.
        if (24..=64).contains(&bytes.len()) { Ok(Self(bytes)) } else { Err(InvalidSecret) }
    }

    /// The text form, to be shown once.
    pub fn reveal(&self) -> String {
        format!("{}{}", Self::PREFIX, STANDARD.encode(&self.0))
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…", Self::PREFIX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_reads_back_and_is_not_shown() {
        let text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let secret = SigningSecret::parse(text).unwrap();
        assert_eq!(secret.reveal(), text);
        assert_eq!(format!("{secret:?}"), "whsec_…");
        let made = SigningSecret::generate(|| 7);
        assert_eq!(SigningSecret::parse(&made.reveal()), Ok(made.clone()));
        assert_eq!(made.as_bytes(), [7; 32]);
    }

    #[test]
    fn what_is_short_long_or_no_base64_is_no_secret() {
        let long = STANDARD.encode([7; 65]);
        for odd in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_%%%"] {
            assert_eq!(SigningSecret::parse(odd), Err(InvalidSecret), "{odd}");
        }
        assert_eq!(SigningSecret::parse(&format!("whsec_{long}")), Err(InvalidSecret));
    }
}

//! The form of a token: `mxc_api_<32 base62>_<6 base62 of a CRC-32>`, kept only as SHA-256.

use std::fmt;

use vitrina_domain::canonical::Digest;

const PREFIX: &str = "mxc_api_";
const SECRET_CHARS: usize = 32;
const CHECK_CHARS: usize = 6;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A token as its owner holds it. Shown once; `Debug` never shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenSecret(String);

/// A text that has not the form of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an API token")]
pub struct InvalidToken;

impl TokenSecret {
    /// A token made from random bytes: 32 characters of 62, some 190 bits.
    pub fn generate(mut random_byte: impl FnMut() -> u8) -> Self {
        let mut secret = String::with_capacity(SECRET_CHARS);
        while secret.len() < SECRET_CHARS {
            // Bytes from 248 on would favour the first letters.
            let byte = usize::from(random_byte());
            if let Some(letter) = (byte < 248).then(|| BASE62.get(byte % 62)).flatten() {
                secret.push(char::from(*letter));
            }
        }
        let check = checksum(&secret);
        Self(format!("{PREFIX}{secret}_{check}"))
    }

    /// Reads a token; one that was mistyped is refused without asking the store.
    pub fn parse(text: &str) -> Result<Self, InvalidToken> {
        let (secret, check) =
            text.strip_prefix(PREFIX).and_then(|rest| rest.split_once('_')).ok_or(InvalidToken)?;
        let well_formed = secret.len() == SECRET_CHARS
            && secret.bytes().all(|b| b.is_ascii_alphanumeric())
            && check == checksum(secret);
        if well_formed { Ok(Self(text.to_owned())) } else { Err(InvalidToken) }
    }

    /// What is kept of it.
    pub fn digest(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }

    /// The token itself, to be shown once.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}…")
    }
}

/// Six base-62 digits of the CRC-32 (ISO 3309) of the secret: catches typing errors, protects nothing.
fn checksum(secret: &str) -> String {
    let mut crc = u32::MAX;
    for byte in secret.bytes() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    let mut rest = !crc;
    let mut digits = [b'0'; CHECK_CHARS];
    for digit in digits.iter_mut().rev() {
        let index = usize::try_from(rest % 62).unwrap_or_default();
        *digit = BASE62.get(index).copied().unwrap_or(b'0');
        rest /= 62;
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> TokenSecret {
        let mut next = 0_u8;
        TokenSecret::generate(|| {
            next = next.wrapping_add(37);
            next
        })
    }

    #[test]
    fn a_token_reads_back_and_a_mistyped_one_does_not() {
        let token = sample();
        assert!(token.reveal().starts_with("mxc_api_"), "the prefix is frozen: secret scanners look for it");
        assert_eq!(token.reveal().len(), 8 + 32 + 1 + 6);
        assert_eq!(TokenSecret::parse(token.reveal()), Ok(token.clone()));
        let mistyped = token.reveal().replacen(|c: char| c.is_ascii_digit(), "x", 1);
        assert_eq!(TokenSecret::parse(&mistyped), Err(InvalidToken));
        for odd in ["", "mxc_api_", "Bearer x", "mxc_hrv_00000000000000000000000000000000_000000"] {
            assert_eq!(TokenSecret::parse(odd), Err(InvalidToken));
        }
    }

    #[test]
    fn debug_does_not_show_it() {
        assert_eq!(format!("{:?}", sample()), "mxc_api_…");
    }

    #[test]
    fn the_checksum_is_crc_32() {
        // CRC-32 of "123456789" is CBF43926 (ISO 3309).
        let value = checksum("123456789").bytes().fold(0_u64, |value, digit| {
            value * 62 + BASE62.iter().position(|b| *b == digit).map_or(0, |p| p as u64)
        });
        assert_eq!(value, 0xCBF4_3926);
    }
}
